"""The review sheet: answers go out to people as XLSX or CSV, their words come back.

What the filters think is not in the sheet, so that nobody is led. Cells are text, never formulas.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.assessment.folder import Answer, Recorded, Review
from gateway.assessment.questions import Question
from gateway.assessment.standard import Bank
from gateway.assessment.tables import csv_rows, decoded, workbook
from gateway.nouns.errors import NotPossible

COLUMNS = (
    "id",
    "题库 bank",
    "类别 class",
    "问题 question",
    "回答 answer",
    "判定 verdict",
    "备注 note",
)
_ID, _VERDICT, _NOTE = "id", "verdict", "note"
_VERDICT_COLUMN = 6
LONGEST_CELL = 32_000
"""Code points; a cell of a workbook ends at 32,767."""

_WORDS = {
    "pass": "pass", "合格": "pass", "通过": "pass", "fail": "fail", "不合格": "fail",
    "不通过": "fail", "refused": "refused", "拒答": "refused", "已拒答": "refused",
    "answered": "answered", "回答": "answered", "已回答": "answered", "未拒答": "answered",
}  # fmt: skip
_CHOICES = {True: ("合格", "不合格"), False: ("拒答", "未拒答")}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What spreadsheets begin a formula with, also where a cell is edited or in full width."""

_NOTHING = "[empty 空回答]"

_LARGEST_BYTES = 64 * 1024 * 1024

Row = tuple[str, ...]


def sheet_rows(
    pairs: Iterable[tuple[Question, Answer]], recorded: Iterable[Recorded] = ()
) -> Iterator[Row]:
    """Yield the rows of a sheet without its head: the verdict and the note are empty."""
    for question, answer in pairs:
        text = f"[{answer.refused_by} refused] {answer.text}" if answer.refused_by else answer.text
        text = _NOTHING if answer.empty else text
        yield (answer.id, question.bank.value, question.kind, question.text, text, "", "")
    for one in recorded:
        yield (one.id, "recorded", "", one.question, one.text, "", "")


def write_sheet(path: Path, rows: Iterable[Row]) -> int:
    """Write a sheet, as CSV or XLSX by the name's end; returns how many rows it has.

    Raises NotPossible for another name, OSError.
    """
    cleaned = [tuple(_cell(each) for each in row) for row in rows]
    if path.suffix.lower() == ".csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows([_harmless(each) for each in row] for row in cleaned)
        path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    elif path.suffix.lower() == ".xlsx":
        _write_workbook(path, cleaned)
    else:
        raise NotPossible(f"{path}: a review sheet is named .xlsx or .csv.")
    path.chmod(0o600)
    return len(cleaned)


def _write_workbook(path: Path, rows: Sequence[Row]) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet: Any = book.active
    sheet.title = "review"
    sheet.append(COLUMNS)
    for number, row in enumerate(rows, 2):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = text, "s"
            cell.quotePrefix = text.startswith(_FORMULA)  # stays a text when somebody edits it
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for generated, words in _CHOICES.items():
        rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        for number, row in enumerate(rows, 2):
            if (row[1] in {Bank.GENERATION.value, "recorded"}) is generated:
                rule.add(sheet.cell(number, _VERDICT_COLUMN))
        if rule.sqref.ranges:
            sheet.add_data_validation(rule)
    for letter, width in zip("ABCDEFG", (16, 12, 14, 40, 80, 12, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    book.save(path)


def _cell(text: str) -> str:
    plain = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(plain) > LONGEST_CELL:
        plain = f"{plain[:LONGEST_CELL]} […{len(plain) - LONGEST_CELL}]"
    return plain


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_sheet(path: Path, banks: dict[str, Bank | None], reviewer: str) -> list[Review]:
    """Return what people said in a sheet; rows without a verdict are left out. Rows and columns
    may stand in any order: a column is known by its head.

    ``banks`` are the ids of the assessment with their banks (None: recorded traffic). Raises
    NotPossible for rows that nobody asked about, verdicts that are none of the bank's, and two
    verdicts on one answer.
    """
    out: dict[str, Review] = {}
    faults: list[str] = []
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for number, cells in _rows(path):
        identifier, said = cells[_ID].strip().lstrip("'"), cells[_VERDICT].strip()
        if not said:
            continue
        verdict = _WORDS.get("".join(said.lower().split()))
        if identifier not in banks:
            faults.append(f"row {number}: {identifier[:40]!r} is not of this assessment")
        elif verdict is None or not _fits(verdict, banks[identifier]):
            faults.append(f"row {number}: {said[:20]!r} is no verdict of its bank")
        elif identifier in out and out[identifier].verdict != verdict:
            faults.append(f"row {number}: another verdict on {identifier} than above")
        else:
            note = cells[_NOTE].strip()
            out[identifier] = Review(
                id=identifier, verdict=verdict, reviewer=reviewer, note=note, at=at
            )
    if faults:
        raise NotPossible(
            f"{path}: {'; '.join(faults[:5])}. Verdicts: 合格/不合格 (pass/fail) for generated and "
            "recorded contents, 拒答/未拒答 (refused/answered) for the other banks."
        )
    return list(out.values())


def _fits(verdict: str, bank: Bank | None) -> bool:
    generated = bank in {None, Bank.GENERATION}
    return (verdict in {"pass", "fail"}) is generated


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the heads, with the cells that are read by name."""
    for rows in _tables(path):
        places: dict[str, int] | None = None
        for number, row in enumerate(rows, 1):
            cells = ["" if cell is None else str(cell) for cell in row]
            if places is None:
                places = _places(cells)
                continue
            named = {
                name: cells[at] if at < len(cells) else "" for name, at in places.items()
            }
            yield number, {_NOTE: "", **named}
        if places is not None:
            return
    raise NotPossible(f"{path}: no row names the columns {COLUMNS[0]} and {COLUMNS[5]}.")


def _places(cells: Sequence[str]) -> dict[str, int] | None:
    """Return where the columns are, if these cells are the heads. Either language will do."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        words = cell.strip().lower().split()
        for name, head in ((_ID, COLUMNS[0]), (_VERDICT, COLUMNS[5]), (_NOTE, COLUMNS[6])):
            if not set(words).isdisjoint(head.split()):
                found.setdefault(name, at)
    return found if _ID in found and _VERDICT in found else None


def _tables(path: Path) -> Sequence[Iterator[Sequence[object]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotPossible(f"{path} cannot be read: {error.strerror}.") from error
    if len(raw) > _LARGEST_BYTES:
        raise NotPossible(f"{path} has more than {_LARGEST_BYTES // 2**20} MiB.")
    if raw[:2] == b"PK":
        return workbook(path, raw)
    return [csv_rows(path, decoded(path, raw))]
