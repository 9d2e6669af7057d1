"""The trace's code: read whole, with gaps, with losses, and from several copies together."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.matching.trace_code import COPY_LENGTH, NUMBER_BITS, SHORTEST, TraceSearch, write

NUMBER = 0x123456789ABCDEF012345
OTHER = 0x9E3779B97F4A7C15F39CC
COPY = write(NUMBER)


def search() -> TraceSearch:
    """Return a search that takes the two numbers."""
    return TraceSearch(lambda number: number in (NUMBER, OTHER))


def without(copy: bytes, places: object) -> bytes:
    """Return the copy less the digits at these places."""
    return bytes(digit for place, digit in enumerate(copy) if place not in places)  # type: ignore[operator]


@given(st.integers(0, (1 << NUMBER_BITS) - 1), st.binary(max_size=9), st.binary(max_size=9))
def test_every_number_is_found_between_other_digits(
    number: int, before: bytes, after: bytes
) -> None:
    """At the place where it begins."""
    around = [bytes(digit & 3 for digit in part) for part in (before, after)]
    found = list(
        TraceSearch(lambda one: one == number).whole(around[0] + write(number) + around[1])
    )
    assert found == [(len(around[0]), number)]


def test_copies_that_touch_are_both_found() -> None:
    """One after the other."""
    assert list(search().whole(COPY + write(OTHER))) == [(0, NUMBER), (COPY_LENGTH, OTHER)]


def test_every_single_loss_and_change_is_mended() -> None:
    """Wherever it is."""
    for place in range(COPY_LENGTH):
        changed = COPY[:place] + bytes([COPY[place] ^ 1]) + COPY[place + 1 :]
        assert search().damaged(without(COPY, {place})) == NUMBER
        assert search().damaged(changed) == NUMBER


def test_two_and_three_losses_are_mended() -> None:
    """Anywhere: in a row of symbols, at the ends, within the closing digits."""
    for places in combinations((0, 1, 17, 30, 31, 58, 60, 61), 2):
        run = without(COPY, places)
        assert NUMBER in (search().damaged(run), search().scattered(run))
    for places in ((0, 20, 40), (1, 2, 60), (10, 30, 61), (5, 33, 59)):
        run = without(COPY, places)
        assert NUMBER in (search().damaged(run), search().scattered(run))


@settings(max_examples=25)
@given(st.integers(0, 1000))
def test_five_copies_with_a_tenth_lost_are_read_together(seed: int) -> None:
    """Each lost other digits."""
    chance = random.Random(seed)
    runs = [bytes(d for d in COPY if chance.random() > 0.1) for _ in range(5)]
    assert search().together(runs) == [NUMBER]


def test_copies_of_two_numbers_are_told_apart() -> None:
    """Each group votes for itself."""
    runs = [
        without(write(number), range(start, COPY_LENGTH, 9))
        for start in (0, 3, 6)
        for number in (NUMBER, OTHER)
    ]
    assert sorted(search().together(runs)) == sorted((NUMBER, OTHER))


@given(st.binary(max_size=90), st.lists(st.binary(max_size=70), max_size=4))
def test_noise_says_nothing(noise: bytes, runs: list[bytes]) -> None:
    """And breaks nothing, whatever its length."""
    digits = bytes(digit & 3 for digit in noise)
    assert list(search().whole(digits)) == []
    assert search().damaged(digits) is None
    assert search().together([bytes(digit & 3 for digit in run) for run in runs]) == []
    assert search().damaged(COPY[: SHORTEST - 1]) is None
