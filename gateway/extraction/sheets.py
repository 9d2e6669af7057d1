"""Sheets of a workbook (SpreadsheetML): rows are lines, cells stand beside each other.

What a cell shows is the workbook's shared string, its own text, or its number, as it is stored; of
a formula the words that it holds are read too.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from gateway.wire.ooxml import Package

_PHONETIC = "rPh"


class StringTable:
    """The strings that cells name by number (18.4). ``unused`` are those that none named so far."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._used: set[int] = set()

    @classmethod
    def of(cls, package: Package, main: str, read: Callable[[str], bytes]) -> StringTable:
        """Return a workbook's. Raises ValueError."""
        texts: list[str] = []
        for relation in package.relations(main):
            if relation.kind == "sharedStrings" and package.has(relation.part):
                texts += _Table(read(relation.part)).strings
        return cls(texts)

    def __getitem__(self, number: int) -> str:
        self._used.add(number)
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    @property
    def unused(self) -> str:
        """The strings that no cell shows, one a line."""
        left = (text for n, text in enumerate(self._texts) if n not in self._used)
        return "\n".join(left)


class _Table:
    """Walks a part once: the strings of a table, or the rows of a sheet."""

    def __init__(self, document: bytes, strings: StringTable | None = None) -> None:
        self.strings: list[str] = []
        self.rows: list[str] = []
        self._shared = strings
        self._text: list[str] = []
        self._formula: list[str] = []
        self._cells: list[str] = []
        self._kind = ""
        self._inside = ""
        self._phonetic = 0
        parser = expat.ParserCreate(namespace_separator="\n")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(document, True)  # noqa: FBT003 -- expat's form
        except expat.ExpatError:
            raise ValueError("xml_broken") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("\n")[2]
        self._inside = name
        self._phonetic += name == _PHONETIC
        if name == "c":
            self._kind = attributes.get("t", "")
            self._text, self._formula = [], []
        elif name == "si":
            self._text = []
        elif name == "dataValidation":
            self.rows += [attributes[key] for key in _HINTS if attributes.get(key)]

    def _take(self, text: str) -> None:
        if self._inside in {"t", "v"} and not self._phonetic:
            self._text.append(text)
        elif self._inside == "f":
            self._formula.append(text)
        elif self._inside in {"oddHeader", "oddFooter", "evenHeader", "evenFooter",
                              "firstHeader", "firstFooter", "formula1", "formula2"}:  # fmt: skip
            self.rows.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition("\n")[2]
        self._inside = ""
        self._phonetic -= name == _PHONETIC
        if name == "si":
            self.strings.append("".join(self._text))
        elif name == "c":
            self._cells.append(self._cell())
        elif name == "row":
            self.rows.append("\t".join(self._cells))
            self._cells = []

    def _cell(self) -> str:
        text = "".join(self._text)
        if self._kind == "s" and self._shared is not None:
            text = self._shared[int(text)] if text.strip().isdecimal() else ""
        formula = "".join(self._formula)
        return f"{text}\t{formula}" if '"' in formula else text


_HINTS = ("promptTitle", "prompt", "errorTitle", "error")


def read_sheet(document: bytes, strings: StringTable) -> str:
    """Return the text of a sheet. Raises ValueError."""
    table = _Table(document, strings)
    return "\n".join(row for row in table.rows if row.strip())


def _refuse(*_: object) -> None:
    raise ValueError("xml_doctype")
