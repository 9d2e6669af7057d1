"""Where a user stands at a moment."""

from __future__ import annotations

import pytest

from gateway.nouns.conduct import Level, Standing

ALL = Standing(warn_ns=40, limit_ns=30, suspend_ns=20)


@pytest.mark.parametrize(
    ("standing", "now_ns", "level"),
    [
        (Standing(), 0, Level.NONE),
        (ALL, 0, Level.SUSPEND),
        (ALL, 20, Level.LIMIT),
        (ALL, 30, Level.WARN),
        (ALL, 40, Level.NONE),
        (ALL._replace(closed=True), 99, Level.CLOSE),
    ],
)
def test_the_strictest_step_that_holds_counts(
    standing: Standing, now_ns: int, level: Level
) -> None:
    """Each ends at its own time; a closure does not."""
    assert standing.level(now_ns) is level
    assert level.word == ("" if level is Level.NONE else level.name.lower())
