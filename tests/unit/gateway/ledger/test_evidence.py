"""What speaks for a record: its own units, not what drafts and stock phrases say as well."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.ledger.evidence import drafts, is_likely, shared_confidence
from gateway.ledger.finder import ATTRIBUTED
from gateway.matching.alignment import Alignment


@pytest.mark.parametrize(
    ("along", "likely"),
    [
        (Alignment(30, 0.6, 0.62, 0, 48, 48, np.ones(48, bool)), True),
        (Alignment(29, 0.6, 0.62, 0, 48, 48, np.ones(48, bool)), False),
        (Alignment(60, 0.6, 0.61, 0, 98, 98, np.ones(98, bool)), False),
        (Alignment(56, 0.1, 1.0, 0, 56, 56, np.ones(56, bool)), True),
        (Alignment(55, 0.1, 1.0, 0, 55, 55, np.ones(55, bool)), False),
    ],
    ids=["most of the question", "too few units", "too loose", "a passage", "a short passage"],
)
def test_most_of_a_question_or_a_long_passage_makes_a_record_likely(
    along: Alignment, *, likely: bool
) -> None:
    """By so many units, so densely."""
    assert is_likely(along) is likely


def test_who_says_little_of_a_passage_is_no_draft_of_it() -> None:
    """His words are stock; the other half of a stitched quote and a shorter draft are none."""
    size = 100

    def runs(start: int, end: int) -> Alignment:
        covered = np.arange(size)
        return Alignment(end - start, 1, 1, start, end, end - start,
                         (start <= covered) & (covered < end))  # fmt: skip

    likely = {1: runs(0, 70), 2: runs(70, 100), 3: runs(10, 30), 4: runs(20, 60)}
    assert drafts(likely) == [1, 4, 2]


def test_edits_count_once() -> None:
    """A record's own units are what is left when its edits are taken off: that it runs less closely
    along takes nothing more."""
    close, edited_ = (
        Alignment(100, share, share, 0, 100, 100, np.ones(100, bool)) for share in (1.0, 0.65)
    )
    sure = [shared_confidence({1: each}, {1: 20})[1] for each in (close, edited_)]
    assert sure == [ATTRIBUTED, ATTRIBUTED]


def test_of_two_that_say_the_same_none_is_the_source() -> None:
    """However long it is."""
    along = Alignment(5_000, 1.0, 1.0, 0, 5_000, 5_000, np.ones(5_000, bool))
    sure = shared_confidence({1: along, 2: along}, {1: 5_000, 2: 5_000})
    assert max(sure.values()) < ATTRIBUTED
