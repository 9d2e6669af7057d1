"""Numbers by shape, and where the end of a text leaves one open."""

from __future__ import annotations

import pytest

from filters.personal_data.labels import Passage
from filters.personal_data.numbers import LONGEST_NUMBER, numbers, open_number


def _kinds(text: str) -> set[tuple[str, str]]:
    return {(c.kind, text[c.start : c.end]) for c in numbers(Passage(text)) if c.score >= 0.4}


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("手机号13800138001是", "mobile", "13800138001"),
        ("(138-0013-8001)", "mobile", "138-0013-8001"),
        ("x +86 138 0013 8001", "mobile", "+86 138 0013 8001"),
        ("0086-13800138001", "mobile", "0086-13800138001"),
        ("tel13800138001", "mobile", "13800138001"),
        ("1 13900139001 13800138001", "mobile", "13800138001"),
        ("证11010519491231002X。", "resident_id", "11010519491231002X"),
        ("110105 19491231 002x", "resident_id", "110105 19491231 002x"),
        ("身份证 110105491231002", "resident_id", "110105491231002"),
        ("4539148803436467", "bank_card", "4539148803436467"),
        ("4539 1488 0343 6467 12/26", "bank_card", "4539 1488 0343 6467"),
        ("6222020200112233440", "bank_card", None),
        ("代码91440300708461136T", "uscc", "91440300708461136T"),
        ("卡号 3714 496353 98431", "bank_card", "3714 496353 98431"),
        ("3714 496353 98431", "bank_card", "3714 496353 98431"),
        ("visa 36227206271667", "bank_card", "36227206271667"),
        ("手机13926184093元旦打", "mobile", "13926184093"),
    ],
)
def test_found(text: str, kind: str, span: str | None) -> None:
    """Each shape is found with its exact span, next to Han characters too (None: check fails)."""
    assert ((kind, span) in _kinds(text)) is (span is not None)


@pytest.mark.parametrize(
    "text",
    [
        "138001380012",
        "213800138001",
        "1732412345678",
        "订单号：13800138001",
        "a13800138001f",
        "SN-13800138001",
        "3.13800138001",
        "1234 138 0013 8001",
        "11010519491231002",
        "110105491231002",
        "371449635398431",
        "36227206271667",
        "83749283748 13900139001",
        "83749283, 4539148803436467",
        "0.4539148803436467",
        "1111 4539 1488 0343 6467",
        "20241124153000123",
        "营业收入13926184093元",
        "净资产 13926184093万",
    ],
)
def test_not_found(text: str) -> None:
    """Longer numbers, order numbers, code, decimals and rows of numbers are left alone."""
    assert _kinds(text) == set()


def test_second_card_of_a_row_of_cards_is_found() -> None:
    """A group on the left hides a card only if it is not a card itself."""
    text = "4539 1488 0343 6467 4716 1089 9971 6531"
    assert ("bank_card", "4716 1089 9971 6531") in _kinds(text)


def test_context_raises_and_lowers_the_score() -> None:
    """Bare is medium, named is high, an international prefix is in between."""
    scores = {
        text: next(iter(numbers(Passage(text)))).score
        for text in ("13800138001", "手机13800138001", "+8613800138001", "单号13800138001")
    }
    assert scores["单号13800138001"] < 0.4 <= scores["13800138001"]
    assert scores["13800138001"] < scores["+8613800138001"] < scores["手机13800138001"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("call 138 ", 5),
        ("call +86 13", 5),
        ("on 12 ", 6),
        ("in 2024 ", 3),
        ("in 0024 ", 8),
        ("4539 1488 0343 6467 1", 0),
        ("4539 1488 0343 6467 123", 0),
        ("words", 5),
    ],
)
def test_open_end(text: str, start: int) -> None:
    """Only what a shape can still come from is open."""
    assert open_number(text, 0) == start


def test_open_end_is_bounded() -> None:
    """A row of groups without end holds no more than one number."""
    text = "4539 " * 100
    assert len(text) - open_number(text, 0) <= LONGEST_NUMBER
