"""The text of an XML part of an office document, as its paragraphs read.

Runs of a paragraph are one text, whatever parts them in the file; paragraphs, cells and breaks are
lines. Also taken is what only attributes say (descriptions of pictures, hints on input).
"""

from __future__ import annotations

from gateway.extraction.passages import Passages, ReadFault
from gateway.extraction.xml_walk import XmlWalk, local
from gateway.ports.media import Fault

_TEXTS = frozenset({"t", "instrText", "fldData"})
"""Elements whose text is said as it stands; white space elsewhere is the file's own layout."""

_DELETED = "delText"
_LINES = frozenset({"p", "tr", "br", "cr", "si", "comment", "row", "sp", "txBody"})
_TABS = frozenset({"tab", "tc", "ptab"})
_SPOKEN = frozenset(
    {"descr", "title", "prompt", "promptTitle", "error", "errorTitle", "tooltip", "display", "alt",
     "string", "author", "initials", "displayName", "caption"}
)  # fmt: skip
_DEEPEST = 1000


class XmlText(XmlWalk):
    """What one part says. ``shown`` is its text, ``deleted`` what tracked changes took out, and
    ``said`` what its attributes say. ``cut`` is true if it says more than ``most`` code points: it
    is read no further. Raises ValueError if it cannot be read."""

    def __init__(self, document: bytes, *, most: int) -> None:
        super().__init__(most)
        self._shown: list[str] = []
        self._deleted: list[str] = []
        self._said: list[str] = []
        self._open: list[str] = []
        self.walk(document)

    def _take(self, kept: list[str], text: str) -> None:
        kept.append(text)
        self.spend(len(text))

    @property
    def shown(self) -> str:
        """The text of its paragraphs."""
        return "".join(self._shown).strip("\n")

    @property
    def deleted(self) -> str:
        """What was taken out and is still in the file."""
        return "".join(self._deleted).strip("\n")

    @property
    def said(self) -> str:
        """What its attributes say, one a line."""
        return "\n".join(self._said)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take what attributes say."""
        name = local(tag)
        if len(self._open) >= _DEEPEST:
            raise ValueError("xml_too_deep")
        self._open.append(name)
        if name in _TABS:
            self._take(self._shown, "\t")
        for key, value in attributes.items():
            if value and local(key) in _SPOKEN:
                self._take(self._said, value)

    def end(self, tag: str) -> None:
        """End a line."""
        name = local(tag)
        self._open.pop()
        if name in _LINES:
            self._take(self._shown, "\n")
            if self._deleted and not self._deleted[-1].endswith("\n"):
                self._deleted.append("\n")

    def text(self, text: str) -> None:
        """Take text that is said."""
        name = self._open[-1] if self._open else ""
        if name == _DELETED:
            self._take(self._deleted, text)
        elif name in _TEXTS:
            self._take(self._shown, text)
        elif not text.isspace():
            self._take(self._shown, f"\n{text}\n")


def take_xml(place: str, document: bytes, passages: Passages) -> None:
    """Take all that a part says. Raises ReadFault, also ValueError if it cannot be read."""
    found = XmlText(document, most=passages.left)
    passages.add(place, found.shown)
    passages.add(f"{place}, deleted", found.deleted)
    passages.add(f"{place}, descriptions", found.said)
    if found.cut:
        raise ReadFault(Fault.TOO_LARGE)
