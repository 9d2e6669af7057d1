"""Tables that people hand in: workbooks, and CSV as spreadsheets of all languages write it."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateway.nouns.errors import NotPossible

_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, SyntaxError, OSError, EOFError,
    RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the reader of workbooks raises for what is none; broken XML is a SyntaxError."""

_COMPOUND = b"\xd0\xcf\x11\xe0"
"""How old workbooks begin, and new ones that are encrypted."""

_PARTED = ",;\t"
_MERGED = re.compile(
    rb'<(?:[a-z]+:)?mergeCell\s[^>]{0,40}?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"'
)
_PIECE, _LONGEST_TAG = 1 << 20, 128

Rows = Iterator[Sequence[object]]


def workbook(path: Path, raw: bytes) -> list[Rows]:
    """Return the rows of each sheet of an XLSX workbook, formulas as the value that was saved.
    Cells that are merged downwards all hold what the first of them says.

    Raises NotPossible if it is none; so do the rows if a sheet cannot be read.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        except _BROKEN as error:
            raise _unreadable(path) from error
    return [_sheet(path, raw, sheet) for sheet in book.worksheets]


def _sheet(path: Path, raw: bytes, sheet: object) -> Rows:
    try:
        merged = _merged(raw, str(vars(sheet).get("_worksheet_path", "")))
        rows = sheet.iter_rows(values_only=True)  # type: ignore[attr-defined]
        yield from _filled(rows, merged)
    except _BROKEN as error:
        raise _unreadable(path) from error


def _filled(rows: Rows, merged: Mapping[int, Sequence[tuple[int, int]]]) -> Rows:
    """Yield rows in which cells that are merged downwards say what their first one says."""
    said: dict[int, tuple[object, int]] = {}
    for number, row in enumerate(rows, 1):
        cells = list(row)
        for column, last in merged.get(number, ()):
            said[column] = (cells[column] if column < len(cells) else None, last)
        for column, (value, last) in said.items():
            if number <= last and column < len(cells):
                cells[column] = value
        yield cells


def _merged(raw: bytes, part: str) -> dict[int, list[tuple[int, int]]]:
    """Return where cells of a sheet are merged downwards: by their first row (from 1) the column
    (from 0) and the last row. A sheet is read in pieces, for it may be far longer than its file."""
    found: dict[int, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as package, package.open(part.lstrip("/")) as file:
        rest = b""
        while piece := file.read(_PIECE):
            text = rest + piece
            for column, first, last in _MERGED.findall(text):
                found.setdefault(int(first), []).append((_column(column), int(last)))
            rest = text[-_LONGEST_TAG:]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _unreadable(path: Path) -> NotPossible:
    return NotPossible(f"{path} is no XLSX workbook that can be read; save it as .xlsx or .csv.")


def decoded(path: Path, raw: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB 18030. Raises NotPossible."""
    if raw.startswith(_COMPOUND):
        raise NotPossible(
            f"{path} is a workbook of the old kind (.xls) or with a password; save it as .xlsx "
            "without one."
        )
    marked = next((name for mark, name in _MARKED.items() if raw.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotPossible(f"{path} is neither UTF-8, UTF-16 nor GB18030.")


def csv_rows(path: Path, text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV file; commas, semicolons or tabs part its cells, as its first line
    says. Raises NotPossible."""
    counts = Counter(sign for sign in text.partition("\n")[0] if sign in _PARTED)
    parted = max(_PARTED, key=lambda sign: counts[sign])
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=parted)
    except csv.Error as error:
        raise NotPossible(f"{path} is no CSV file that can be read: {error}.") from error
