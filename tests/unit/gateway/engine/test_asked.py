"""What a slow filter was asked: answers in any order, of which only an unbroken row counts."""

from __future__ import annotations

from gateway.engine.asked import Asked


def test_answers_count_from_the_start_on() -> None:
    """A later answer waits for the one before it; overlapping ones reach as far as the longest."""
    asked = Asked()
    asked.done.append((10, 20))
    asked.advance()
    assert asked.answered == 0
    asked.done.append((0, 10))
    asked.advance()
    assert asked.answered == 20
    asked.done.append((5, 15))
    asked.advance()
    assert asked.answered == 20


def test_all_is_answered_once_all_was_asked_and_none_is_open() -> None:
    """Both are needed."""
    asked = Asked()
    assert not asked.complete
    asked.all_asked, asked.open = True, 1
    assert not asked.complete
    asked.open = 0
    assert asked.complete
