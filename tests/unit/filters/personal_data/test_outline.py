"""An outline shows where something may be found; it may never hide it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.personal_data import PersonalDataFilter
from filters.personal_data.outline import (
    has_code,
    has_groups,
    has_labelled,
    has_mobile,
    has_quad,
    may_be_code,
    may_grow,
    outlined,
)

_JUDGE = PersonalDataFilter()
_GROUP = st.text("0123456789abcdefABCDEF", min_size=1, max_size=4)
_PAIR = st.text("0123456789abcdefABCDEF", min_size=2, max_size=2)


@given(st.text())
def test_a_code_point_stays_one(text: str) -> None:
    """Digits, letters and other scripts have a sign each; ASCII signs stay."""
    outline = outlined(text)
    assert len(outline) == len(text)
    for char, sign in zip(text, outline, strict=True):
        if not char.isascii():
            assert sign == "?"
        elif char.isalnum():
            assert sign == ("0" if char.isdigit() else "A" if char.isupper() else "a")
        else:
            assert sign == char


@given(st.lists(st.integers(0, 255), min_size=4, max_size=4))
def test_every_quad_is_seen(parts: list[int]) -> None:
    """Groups of one to three digits, whatever their lengths; three groups are none."""
    assert has_quad(outlined("ip " + ".".join(map(str, parts)) + "。"))
    assert not has_quad(outlined("v" + ".".join(map(str, parts[:3]))))


@given(st.lists(_PAIR, min_size=6, max_size=6), st.lists(_GROUP, min_size=8, max_size=8))
def test_every_row_of_groups_is_seen(pairs: list[str], groups: list[str]) -> None:
    """Hardware addresses and addresses of version 6 written out; a time is neither."""
    for sign in ":-":
        assert has_groups(f"mac {sign.join(pairs)} ", sign)
    assert has_groups(f"地址 {':'.join(groups)}", ":")
    assert not has_groups("15:30:01 16:30:01", ":")


@pytest.mark.parametrize("number", ["13800138001", "138 0013 8001", "138-0013-8001"])
def test_mobiles_are_seen_however_they_are_parted(number: str) -> None:
    """Eleven digits; ten are a date with its hour."""
    assert has_mobile(outlined(f"打{number}。"))
    assert not has_mobile(outlined("2024-11-24 15:30"))


def test_codes_are_seen_though_they_began_before() -> None:
    """Sixteen of eighteen letters and digits are enough, with digits somewhere."""
    outline = outlined("91440300708461136T"[2:])
    assert has_code(outline)
    assert may_be_code(outline, 0)
    assert not may_be_code(outline, 1)
    assert not has_code(outlined("internationalization"))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("E12345678", True), ("39.9042", True), ("(415) 859-2671", True), ("9岁", True),
        ("9 years old", True), ("1234", False), ("row 12 of 34", False),
    ],
)  # fmt: skip
def test_numbers_that_a_word_may_name(text: str, seen: bool) -> None:
    """A digit and four signs more, or an age."""
    assert has_labelled(outlined(text), text) is seen


@pytest.mark.parametrize(
    ("text", "grows"),
    [("12", True), ("12 ", True), ("12周岁", True), ("a, ", False), ("1 (", False), ("", False)],
)
def test_what_may_grow(text: str, grows: bool) -> None:
    """Nothing but one sign, or a year of age, stands behind a letter or a digit."""
    assert may_grow(outlined(text)) is grows


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ИНН 500100732259", ["national_id"]),
        ("我家住文三路138号会议室旁", ["address"]),
        ("a4:5e:60:c2:11:9f", ["mac_address"]),
        ("ab:cd:ef:ab:cd:fe in 1 row", []),
        ("ab:cd:ef:ab:cd:fe", []),
    ],
)
def test_found_or_not_whatever_stands_beside(text: str, kinds: list[str]) -> None:
    """Capitals of other scripts name a number; a street's number may stand before a word; pairs
    without a digit are no address, with a figure in the text or without."""
    found = [one.category for one in _JUDGE.scan(text, 0, final=True).findings]
    assert found == [f"personal_data.{kind}" for kind in kinds]
