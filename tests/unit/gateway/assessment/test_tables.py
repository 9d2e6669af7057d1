"""Tables that people hand in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from gateway.assessment.tables import csv_rows, decoded, workbook
from gateway.nouns.errors import ConfigError

HERE = Path("x.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_cells_as_spreadsheets_write_them(encoding: str, sign: str) -> None:
    """Line ends and other signs inside of quotes are part of a cell."""
    raw = f'甲{sign}乙\r\n"一,;\t\n二"{sign}3\r\n'.encode(encoding)
    assert list(csv_rows(HERE, decoded(HERE, raw))) == [["甲", "乙"], ["一,;\t\n二", "3"]]


def test_bytes_that_are_no_text() -> None:
    """Neither is a mark alone a promise."""
    for raw in (b"\xff\xfex", b"\xef\xbb\xbf\xff", b"\x81\xff"):
        with pytest.raises(ConfigError, match="neither"):
            decoded(HERE, raw)


def test_an_old_workbook_is_told_apart() -> None:
    """Somebody saved it in the form of 1997, or with a password."""
    with pytest.raises(ConfigError, match=r"\(\.xls\) or with a password; save it as \.xlsx"):
        decoded(HERE, b"\xd0\xcf\x11\xe0\xa1\xb1")


def test_cells_that_are_merged_downwards_hold_the_same() -> None:
    """As a person reads them; those merged sideways do not, and neither does what stands below."""
    book = Workbook()
    for sheet in (book.create_sheet("one"), book.create_sheet("two")):
        for row in (["head", None], ["a", 1], [None, 2], [None, 3], [None, 4]):
            sheet.append(row)
        sheet.merge_cells("A1:B1")
    book["two"].merge_cells("A2:A4")
    made = io.BytesIO()
    book.save(made)
    _, one, two = (list(rows) for rows in workbook(HERE, made.getvalue()))
    assert [row[0] for row in one] == ["head", "a", None, None, None]
    assert [row[0] for row in two] == ["head", "a", "a", "a", None]
    assert one[0][1] is None
