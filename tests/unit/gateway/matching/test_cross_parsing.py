"""What others say is cheap to tell, whatever is said for the first time costs what it is long."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.matching.alignment import Places
from gateway.matching.cross_parsing import Library, cost

ASKED = np.arange(40, 60, dtype=np.uint8)
QUESTION = Places(ASKED, np.arange(2, 22), np.full(21, 2), np.ones(21, bool))
"""Twenty grams over twenty-one ideographs, two to a gram."""


def told(*sketches: np.ndarray, start: int = 0, end: int = 21) -> int:
    """Return what a passage costs beside these sketches."""
    rows = range(start, min(end, len(ASKED)))
    return cost(QUESTION, Library(sketches).tell(QUESTION, rows).lengths, start, end)


def sketch(*stretches: np.ndarray) -> np.ndarray:
    """Return stretches with other codes between them."""
    return np.concatenate([np.append(np.uint8(0), each) for each in stretches])


@pytest.mark.parametrize(
    ("sketches", "units"),
    [
        ((), 42),
        ((np.zeros(9, np.uint8),), 42),
        ((ASKED,), 5),
        ((sketch(ASKED[:10], ASKED[10:]),), 10),
        ((ASKED[:10], ASKED[10:]), 10),
        ((ASKED[:12], ASKED[8:]), 10),
        ((ASKED[:10],), 5 + 20),
        ((sketch(ASKED[:2], ASKED[4:6]),), 42),
    ],
    ids=["alone", "others", "a copy", "two stretches of one", "of two", "that overlap",
         "half", "too short"],
)  # fmt: skip
def test_a_passage_costs_its_stretches_and_what_stands_alone(
    sketches: tuple[np.ndarray, ...], units: int
) -> None:
    """Ten grams cover eleven ideographs; two stretches that only touch share the one between."""
    assert told(*sketches) == units


def test_no_stretch_runs_from_one_sketch_into_the_next() -> None:
    """Two halves are never one whole."""
    found = Library([ASKED[:10], ASKED[10:]]).tell(QUESTION, range(20)).lengths
    assert found == {row: (10 if row < 10 else 20) - row for row in range(20)}


def test_rows_that_are_left_out_end_a_stretch() -> None:
    """Passages apart from each other are told apart."""
    found = Library([ASKED]).tell(QUESTION, [2, 3, 8, 9]).lengths
    assert found == {2: 2, 3: 1, 8: 2, 9: 1}


def test_a_part_of_the_question_can_be_told() -> None:
    """A stretch may go on beyond its end."""
    assert told(ASKED, start=5, end=15) == 5
    assert told(ASKED[:10], start=5, end=15) == 5 + 8


def test_what_the_passage_itself_said_before_is_cheap() -> None:
    """Rows of one form: the first of three says what is said, the others are one stretch."""
    row = np.arange(40, 46, dtype=np.uint8)
    asked = Places(np.tile(row, 3), np.arange(2, 20), np.full(19, 2), np.ones(19, bool))
    found = Library([]).tell(asked, range(18)).lengths
    assert [found[0], found[5], found[6], found[12]] == [0, 0, 12, 6]
    assert cost(asked, found, 0, 19) == 12 + 5


@pytest.mark.parametrize(
    ("sketches", "first", "end"),
    [
        ((ASKED, ASKED), 0, 21),
        ((ASKED[:12], ASKED[4:]), 4, 13),
        ((ASKED,), 0, 0),
        ((ASKED[:12], ASKED[5:]), 0, 0),
        ((np.append(ASKED[:9], ASKED[:9]),), 0, 0),
    ],
    ids=["said by two", "what both say", "by one", "too short in common", "twice by one"],
)
def test_what_two_say_in_a_long_stretch_is_stock(
    sketches: tuple[np.ndarray, ...], first: int, end: int
) -> None:
    """Nine ideographs, eighteen units; of each character it is told."""
    stock = Library(sketches).tell(QUESTION, range(20)).stock
    assert np.flatnonzero(stock).tolist() == list(range(first, end))
