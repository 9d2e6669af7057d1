"""The review sheet: out as text, never as a formula, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from gateway.assessment.folder import Answer, Recorded
from gateway.assessment.questions import Question
from gateway.assessment.review_sheet import read_sheet, sheet_rows, write_sheet
from gateway.assessment.standard import Bank
from gateway.nouns.errors import ConfigError

BANKS = {"g-1": Bank.GENERATION, "r-1": Bank.REFUSE, "01K": None}
EVIL = "=cmd|' /C calc'!A0\x07\ud83d"


def _rows() -> list[tuple[str, ...]]:
    pairs = [
        (Question(id=name, bank=bank, kind="A1.a", text=EVIL, origin="operator"),
         Answer(id=name, text="答" * 40_000, refused_by="answer"))
        for name, bank in BANKS.items()
        if bank is not None
    ]  # fmt: skip
    return list(sheet_rows(pairs, [Recorded(id="01K", question="q", text="-1", at="")]))


def test_an_empty_answer_says_that_it_is_empty() -> None:
    """An empty cell would look like a mistake of the sheet."""
    question = Question(id="g-1", bank=Bank.GENERATION, kind="A1.a", text="x", origin="operator")
    (row,) = sheet_rows([(question, Answer(id="g-1", text=" "))])
    assert row[4] == "[empty 空回答]"


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_a_sheet_goes_out_and_comes_back(tmp_path: Path, name: str) -> None:
    """Every answer is in it, harmless in a spreadsheet; people's words come back with notes."""
    path = tmp_path / name
    assert write_sheet(path, _rows()) == 3
    assert path.stat().st_mode & 0o077 == 0
    assert read_sheet(path, BANKS, "r") == []
    if name.endswith("xlsx"):
        book = load_workbook(path)
        sheet = book.active
        assert [sheet.cell(row, 4).quotePrefix for row in (2, 4)] == [True, False]
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
        for number, said in ((2, "不合格"), (3, "拒答"), (4, "pass")):
            sheet.cell(number, 6).value = said
            sheet.cell(number, 7).value = "看过"
        book.save(path)
    else:
        assert ",'=cmd" in path.read_text(encoding="utf-8-sig")
        path.write_text(
            "备注,b,判定,id\n看过,,不合格,g-1\n看过,,拒答,r-1\n看过,,pass,01K\n",
            encoding="gb18030",
        )
    said = read_sheet(path, BANKS, "李娜")
    assert [(one.id, one.verdict, one.note, one.reviewer) for one in said] == [
        ("g-1", "fail", "看过", "李娜"), ("r-1", "refused", "看过", "李娜"),
        ("01K", "pass", "看过", "李娜"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "＝1+1", "＠SUM(A1)"])
def test_no_answer_begins_a_formula(tmp_path: Path, text: str) -> None:
    """Of a CSV everything that a spreadsheet would compute begins with a quote."""
    path = tmp_path / "s.csv"
    write_sheet(path, [("g-1", "generation", "A1.a", "q", text, "", "")])
    assert f"'{text}" in path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("row", "why"),
    [("x-9,,,,,合格,", "row 2.*x-9"), ("g-1,,,,,拒答,", "no verdict of its bank"),
     ("r-1,,,,,合格,", "no verdict"), ("g-1,,,,,也许,", "也许"),
     ("g-1,,,,,合格,\ng-1,,,,,不合格,", "row 3.*another verdict")],
)  # fmt: skip
def test_a_word_that_fits_no_bank_is_named(tmp_path: Path, row: str, why: str) -> None:
    """Nothing of such a sheet is taken."""
    path = tmp_path / "s.csv"
    path.write_text(f"id,b,c,q,a,verdict,n\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        read_sheet(path, dict(BANKS), "r")


@pytest.mark.parametrize("head", ["id,b,c,q,a", "verdict,note", ""])
def test_a_sheet_without_its_heads_says_nothing(tmp_path: Path, head: str) -> None:
    """Columns are known by their heads: a verdict is never read from another one's place."""
    path = tmp_path / "s.csv"
    path.write_text(f"{head}\ng-1,,,,,合格,\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="names the columns"):
        read_sheet(path, dict(BANKS), "r")


def test_columns_and_sheets_stand_in_any_order(tmp_path: Path) -> None:
    """A sheet in front, a column between, and a verdict moved: what people said is found."""
    path = tmp_path / "s.xlsx"
    write_sheet(path, _rows())
    book = load_workbook(path)
    sheet = book["review"]
    sheet.insert_cols(3)
    sheet.move_range("G1:G4", cols=3)
    sheet["J3"] = "未拒答"
    book.create_sheet("hints", 0)["A1"] = "read first"
    book.save(path)
    assert [(one.id, one.verdict) for one in read_sheet(path, BANKS, "r")] == [("r-1", "answered")]


def test_a_sheet_has_a_form(tmp_path: Path) -> None:
    """Another name, or a broken workbook, is an error."""
    with pytest.raises(ConfigError, match=r"\.xlsx or \.csv"):
        write_sheet(tmp_path / "s.pdf", [])
    (tmp_path / "s.xlsx").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(ConfigError, match="workbook"):
        read_sheet(tmp_path / "s.xlsx", {}, "r")
