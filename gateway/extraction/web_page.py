"""Web pages: the text as a browser shows it and beside it what it hides, and the source itself.

A model may be given either, so both are judged: rendered, a term is found though tags part it; in
the source, though it stands in a comment or a script.
"""

from __future__ import annotations

import re
from html import unescape

from gateway.extraction.passages import Passages
from gateway.wire.html_places import Tag, attributes, parts

_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
     "font", "i", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small",
     "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)  # fmt: skip
_SILENT = frozenset({"script", "style"})
_SPOKEN = frozenset(
    {"alt", "title", "placeholder", "aria-label", "aria-description", "content", "value", "summary",
     "label"}
)  # fmt: skip
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
     "wbr"}
)  # fmt: skip
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class _Page:
    """``whole`` is all text, ``visible`` the same without what is hidden."""

    def __init__(self) -> None:
        self.whole: list[str] = []
        self.visible: list[str] = []
        self.said: list[str] = []
        self.hides = False
        self._silent = ""
        self._hidden = ""
        self._depth = 0

    def tag(self, tag: Tag) -> None:
        """Take what attributes say; a block begins and ends a line."""
        if not tag.closing:
            self._opened(tag)
        if tag.name not in _INLINE:
            self._take("\n")
        if tag.closing and tag.name == self._hidden and self._depth:
            self._depth -= 1
        if tag.name in _SILENT:
            self._silent = "" if tag.closing else tag.name

    def text(self, text: str) -> None:
        """Take what stands between tags."""
        if text and not self._silent:
            self._take(unescape(text))

    def _opened(self, tag: Tag) -> None:
        said = attributes(tag)
        self.said += [value for name, value in said.items() if name in _SPOKEN and value]
        if self._depth:
            self._depth += tag.name == self._hidden
        elif tag.name not in _VOID and ("hidden" in said or _HIDES.search(said.get("style", ""))):
            self.hides, self._hidden, self._depth = True, tag.name, 1

    def _take(self, text: str) -> None:
        self.whole.append(text)
        if not self._depth:
            self.visible.append(text)


def read_web_page(text: str, passages: Passages) -> None:
    """Take the source of a page, its text, and the words of its attributes. Raises ReadFault."""
    passages.add("source", text)
    page = _Page()
    for part in parts(text):
        if isinstance(part, Tag):
            page.tag(part)
        else:
            page.text(part)
    passages.add("text", "".join(page.whole))
    if page.hides:
        passages.add("visible text", "".join(page.visible))
    passages.add("attributes", "\n".join(page.said))
