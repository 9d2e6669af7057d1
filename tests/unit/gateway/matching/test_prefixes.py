"""The prefixes of terms, short and long, and their table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.prefixes import (
    MOST_GROUPS,
    LongPrefixes,
    head_size,
    heads,
    long_prefixes,
    short_prefixes,
)

TERMS = st.lists(st.text("ab赌", min_size=1, max_size=12), unique=True, max_size=12).map(sorted)


@given(TERMS)
def test_every_proper_prefix_is_short_or_long(terms: list[str]) -> None:
    """Each comes once; the long ones begin with a head."""
    every = {term[:length] for term in terms for length in range(1, len(term))}
    short, long = list(short_prefixes(terms)), list(long_prefixes(terms))
    assert sorted(short + long) == sorted(every)
    assert {each[: head_size(each)] for each in long} == heads(terms)
    assert all(len(each) < head_size(each) for each in short)


@given(TERMS, TERMS, st.text("ab赌", max_size=12))
def test_the_table_knows_its_own(one: list[str], two: list[str], text: str) -> None:
    """Each prefix is found in its groups, anything else in none."""
    table = LongPrefixes([one, [], two])
    for asked in {text, *one, *two}:
        wanted = [number for number, group in ((0, one), (2, two)) if asked in group]
        assert sorted(table.groups(asked)) == wanted


def test_groups_are_few() -> None:
    """More groups than the table can tell apart are refused."""
    with pytest.raises(ValueError, match="groups"):
        LongPrefixes([[]] * (MOST_GROUPS + 1))
