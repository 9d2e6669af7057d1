"""Tables that people hand in: workbooks, and CSV as spreadsheets of all languages write it."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.nouns.errors import NotPossible

_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, SyntaxError, OSError, EOFError,
    RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the reader of workbooks raises for what is none; broken XML is a SyntaxError."""

_PARTED = ",;\t"

Rows = Iterator[Sequence[object]]


def workbook(path: Path, raw: bytes) -> list[Rows]:
    """Return the rows of each sheet of an XLSX workbook, formulas as the value that was saved.

    Raises NotPossible if it is none; so do the rows if a sheet cannot be read.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        except _BROKEN as error:
            raise _unreadable(path) from error
    return [_sheet(path, sheet) for sheet in book.worksheets]


def _sheet(path: Path, sheet: object) -> Rows:
    try:
        yield from sheet.iter_rows(values_only=True)  # type: ignore[attr-defined]
    except _BROKEN as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> NotPossible:
    return NotPossible(f"{path} is no XLSX workbook that can be read.")


def decoded(path: Path, raw: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB 18030. Raises NotPossible."""
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
