"""Web pages: the text as a browser shows it and beside it what it hides, and the source itself.

A model may be given either, so both are judged: rendered, a term is found though tags part it; in
the source, though it stands in a comment or a script.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from gateway.extraction.passages import Passages

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


class _Page(HTMLParser):
    """``whole`` is all text, ``visible`` the same without what is hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole: list[str] = []
        self.visible: list[str] = []
        self.said: list[str] = []
        self.hides = False
        self._silent = 0
        self._hidden = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what attributes say; a block begins a line."""
        self.said += [value for name, value in attrs if name in _SPOKEN and value]
        self._silent += tag in _SILENT
        if self._depth:
            self._depth += tag == self._hidden
        elif tag not in _VOID and _is_hidden(attrs):
            self.hides, self._hidden, self._depth = True, tag, 1
        self._line(tag)

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._line(tag)
        self._silent -= bool(tag in _SILENT and self._silent)
        self._depth -= bool(self._depth and tag == self._hidden)

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._silent:
            self._take(data)

    def _line(self, tag: str) -> None:
        if tag not in _INLINE:
            self._take("\n")

    def _take(self, text: str) -> None:
        self.whole.append(text)
        if not self._depth:
            self.visible.append(text)


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    return any(
        name == "hidden" or (name == "style" and value and _HIDES.search(value))
        for name, value in attrs
    )


def read_web_page(text: str, passages: Passages) -> None:
    """Take the source of a page, its text, and the words of its attributes. Raises ReadFault."""
    passages.add("source", text)
    page = _Page()
    page.feed(text)
    page.close()
    passages.add("text", "".join(page.whole))
    if page.hides:
        passages.add("visible text", "".join(page.visible))
    passages.add("attributes", "\n".join(page.said))
