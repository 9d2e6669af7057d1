"""Strikes: points for a user's grave hits, and where they put him on the ladder.

Nothing here knows a store or a clock: points come from the findings on record, standings from the
strikes that count, and both can be computed anew at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from gateway.nouns.conduct import Standing, StrikeRules
from gateway.nouns.policy import concerns
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action

GRAVE = 4
"""The severity that counts without anybody's review."""

_BLOCKS = (Action.BLOCK.word, Action.DROP_TURN.word)
_NS = 1_000_000_000


class Strike(NamedTuple):
    """Points that count from a moment on (nanoseconds since 1970)."""

    time_ns: int
    points: int


def hits(rules: StrikeRules, findings: Iterable[FindingFact]) -> list[FindingFact]:
    """Return what a user may be held to: what he says now, and a rule wants to block."""
    return [
        fact
        for fact in findings
        if fact.direction == Direction.INPUT
        and fact.field_class == FieldClass.USER
        and fact.wanted in _BLOCKS
        and any(concerns(pattern, fact.category) for pattern in rules.when)
    ]


def grave_points(rules: StrikeRules, findings: Iterable[FindingFact]) -> int:
    """Return the points of an exchange that nobody reviewed: its gravest hit's, if it is grave."""
    grave = any(fact.severity >= GRAVE for fact in hits(rules, findings))
    return rules.points[GRAVE - 1] if grave else 0


def reviewed_points(rules: StrikeRules, findings: Iterable[FindingFact], decision: str) -> int:
    """Return the points of a reviewed exchange: ``grave``: those of a grave hit; ``right``: those
    of its gravest hit; ``wrong``: none."""
    if decision == "grave":
        return rules.points[GRAVE - 1]
    if decision != "right":
        return 0
    return max((rules.points[fact.severity - 1] for fact in hits(rules, findings)), default=0)


def standing_of(rules: StrikeRules, strikes: Sequence[Strike]) -> Standing:
    """Return where these strikes put a user.

    He is warned and limited while enough points lie in the window, suspended for a time from the
    strike that made it enough, and closed for good if it ever was enough for that.
    """
    ordered = sorted(strikes)
    window_ns = round(rules.window_s * _NS)
    warn, limit, suspend, close = rules.ladder
    suspended_ns, closed, first, points = 0, False, 0, 0
    for strike in ordered:
        points += strike.points
        while ordered[first].time_ns <= strike.time_ns - window_ns:
            points -= ordered[first].points
            first += 1
        closed = closed or bool(close and points >= close)
        if suspend and points >= suspend:
            suspended_ns = strike.time_ns + round(rules.suspend_s * _NS)
    return Standing(
        _enough_until(ordered, warn, window_ns),
        _enough_until(ordered, limit, window_ns),
        suspended_ns,
        closed,
    )


def subject_mark(key: bytes, tenant: str, subject: str) -> str:
    """Return what stands for a user where his id must not: keyed, 32 hexadecimal digits."""
    name = f"{tenant}\0{subject}".encode()
    return blake2b(name, digest_size=16, key=key[:64], person=b"standing").hexdigest()


def _enough_until(ordered: Sequence[Strike], enough: int, window_ns: int) -> int:
    """Return until when the points in the window are enough; 0: they are not."""
    points = 0
    for strike in reversed(ordered):
        points += strike.points
        if enough and points >= enough:
            return strike.time_ns + window_ns
    return 0
