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
_UNSEEN = frozenset(
    {"template", "datalist", "rt", "rp", "noscript", "noframes", "noembed", "iframe", "object",
     "canvas", "audio", "video", "dialog"}
)  # fmt: skip
"""Elements whose text most browsers do not show, or small beside the rest."""

_HIDES = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)"
    r"|(?:font-size|opacity)\s*+:\s*+(?:0++(?:\.0*+)?|\.0++)(?![\d.])",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[.#]?[\w-]+")
_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")


class _Page:
    """``whole`` is all text, ``visible`` the same without what is hidden."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self.whole: list[str] = []
        self.visible: list[str] = []
        self.said: list[str] = []
        self.hides = False
        self._hiding = hiding
        self._silent = ""
        self._hidden = ""
        self._depth = 0

    def tag(self, tag: Tag) -> None:
        """Take what attributes say; a block begins and ends a line."""
        if not tag.closing:
            self._opened(tag)
        elif tag.name == "ruby" and self._hidden in {"rt", "rp"}:
            self._depth = 0  # they need no end of their own
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
        if self._depth and tag.name not in {"rt", "rp"}:
            self._depth += tag.name == self._hidden
        elif tag.name not in _VOID and self._is_hidden(tag.name, said):
            self.hides, self._hidden, self._depth = True, tag.name, 1

    def _is_hidden(self, name: str, said: dict[str, str]) -> bool:
        if name in _UNSEEN or "hidden" in said or _HIDES.search(said.get("style", "")):
            return True
        names = {name, f"#{said.get('id', '')}", *(f".{c}" for c in said.get("class", "").split())}
        return not names.isdisjoint(self._hiding)

    def _take(self, text: str) -> None:
        self.whole.append(text)
        if not self._depth:
            self.visible.append(text)


def read_web_page(text: str, passages: Passages, *, place: str = "") -> None:
    """Take the source of a page, its text, and the words of its attributes and styles; ``place``
    stands before the name of each. Raises ReadFault."""
    passages.add(f"{place}source", text)
    styles = _styles(text)
    page = _read(text, styles)
    passages.add(f"{place}text", "".join(page.whole))
    if page.hides:
        passages.add(f"{place}visible text", "".join(page.visible))
    passages.add(f"{place}attributes", "\n".join(page.said))
    if _ESCAPE.search(styles):
        passages.add(f"{place}styles", _ESCAPE.sub(_escaped, styles))


def visible_text(text: str) -> str:
    """Return the text of a page as a browser shows it."""
    return "".join(_read(text, _styles(text)).visible)


def _read(text: str, styles: str) -> _Page:
    page = _Page(_hiding(styles))
    for part in parts(text):
        if isinstance(part, Tag):
            page.tag(part)
        else:
            page.text(part)
    return page


def _styles(text: str) -> str:
    """Return the style sheets that stand in a page."""
    found = []
    inside = False
    for part in parts(text):
        if isinstance(part, Tag):
            inside = part.name == "style" and not part.closing
        elif inside:
            found.append(part)
    return "\n".join(found)


def _hiding(styles: str) -> frozenset[str]:
    """Return the elements, ``.classes`` and ``#ids`` that the rules of style sheets hide."""
    found: set[str] = set()
    for piece in styles.split("}"):
        before, _, rule = piece.rpartition("{")
        if _HIDES.search(rule):
            last = (each.split()[-1:] for each in before.rpartition("{")[2].split(","))
            found.update(name for each in last if each for name in _NAMED.findall(each[0])[-1:])
    return frozenset(found)


def _escaped(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
