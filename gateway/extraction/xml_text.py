"""The text of an XML part of an office document, as its paragraphs read.

Runs of a paragraph are one text, whatever parts them in the file; paragraphs, cells and breaks are
lines. Also taken is what only attributes say (descriptions of pictures, choices, hints on input).
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
_UNSEEN = frozenset({"rt", "moveFrom"})
"""Elements between whose texts the page goes on as if they were not there: what stands small above
a word, and where something was before it was moved."""

_HIDES = frozenset({"vanish", "webHidden"})
_OFF = frozenset({"0", "false", "off"})
_DEEPEST = 1000


class XmlText(XmlWalk):
    """What one part says. ``shown`` is its text, ``seen`` the same without what a page hides (empty
    if it hides nothing), ``deleted`` what tracked changes took out, and ``said`` what its
    attributes say. ``cut`` is true if it says more than ``most`` code points: it
    is read no further. Raises ValueError if it cannot be read."""

    def __init__(self, document: bytes, *, most: int) -> None:
        super().__init__(most)
        self._shown: list[str] = []
        self._seen: list[str] = []
        self._unseen = 0
        self._run_hidden = False
        self._hides = False
        self._deleted: list[str] = []
        self._said: list[str] = []
        self._open: list[str] = []
        self.walk(document)

    def _take(self, text: str) -> None:
        self._shown.append(text)
        self.spend(len(text))
        if self._unseen or self._run_hidden:
            self._hides = True
        else:
            self._seen.append(text)

    @property
    def shown(self) -> str:
        """The text of its paragraphs."""
        return "".join(self._shown).strip("\n")

    @property
    def seen(self) -> str:
        """The text of its paragraphs as a page shows it, if that is another."""
        return "".join(self._seen).strip("\n") if self._hides else ""

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
        self._unseen += name in _UNSEEN
        if name == "r":
            self._run_hidden = False
        elif name in _HIDES:
            said = (value for key, value in attributes.items() if local(key) == "val")
            self._run_hidden = next(said, "") not in _OFF
        if name in _TABS:
            self._take("\t")
        self._said += self.heard(attributes)

    def end(self, tag: str) -> None:
        """End a line."""
        name = local(tag)
        self._open.pop()
        if name == "r":
            self._run_hidden = False
        if name in _LINES:
            self._take("\n")
            if self._deleted and not self._deleted[-1].endswith("\n"):
                self._deleted.append("\n")
        self._unseen -= name in _UNSEEN

    def text(self, text: str) -> None:
        """Take text that is said."""
        name = self._open[-1] if self._open else ""
        if name == _DELETED:
            self._deleted.append(text)
            self.spend(len(text))
        elif name in _TEXTS:
            self._take(text)
        elif not text.isspace():
            self._take(f"\n{text}\n")


def take_xml(place: str, document: bytes, passages: Passages) -> None:
    """Take all that a part says. Raises ReadFault, also ValueError if it cannot be read."""
    found = XmlText(document, most=passages.left)
    passages.add(place, found.shown)
    passages.add(f"{place}, as seen", found.seen)
    passages.add(f"{place}, deleted", found.deleted)
    passages.add(f"{place}, descriptions", found.said)
    if found.cut:
        raise ReadFault(Fault.TOO_LARGE)
