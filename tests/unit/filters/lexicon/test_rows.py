"""Rows of files in any form."""

from __future__ import annotations

import pytest

from filters.lexicon.rows import decode, form_of, rows_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("赌博\n", "lines"),
        ("word of honour\n", "lines"),
        ("赌博,网站\n", "lines"),
        ("term\n赌博\n", "csv"),
        ("词\t类别\n", "csv"),
        ("Category;Term\n", "csv"),
        ('\n{"text":"a"}\n', "jsonl"),
    ],
)
def test_forms(text: str, form: str) -> None:
    """By the first line that says something."""
    assert form_of(text) == form


def test_csv_line_numbers_follow_quoted_line_ends() -> None:
    """The number is that of the row's last line in the file."""
    text = '\nterm,allow\n"赌博","反\n赌博"\n\n冰毒,\n'
    assert list(rows_of(text, "csv")) == [
        (4, {"text": "赌博", "allow": "反\n赌博"}),
        (6, {"text": "冰毒", "allow": ""}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    """All that Chinese spreadsheets write."""
    text, said = decode("赌博".encode(encoding))
    assert text.lstrip("\ufeff") == "赌博"
    assert said == encoding.removesuffix("-sig")
