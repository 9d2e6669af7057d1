"""Conduct: what the store keeps for reviews, strikes and appeals, and the desk for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

DECISIONS = ("right", "wrong", "grave")
"""What a reviewer may say of a verdict: right; wrong (a false alarm, or a miss); right, and the
user's doing is grave."""


class ReviewCase(NamedTuple):
    """An exchange that somebody is to look at, or looked at. No user content.

    ``reasons`` are the samples it was drawn for, ``rules`` the policy's rules that decided in it.
    ``decision`` is empty while it waits.
    """

    exchange: str
    tenant: str
    time_ns: int
    outcome: str
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    decision: str = ""
    decided_by: str = ""
    decided_ns: int = 0
    note: str = ""


class StrikeRow(NamedTuple):
    """Points of one exchange. ``why`` is ``grave`` or ``review``, ``state`` ``counted`` or
    ``lifted``; ``changed_ns`` is when the row was last written."""

    exchange: str
    tenant: str
    subject: str
    time_ns: int
    points: int
    why: str
    state: str
    changed_ns: int


class Appeal(NamedTuple):
    """What a user has against his standing, in the operator's words. ``answer`` is empty while it
    is open, then ``granted`` or ``denied``."""

    tenant: str
    subject: str
    time_ns: int
    text: str
    answer: str = ""
    answered_by: str = ""
    answered_ns: int = 0
    note: str = ""


class ConductWriting(Protocol):
    """The part of a store's write transaction that is about conduct."""

    def queue_reviews(self, items: Sequence[ReviewCase]) -> None:
        """Keep exchanges for review; their ids are not there yet."""
        ...

    def decide_review(self, item: ReviewCase) -> None:
        """Keep an item as it is given, in place of the one of this exchange if there is one."""
        ...

    def put_strikes(self, rows: Sequence[StrikeRow]) -> None:
        """Keep strikes, in place of those of the same exchanges."""
        ...

    def drop_strike(self, exchange: str) -> None:
        """Forget an exchange's strike."""
        ...

    def lift_strikes(self, tenant: str, subject: str, now_ns: int) -> int:
        """Let a user's strikes not count any more; returns how many."""
        ...

    def put_appeal(self, appeal: Appeal) -> None:
        """Keep an appeal, in place of the user's one of the same moment."""
        ...

    def forget_subject(self, tenant: str, subject: str) -> None:
        """Delete a user's strikes and appeals."""
        ...


class ConductReading(Protocol):
    """The part of a store that is about conduct, for reading."""

    def reviews(self, *, waiting: bool, rule: str, limit: int) -> list[ReviewCase]:
        """Return items, oldest first: those that wait or those that are decided."""
        ...

    def review(self, exchange: str) -> ReviewCase | None:
        """Return the item of an exchange."""
        ...

    def strikes(self, tenant: str = "", subject: str = "") -> list[StrikeRow]:
        """Return the strikes of a user, or of all, oldest first."""
        ...

    def appeals(self, tenant: str = "", subject: str = "") -> list[Appeal]:
        """Return the appeals of a user, or of all, oldest first."""
        ...

    def conduct_version(self) -> tuple[int, int]:
        """Return what changes whenever a strike comes, changes or goes."""
        ...


class RuleTally(NamedTuple):
    """How often a rule's decisions were looked at and what was said of them."""

    rule: str
    reviewed: int
    wrong: int
    grave: int


class SubjectStanding(NamedTuple):
    """Where a user stands. ``level`` is a word of `gateway.nouns.conduct.Level` (empty: nowhere),
    ``until_ns`` when that ends (0: never)."""

    tenant: str
    subject: str
    level: str
    until_ns: int
    points: int
    strikes: tuple[StrikeRow, ...]
    appeals: tuple[Appeal, ...]


class ConductDesk(Protocol):
    """Decides reviews and standings. What it writes goes on record with who did it."""

    def waiting(self, *, rule: str, limit: int) -> list[ReviewCase]:
        """Return what is to be looked at, oldest first."""
        ...

    def decided(self, *, rule: str, limit: int) -> list[ReviewCase]:
        """Return what was looked at, oldest first."""
        ...

    def decide(self, exchange: str, decision: str, *, by: str, note: str) -> ReviewCase:
        """Keep a decision; a strike follows or goes. Raises ConfigError: no such exchange."""
        ...

    def tally(self) -> list[RuleTally]:
        """Return the false alarms per rule."""
        ...

    def standings(self, tenant: str, subject: str) -> list[SubjectStanding]:
        """Return where a user, or everybody with strikes, stands now."""
        ...

    def lift(self, tenant: str, subject: str, *, by: str, why: str) -> int:
        """Let a user's strikes not count any more; returns how many."""
        ...

    def appeal(self, tenant: str, subject: str, text: str) -> Appeal:
        """Keep an appeal. Raises ConfigError if there is nothing to appeal against."""
        ...

    def answer(self, tenant: str, subject: str, answer: str, *, by: str, note: str) -> Appeal:
        """Answer a user's open appeal: ``granted`` lifts his strikes. Raises ConfigError."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Return how many users stand on each level now."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
