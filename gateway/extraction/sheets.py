"""Sheets of a workbook (SpreadsheetML): rows are lines, cells stand beside each other.

What a cell shows is the workbook's shared string, its own text, or its number, as it is stored; of
a formula the words that it holds are read too, and so is whatever else a sheet says: headers,
rules, hints, links.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.extraction.passages import ReadFault
from gateway.extraction.xml_walk import XmlWalk, local
from gateway.ports.media import Fault
from gateway.wire.ooxml import Package

_PHONETIC = "rPh"


class StringTable:
    """The strings that cells name by number (18.4). ``unused`` are those that none named so far."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._used: set[int] = set()

    @classmethod
    def of(
        cls, package: Package, main: str, read: Callable[[str], bytes], *, most: int
    ) -> StringTable:
        """Return a workbook's. Raises ValueError, and ReadFault if they have more than ``most``
        code points."""
        texts: list[str] = []
        for relation in package.relations(main):
            if relation.kind == "sharedStrings" and package.has(relation.part):
                table = _Table(read(relation.part), None, most)
                if table.cut:
                    raise ReadFault(Fault.TOO_LARGE)
                texts += table.strings
        return cls(texts)

    def __getitem__(self, number: int) -> str:
        self._used.add(number)
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    @property
    def unused(self) -> str:
        """The strings that no cell shows, one a line."""
        left = (text for n, text in enumerate(self._texts) if n not in self._used)
        return "\n".join(left)


class _Table(XmlWalk):
    """The strings of a table, or the rows of a sheet."""

    def __init__(self, document: bytes, strings: StringTable | None, most: int) -> None:
        super().__init__(most)
        self.strings: list[str] = []
        self.rows: list[str] = []
        self._shared = strings
        self._text: list[str] = []
        self._formula: list[str] = []
        self._cells: list[str] = []
        self._kind = ""
        self._inside = ""
        self._in_cell = False
        self._phonetic = 0
        self.walk(document)
        if self.cut:
            self.rows.append("\t".join(self._cells))

    def _count(self, text: str) -> str:
        self.spend(len(text) + 1)
        return text

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a cell or a string; take the hints on input."""
        name = local(tag)
        self._inside = name
        self._phonetic += name == _PHONETIC
        if name in {"c", "si"}:
            self._in_cell = True
            self._kind = attributes.get("t", "")
            self._text, self._formula = [], []
        elif name not in _PLACED:
            self.rows += self.heard(attributes)

    def text(self, text: str) -> None:
        """Take what a cell, a string, a header or a rule says."""
        if self._phonetic:
            return
        if not self._in_cell:
            if not text.isspace():
                self.rows.append(self._count(text))
        elif self._inside in {"t", "v"}:
            self._text.append(text)
        elif self._inside == "f":
            self._formula.append(text)

    def end(self, tag: str) -> None:
        """End a cell, a string or a row."""
        name = local(tag)
        self._inside = ""
        self._phonetic -= name == _PHONETIC
        if name in {"c", "si"}:
            self._in_cell = False
        if name == "si":
            self.strings.append(self._count("".join(self._text)))
        elif name == "c":
            self._cells.append(self._cell())
            self._count(self._cells[-1])
        elif name == "row":
            self.rows.append("\t".join(self._cells))
            self._cells = []

    def _cell(self) -> str:
        text = "".join(self._text)
        if self._kind == "s" and self._shared is not None:
            text = self._shared[int(text)] if text.strip().isdecimal() else ""
        formula = "".join(self._formula)
        return f"{text}\t{formula}" if '"' in formula or not formula.isascii() else text


_PLACED = frozenset({"row", "f", "r", "rPr", "t", "v", "is"})
"""Elements whose attributes say where something stands, or how."""


def read_sheet(document: bytes, strings: StringTable, *, most: int) -> tuple[str, bool]:
    """Return the text of a sheet, and whether it says more than ``most`` code points: then it was
    read no further. Raises ValueError."""
    table = _Table(document, strings, most)
    return "\n".join(row for row in table.rows if row.strip()), table.cut
