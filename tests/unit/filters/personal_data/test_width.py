"""One code point for one, so that positions stay those of the original."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.personal_data.width import TRIGGERS, WIDE_CHARS, narrow

_TRIGGER = re.compile(f"[{TRIGGERS}]")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１３８００１３８００１", "13800138001"),
        ("ｊｏｈｎ＠ｑｑ．ｃｏｍ", "john@qq.com"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("138\u20110013\u00a08001", "138-0013 8001"),
        ("电话：１", "电话：1"),
        ("x²①", "x²①"),
    ],
)
def test_wide_forms_become_ascii(text: str, plain: str) -> None:
    """Digits, letters and the signs of numbers are narrowed; footnote marks are not."""
    assert narrow(text) == plain


@given(st.text())
def test_length_never_changes(text: str) -> None:
    """Whatever the text, lone surrogates included, positions survive."""
    assert len(narrow(text)) == len(text)


@given(st.text(), st.text())
def test_context_free(left: str, right: str) -> None:
    """narrow(a + b) is narrow(a) + narrow(b)."""
    assert narrow(left + right) == narrow(left) + narrow(right)


def test_trigger_sees_all_that_could_be_part_of_a_finding() -> None:
    """Every changed character but a space triggers a look, so none slips past the gate."""
    for char in WIDE_CHARS:
        assert (_TRIGGER.search(char) is not None) == (narrow(char) != " ")
    assert _TRIGGER.search("今天的天气，很好") is None
