"""Points for grave hits, and where they put a user."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.access.strikes import (
    Strike,
    grave_points,
    reviewed_points,
    standing_of,
    subject_mark,
)
from gateway.nouns.conduct import Level, Standing
from tests.conduct_kit import RULES, finding

DAY_NS = 86_400 * 10**9
WINDOW_NS = 30 * DAY_NS


@pytest.mark.parametrize(
    ("findings", "grave", "right"),
    [
        ([], 0, 0),
        ([finding(severity=4)], 4, 4),
        ([finding(severity=3)], 0, 2),
        ([finding(severity=1)], 0, 0),
        ([finding(severity=3), finding(severity=4)], 4, 4),
        ([finding("malware", 3)], 0, 2),
        ([finding("self_harm.intent")], 0, 0),
        ([finding(direction="output", field_class="content")], 0, 0),
        ([finding(field_class="history")], 0, 0),
        ([finding(wanted="flag", action="flag")], 0, 0),
        ([finding(action="flag")], 4, 4),
    ],
)
def test_only_what_the_user_says_now_counts(findings: list, grave: int, right: int) -> None:
    """And only if a rule wants to block it; grave by itself, the rest when somebody confirms it."""
    assert grave_points(RULES, findings) == grave
    assert reviewed_points(RULES, findings, "right") == right
    assert reviewed_points(RULES, findings, "grave") == 4
    assert reviewed_points(RULES, findings, "wrong") == 0


@pytest.mark.parametrize(
    ("strikes", "now_ns", "level"),
    [
        ([], 0, Level.NONE),
        ([Strike(0, 3)], 0, Level.NONE),
        ([Strike(0, 4)], 0, Level.WARN),
        ([Strike(0, 4)], WINDOW_NS, Level.NONE),
        ([Strike(0, 4), Strike(DAY_NS, 4)], DAY_NS, Level.LIMIT),
        # the older one leaves the window first: eight become four
        ([Strike(0, 4), Strike(DAY_NS, 4)], WINDOW_NS, Level.WARN),
        ([Strike(DAY_NS * day, 4) for day in range(3)], 2 * DAY_NS, Level.SUSPEND),
        ([Strike(DAY_NS * day, 4) for day in range(3)], 8 * DAY_NS, Level.SUSPEND),
        ([Strike(DAY_NS * day, 4) for day in range(3)], 9 * DAY_NS, Level.LIMIT),
        ([Strike(DAY_NS * day, 4) for day in range(6)], 900 * DAY_NS, Level.CLOSE),
        # six, but never in one window
        ([Strike(WINDOW_NS * each, 4) for each in range(6)], 5 * WINDOW_NS, Level.WARN),
    ],
)
def test_the_ladder(strikes: list[Strike], now_ns: int, level: Level) -> None:
    """Points count in a window; a suspension has its own time; a closure stays."""
    assert standing_of(RULES, strikes).level(now_ns) is level
    assert standing_of(RULES, strikes[::-1]) == standing_of(RULES, strikes)


def test_a_step_of_zero_is_no_step() -> None:
    """Nobody is closed where the policy closes nobody."""
    rules = replace(RULES, ladder=(0, 0, 0, 0))
    assert standing_of(rules, [Strike(each, 100) for each in range(9)]) == Standing()


def test_a_mark_is_keyed_and_of_one_user() -> None:
    """Two tenants' users of the same name are two."""
    marks = {subject_mark(key, tenant, "u") for key in (b"a", b"b") for tenant in ("s", "t")}
    assert len(marks) == 4
    assert subject_mark(b"a", "s", "u") in marks
