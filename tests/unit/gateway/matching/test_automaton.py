"""The automaton finds all terms and the live suffixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.automaton import END, LONGEST_TERM, TermAutomaton

TERMS = st.lists(st.text("ab", min_size=1, max_size=5), unique=True, max_size=8)


@given(TERMS, TERMS, st.text("abc", max_size=12))
def test_matches_and_live_suffixes(one: list[str], two: list[str], text: str) -> None:
    """All places of all terms, and per group exactly the suffixes that begin a longer term."""
    automaton = TermAutomaton([one, two])
    found = automaton.find(text + END)
    size = automaton.size
    assert {match for match in found if match[0] < size} == {
        (number, at, at + len(term))
        for number, term in enumerate([*one, *two])
        for at in range(len(text))
        if text.startswith(term, at)
    }
    for terms, first, last in (
        (one, size, automaton.live_ends[0]),
        (two, *automaton.live_ends),
    ):
        alive = [start for number, start, _ in found if first <= number < last]
        assert sorted(alive) == [
            at
            for at in range(len(text))
            if any(term != text[at:] and term.startswith(text[at:]) for term in terms)
        ]


def test_half_a_character_stands_between_terms() -> None:
    """It moves no place and belongs to nothing, and what is whole around it is found."""
    automaton = TermAutomaton([["ab", "b"]])
    assert automaton.find("ab\ud83dab\udc00a" + END) == [
        (0, 0, 2), (1, 1, 2), (0, 3, 5), (1, 4, 5), (2, 6, 8),
    ]  # fmt: skip


def test_no_terms_match_nothing() -> None:
    """An empty list is a list."""
    automaton = TermAutomaton([[], []])
    assert automaton.find("abc" + END) == []
    assert (automaton.size, automaton.longest) == (0, 0)


@pytest.mark.parametrize("term", ["", "a" * (LONGEST_TERM + 1), "a\0b", "a" + END])
def test_unusable_terms_are_refused(term: str) -> None:
    """Empty, too long, or with a sign that only the automaton sets."""
    with pytest.raises(ValueError, match="term 0"):
        TermAutomaton([[term]])
