"""Word lists in workbooks."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from filters.lexicon import import_terms
from filters.lexicon.sheet import sheet_rows
from gateway.nouns.errors import ConfigError


def workbook(*sheets: list[list[object]]) -> bytes:
    """A workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_imported(tmp_path: Path) -> None:
    """Headers in Chinese, several sheets, numbers, empty rows."""
    first = [
        ["词语", "类别", "等级", "语境词"],
        ["冰毒货源", "毒品", 4, "出售|现货"],
        [None, None, None],
    ]
    second = [["等级", "词语"], [3.0, "枪支货源"]]
    path = tmp_path / "terms.xlsx"
    path.write_bytes(workbook(first, second))
    report = import_terms(path)
    assert (report.form, report.lines) == ("xlsx", 2)
    one, two = report.entries
    assert (one.category, one.severity, one.context) == ("A1.h.drugs", 4, ("出售", "现货"))
    assert (two.text, two.severity) == ("枪支货源", 3)


def test_a_sheet_without_header_is_a_column_of_terms(tmp_path: Path) -> None:
    """Its first column."""
    path = tmp_path / "terms.xlsx"
    path.write_bytes(workbook([["冰毒货源", "x"], ["枪支货源"]]))
    assert [entry.text for entry in import_terms(path).entries] == ["冰毒货源", "枪支货源"]


@pytest.mark.parametrize("raw", [b"PK\x03\x04garbage", workbook([["a"]])[:300]])
def test_what_is_no_workbook_is_said_to_be_none(raw: bytes) -> None:
    """Whatever is broken in it."""
    with pytest.raises(ConfigError, match="no readable workbook"):
        list(sheet_rows(raw))
