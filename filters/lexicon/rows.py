"""Rows of an operator's word list, whatever its encoding and form: lines, CSV, JSON Lines,
XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from filters.lexicon.columns import COLUMNS
from filters.lexicon.sheet import is_sheet, sheet_rows
from gateway.nouns.errors import ConfigError

Row = tuple[int, dict[str, str]]
"""Line number, and the cells by entry field; or ``error``: why the line is unreadable."""

_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",;\t|，"
_FIELD_OF = {alias: field for field, aliases in COLUMNS.items() for alias in aliases}


def read_rows(raw: bytes) -> tuple[list[Row], str, str]:
    """Return the rows of a file, its encoding and its form (``xlsx`` or as `form_of` names it).

    Raises ConfigError if it is none that we read.
    """
    if is_sheet(raw):
        return list(_sheet_rows(raw)), "", "xlsx"
    text, encoding = decode(raw)
    form = form_of(text)
    return list(rows_of(text, form)), encoding, form


def _sheet_rows(raw: bytes) -> Iterator[Row]:
    """Yield the rows of a workbook. Each sheet begins with a header; if the first has none, its
    first column holds the terms."""
    fields: list[str] = []
    for number, cells in sheet_rows(raw):
        named = [_FIELD_OF.get(cell.lower(), "") for cell in cells]
        if number == 1 and "text" in named:
            fields = named
        elif cells[0] or fields:
            pairs = zip(fields or ["text"], cells, strict=False)
            yield number, {field: cell for field, cell in pairs if field}


def decode(raw: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding. Raises ConfigError if it is none that we read."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace"), "utf-16"
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise ConfigError("the file is neither UTF-8 nor GB18030; save it as UTF-8")


def form_of(text: str) -> str:
    """Return ``jsonl``, ``csv`` (a header with a column that names the term) or ``lines``."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.startswith("{"):
        return "jsonl"
    return "csv" if _header(first) else "lines"


def rows_of(text: str, form: str) -> Iterator[Row]:
    """Yield the rows of a text in a form that `form_of` named."""
    readers = {"jsonl": _json_rows, "csv": _csv_rows, "lines": _line_rows}
    return readers[form](text)


def _header(line: str) -> tuple[str, list[str]] | None:
    """Return the delimiter and the entry fields of a CSV header, None if it is none.

    A single column counts only under a name that is no likely term.
    """
    for delimiter in _DELIMITERS:
        names = next(csv.reader([line], delimiter=delimiter), [])
        fields = [_FIELD_OF.get(name.strip().lower(), "") for name in names]
        if "text" in fields and (sum(map(bool, fields)) > 1 or len(names) == 1):
            return delimiter, fields
    return None


def _line_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(("#", "//")):
            yield number, {"text": line.strip()}


def _csv_rows(text: str) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    header = None
    while header is None:
        header = _header(lines.readline().strip())
    delimiter, fields = header
    skipped = text[: lines.tell()].count("\n")
    reader = csv.reader(lines, delimiter=delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            pairs = zip(fields, cells, strict=False)
            yield skipped + reader.line_num, {field: cell.strip() for field, cell in pairs if field}


def _json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        try:
            members: dict[str, Any] = msgspec.json.decode(line.encode(), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeEncodeError):
            yield number, {"error": "the line is not a JSON object"}
            continue
        named = {_FIELD_OF.get(name.strip().lower(), ""): value for name, value in members.items()}
        yield number, {field: _cell(value) for field, value in named.items() if field}


def _cell(value: object) -> str:
    """Return a JSON value as a cell; lists with ``|`` between."""
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "" if value is None else str(value).strip()
