"""Patience: how long a filter may fail in a row."""

from __future__ import annotations

from gateway.assembly.patience import Patience
from tests.ledger_kit import SetClock


def _patience() -> tuple[Patience, SetClock]:
    clock = SetClock()
    return Patience(clock), clock


def test_patience_ends_after_the_longest_time() -> None:
    """Counted from the first failure of the row."""
    patience, clock = _patience()
    answers = []
    for second in (0.0, 30.0, 60.0, 60.1):
        clock.now_s = second
        answers.append(patience("guard", 60.0))
    assert answers == [True, True, True, False]


def test_a_quiet_minute_ends_the_row() -> None:
    """A filter that has worked for so long counts as well again."""
    patience, clock = _patience()
    patience("guard", 50.0)
    clock.now_s = 61.0
    assert patience("guard", 50.0)
    clock.now_s = 110.0
    assert patience("guard", 50.0)


def test_each_filter_fails_for_itself() -> None:
    """One's failures do not use up the patience with another."""
    patience, clock = _patience()
    patience("one", 10.0)
    clock.now_s = 20.0
    assert patience("other", 10.0)
    assert not patience("one", 10.0)
