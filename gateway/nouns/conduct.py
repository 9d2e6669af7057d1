"""Conduct: which exchanges people look at, and what a user's grave hits lead to."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import msgspec


class ReviewSample(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the exchanges that people look at.

    ``rate`` is the part, from 0 to 1. Exchanges are of the sample that ended with one of
    ``outcomes`` (none named: any), and have a finding of the category or pattern ``when`` and of
    the policy's rule ``rule`` (empty: any, or no finding at all).
    """

    id: str
    rate: float
    when: str = ""
    outcomes: tuple[str, ...] = ()
    rule: str = ""


class StrikeRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a user's grave hits lead to.

    ``mode`` is ``observe`` or ``enforce``. A hit is a finding in what the user says now, of a
    category in ``when``, for which a rule wants a block; ``points`` are those of severity 1 to 4.
    Points count for ``window_s`` seconds. ``ladder`` are the points at which a user is warned,
    limited (to ``requests_per_minute``), suspended (for ``suspend_s`` seconds) and closed; 0: not.
    """

    mode: str = "observe"
    when: tuple[str, ...] = ()
    points: tuple[int, int, int, int] = (0, 1, 2, 4)
    window_s: float = 30 * 86_400.0
    ladder: tuple[int, int, int, int] = (4, 8, 12, 24)
    requests_per_minute: int = 3
    suspend_s: float = 7 * 86_400.0

    @property
    def enforcing(self) -> bool:
        """True if standings change anything."""
        return self.mode == "enforce"


class Level(IntEnum):
    """Where a user stands on the ladder, the mildest first."""

    NONE = 0
    WARN = 1
    LIMIT = 2
    SUSPEND = 3
    CLOSE = 4

    @property
    def word(self) -> str:
        """The level as records and metrics spell it; nothing for `NONE`."""
        return self.name.lower() if self else ""


class Standing(NamedTuple):
    """Until when a user stands on each step (nanoseconds since 1970; 0: not at all)."""

    warn_ns: int = 0
    limit_ns: int = 0
    suspend_ns: int = 0
    closed: bool = False

    def level(self, now_ns: int) -> Level:
        """Return the strictest step that holds now."""
        if self.closed:
            return Level.CLOSE
        if now_ns < self.suspend_ns:
            return Level.SUSPEND
        if now_ns < self.limit_ns:
            return Level.LIMIT
        return Level.WARN if now_ns < self.warn_ns else Level.NONE
