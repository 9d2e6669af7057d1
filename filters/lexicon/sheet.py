"""Rows of a spreadsheet (XLSX, ECMA-376) that holds a word list."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from gateway.nouns.errors import NotPossible

MOST_ROWS = 2_000_000
_SIGNATURE = b"PK\x03\x04"


def is_sheet(raw: bytes) -> bool:
    """True if a file may be a spreadsheet."""
    return raw.startswith(_SIGNATURE)


def sheet_rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a workbook's sheets, one sheet after the other: line number and cells.

    Numbers without a fraction are written as integers. Raises ConfigError if it cannot be read.
    """
    import openpyxl  # only an import needs it

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        yield from (row for sheet in book.worksheets for row in _rows(sheet))
    except (BadZipFile, KeyError, OSError, ValueError, TypeError, SyntaxError) as error:
        raise NotPossible(f"the file is no readable workbook: {type(error).__name__}") from None


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            raise NotPossible(f"the sheet has more than {MOST_ROWS} rows")
        cells = [_cell(value) for value in row]
        if any(cells):
            yield number, cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = value.date().isoformat() if hasattr(value, "date") else str(value)
    return text.strip()
