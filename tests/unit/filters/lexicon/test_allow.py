"""Allow-phrases: kept without their term, and as good as whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.lexicon import Entry, compile_lexicon, named_list
from filters.lexicon.allow import AROUND, BEFORE, BEHIND, AllowPhrase, allow_phrase

TERM = "黄色小片"
PHRASES = ("举报黄色小片", "黄色小片的危害", "反黄色小片法", "黄色小片黄色小片")
FILTER = compile_lexicon([
    named_list("mine", [Entry(text=TERM, category="x", severity=3, allow=PHRASES)])
])  # fmt: skip


@pytest.mark.parametrize(
    ("phrase", "kept"),
    [
        ("举报黄色小片", ("举报黄色", BEFORE)),
        ("黄色小片的危害", ("小片的危害", BEHIND)),
        ("反黄色小片法", ("反黄色小片法", AROUND)),
        ("无关", ("无关", AROUND)),
        ("黄色小片黄色小片", ("黄色小片黄色小片", AROUND)),
        (TERM, ("黄色", BEFORE)),
    ],
)
def test_two_characters_of_the_term_are_kept(phrase: str, kept: tuple[str, int]) -> None:
    """Where the phrase begins or ends with it."""
    assert allow_phrase(phrase, TERM) == AllowPhrase(*kept)


def test_terms_that_would_change_without_separators_are_kept_whole() -> None:
    """Phrases are looked for without separators too, and there the place would be another."""
    assert allow_phrase("no a b c", "a b c") == AllowPhrase("no a b c", AROUND)
    assert allow_phrase("赌博", "赌博") == AllowPhrase("赌博", BEFORE)
    assert allow_phrase("不赌", "赌") == AllowPhrase("不赌", AROUND)


@pytest.mark.parametrize("term", ["赌", "赌博", TERM])
def test_a_term_waits_for_a_phrase_that_may_go_on(term: str) -> None:
    """However short it is, and on whichever side the phrase goes on."""
    for phrase in (f"不{term}吗", f"{term}的危害"):
        entry = Entry(text=term, category="x", severity=3, allow=(phrase,))
        one = compile_lexicon([named_list("mine", [entry])])
        begun = phrase[: phrase.index(term) + len(term)]
        waiting = one.scan(begun, 0, False)
        assert (waiting.findings, waiting.safe_until <= phrase.index(term)) == ((), True)
        assert one.scan(phrase, 0, False).findings == ()
        assert len(one.scan(f"{begun}好", 0, False).findings) == 1


PARTS = ("举报", "黄色", "小片", TERM, "的危害", "反", "法", "好")


@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_a_finding_is_taken_away_where_a_phrase_covers_it_and_only_there(parts: list[str]) -> None:
    """As if every phrase were looked for whole."""
    text = "".join(parts)
    covered = [
        (at, at + len(phrase))
        for phrase in PHRASES
        for at in range(len(text))
        if text.startswith(phrase, at)
    ]
    expected = [
        at
        for at in range(len(text))
        if text.startswith(TERM, at)
        and not any(first <= at and at + len(TERM) <= last for first, last in covered)
    ]
    assert [one.start for one in FILTER.scan(text, 0, True).findings] == expected
