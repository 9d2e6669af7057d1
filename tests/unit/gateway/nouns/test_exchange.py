"""Exchange ids sort by time and say when they were made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nouns.exchange import exchange_id, exchange_time_ms

TIMES = st.integers(0, 2**48 - 1)
RANDOM = st.binary(min_size=10, max_size=10)


@given(TIMES, TIMES, RANDOM, RANDOM)
def test_ids_sort_by_time_and_hold_it(one: int, two: int, some: bytes, more: bytes) -> None:
    """Whatever the random part is."""
    first, second = exchange_id(one, some), exchange_id(two, more)
    assert (exchange_time_ms(first), exchange_time_ms(second)) == (one, two)
    assert len(first) == 26
    if one < two:
        assert first < second


def test_a_known_ulid() -> None:
    """The first ten characters are the time, the rest is randomness (the ULID specification)."""
    assert exchange_id(1469918176385, bytes(10)) == "01ARYZ6S41" + "0" * 16


@pytest.mark.parametrize("text", ["", "01ARYZ6S41", "I" * 26, "01aryz6s41" + "0" * 16])
def test_what_is_no_ulid_is_refused(text: str) -> None:
    """Wrong length, wrong digits, wrong case."""
    with pytest.raises(ValueError, match="26 characters"):
        exchange_time_ms(text)


def test_randomness_has_ten_bytes() -> None:
    """Neither more nor fewer."""
    with pytest.raises(ValueError, match="ten random bytes"):
        exchange_id(0, bytes(9))
