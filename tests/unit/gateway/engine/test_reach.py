"""What a slow filter was asked: answers in any order, of which only an unbroken row counts."""

from __future__ import annotations

from gateway.engine.reach import Reach


def test_answers_count_from_the_start_on() -> None:
    """A later answer waits for the one before it; overlapping ones reach as far as the longest."""
    reach = Reach()
    reach.done.append((10, 20))
    reach.advance()
    assert reach.answered == 0
    reach.done.append((0, 10))
    reach.advance()
    assert reach.answered == 20
    reach.done.append((5, 15))
    reach.advance()
    assert reach.answered == 20


def test_all_is_answered_once_all_was_asked_and_none_is_open() -> None:
    """Both are needed."""
    reach = Reach()
    assert not reach.complete
    reach.all_asked, reach.open = True, 1
    assert not reach.complete
    reach.open = 0
    assert reach.complete
