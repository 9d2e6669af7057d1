"""A question is laid along a sketch: copies align, also edited; chance and shuffles do not."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.matching.alignment import (
    NOTHING,
    Alignment,
    Places,
    align,
    align_best,
    bands_of,
    densest_band,
    near_window_of,
    window_of,
)


def places(codes: np.ndarray) -> Places:
    """Return a question of one-unit characters whose grams cover two each."""
    count = len(codes)
    return Places(
        codes, np.arange(count) + 2, np.ones(count + 1, np.int64), np.ones(count + 1, bool)
    )


def laid(asked: np.ndarray, record: np.ndarray) -> Alignment:
    """Return how one row of codes lies along another."""
    question = places(asked)
    return align(question, densest_band(question, window_of(question, []), record))


@pytest.fixture
def record() -> np.ndarray:
    """A record of 600 random codes."""
    return np.random.default_rng(1).integers(0, 256, 600).astype(np.uint8)


def test_a_copy_aligns_whole(record: np.ndarray) -> None:
    """All of it, from end to end."""
    found = laid(record[200:240].copy(), record)
    assert (found.start, found.end) == (0, 41)
    assert found.share == found.density == 1.0


def test_a_copy_with_losses_and_additions_aligns_across_them(record: np.ndarray) -> None:
    """Two codes gone, three come in between, some replaced."""
    asked = np.concatenate((record[100:115], record[117:130], [7, 8, 9], record[130:145]))
    asked[20:22] ^= 255
    found = laid(asked.astype(np.uint8), record)
    assert found.share > 0.8
    assert found.start == 0


def test_a_passage_in_a_foreign_text_is_bounded(record: np.ndarray) -> None:
    """Its start and end are those of the passage, give or take a code."""
    foreign = np.random.default_rng(2).integers(0, 256, 200).astype(np.uint8)
    asked = np.concatenate((foreign[:90], record[300:350], foreign[90:]))
    found = laid(asked, record)
    assert abs(found.start - 90) <= 2
    assert abs(found.end - 141) <= 3
    assert found.density > 0.9


def test_one_equal_code_beyond_a_gap_draws_nothing_into_the_passage() -> None:
    """It is chance; two neighbours are not."""
    record = np.arange(100, 130, dtype=np.uint8)
    asked = np.zeros(30, np.uint8)
    asked[8:20] = record[8:20]
    asked[2:4] = record[2:4]
    asked[[5, 24]] = record[[5, 24]]
    found = laid(asked, record)
    assert (found.start, found.end) == (2, 21)


def test_unrelated_and_shuffled_codes_do_not_align(record: np.ndarray) -> None:
    """Chance and order without place cover less than a third."""
    chance = np.random.default_rng(3)
    for _ in range(200):
        assert laid(chance.integers(0, 256, 40).astype(np.uint8), record).share < 0.34
    pieces = record[:60].reshape(15, 4)[::-1].ravel().copy()
    assert laid(pieces, record[:60].copy()).share < 0.5


@pytest.mark.parametrize(("asked", "kept"), [(0, 0), (0, 50), (50, 0)])
def test_nothing_aligns_with_nothing(asked: int, kept: int) -> None:
    """Empty rows are no error."""
    assert laid(np.zeros(asked, np.uint8), np.zeros(kept, np.uint8)).units in (0, *range(52))
    if not asked or not kept:
        assert laid(np.zeros(asked, np.uint8), np.zeros(kept, np.uint8)) == NOTHING


def test_of_a_long_question_the_stretch_with_the_most_hits_is_laid() -> None:
    """However long it is, the work is bounded."""
    question = places(np.zeros(50_000, np.uint8))
    start, end = window_of(question, [3, 31_000, 31_100, 31_200])
    assert end - start == 1_200
    assert start <= 31_000
    assert end > 31_200


def test_what_stands_on_either_side_of_a_passage_is_joined(record: np.ndarray) -> None:
    """Two pieces put together in another order; only where a hit says that the second is there."""
    asked = np.concatenate((record[300:330], record[100:130]))
    question = places(asked)
    bands = bands_of(question, [3, 40], record)
    alone = align_best(question, bands, [3], record)
    both = align_best(question, bands, [3, 40], record)
    assert (alone.start, alone.end) == (0, 31)
    assert (both.start, both.end) == (0, 61)
    assert both.density > 0.9


def test_a_quote_in_a_long_text_is_found_where_its_hits_are(record: np.ndarray) -> None:
    """Over the whole text chance has more points in a band than a quote of forty codes."""
    foreign = np.random.default_rng(3).integers(0, 40, 1_000).astype(np.uint8)
    record = record % 40
    asked = np.concatenate((foreign[:600], record[300:340], foreign[600:]))
    question = places(asked)
    hits = [605, 612, 620, 633]
    first, last = near_window_of(question, hits)
    assert last - first == 128
    assert first < hits[0]
    assert hits[-1] < last
    found = align_best(question, bands_of(question, hits, record), hits, record)
    assert abs(found.start - 600) <= 2
    assert abs(found.end - 641) <= 2


def test_a_short_text_has_no_stretch_of_its_own() -> None:
    """Nor one without hits."""
    assert near_window_of(places(np.zeros(128, np.uint8)), [3]) == (0, 0)
    assert near_window_of(places(np.zeros(500, np.uint8)), []) == (0, 0)
    bands = bands_of(places(np.zeros(0, np.uint8)), [], np.zeros(9, np.uint8))
    assert [len(each.points) for each in bands] == [0]


def test_at_most_four_pieces_are_joined_to_a_passage(record: np.ndarray) -> None:
    """Each is laid along anew: a text of many shuffled pieces would take seconds."""
    order = (300, 100, 500, 200, 400, 0)
    asked = np.concatenate([record[start : start + 30] for start in order])
    hits = [30 * number + 3 for number in range(len(order))]
    question = places(asked)
    band = densest_band(question, (0, 30), record)
    found = align_best(question, [band], hits, record)
    assert abs(found.end - 151) <= 2
    assert found.density > 0.9
