"""The exact judgement where views and allow-phrases meet."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from filters.lexicon import Entry, compile_lexicon, named_list
from filters.lexicon.exact import Judge

FILTER = compile_lexicon([
    named_list(
        "mine",
        [
            Entry(text="黄片", category="x", severity=3, allow=("三黄片鸡", "看黄片")),
            Entry(text="黄片", category="y", severity=1),
        ],
    )
])  # fmt: skip
JUDGE = Judge(FILTER.lexicon)


def categories(text: str) -> list[str]:
    """What stands in the whole text."""
    return [one.category for one in JUDGE.scan(text, 0, True).findings]


def test_a_phrase_speaks_for_its_entry_only() -> None:
    """The same term in another category stands."""
    assert categories("三黄片鸡") == ["y"]


@pytest.mark.parametrize("text", ["三<b>黄片</b>鸡", "看\u200b黄片", "看**黄片**"])
def test_the_readers_view_of_a_phrase_decides(text: str) -> None:
    """Markup inside an allow-phrase does not undo it."""
    assert categories(text) == ["y"]


def test_a_phrase_that_no_reader_sees_excuses_nothing() -> None:
    """Hidden in a tag it is no context."""
    assert categories("<i 看>黄片") == ["x", "y"]


def test_a_match_waits_while_a_phrase_may_still_cover_it() -> None:
    """Neither reported nor let go; then the next character decides."""
    waiting = JUDGE.scan("三黄片", 0, False)
    assert ([one.category for one in waiting.findings], waiting.safe_until) == (["y"], 1)
    assert [one.category for one in JUDGE.scan("三黄片好", 1, False).findings] == ["x", "y"]
    assert [one.category for one in JUDGE.scan("三黄片鸡", 1, False).findings] == ["y"]


def _calls(times: int) -> int:
    """How many functions the judgement of so many excused terms calls."""
    called = 0

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal called
        called += event in {"call", "c_call"}

    text, before = "看黄片" * times, sys.getprofile()
    sys.setprofile(count)
    try:
        scan = JUDGE.scan(text, 0, True)
    finally:
        sys.setprofile(before)
    assert [one.category for one in scan.findings] == ["y"] * times
    return called


def test_many_matches_with_phrases_take_linear_work() -> None:
    """A flood of excused terms is no lever against us: ten times the text, ten times the calls."""
    assert _calls(1300) < 12 * _calls(130)


LONG = Judge(
    compile_lexicon([named_list("mine", [
        Entry(text="怎么开黑网站", category="long", severity=3),
        Entry(text="开黑网", category="short", severity=3),
        Entry(text="卖K粉", category="letters", severity=3),
    ])]).lexicon
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("怎么。开黑网。站", ["long", "short"]),
        ("怎么，开黑-网站", ["long", "short"]),
        ("怎么。开黑网站", ["short"]),
        ("开黑，网", []),
        ("开，黑，网", ["short"]),
        ("卖 K-粉", ["letters"]),
        ("卖🔥K🔥粉", ["letters"]),
        ("卖，K粉", []),
    ],
)
def test_signs_between_han_characters(text: str, found: list[str]) -> None:
    """Ends of sentences count between all characters, or in several places of a long term; letters
    may be among them."""
    assert sorted(one.category for one in LONG.scan(text, 0, True).findings) == found


@pytest.mark.parametrize(
    "text", ["5Y2WIEvnsok=", "NVkyV0lFdm5zb2s9", "JUU1JThEJTk2Sy0lRTclQjIlODk="]
)
def test_signs_between_characters_in_base64(text: str) -> None:
    """What a stretch says may hold separators, escapes and other stretches."""
    assert [one.category for one in LONG.scan(f"看 {text}", 0, True).findings] == ["letters"]
