"""The gate for users who stand on the ladder of strikes: let in, slowed down, or turned away.

In observe mode it only says and counts what it would have done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from gateway.access.limits import Limiter
from gateway.access.standing_book import StandingBook
from gateway.nouns.conduct import Level, Standing, StrikeRules
from gateway.nouns.errors import SubjectClosed, SubjectSuspended, TooManyRequests
from gateway.nouns.exchange import Principal, Subject

OBSERVED, WARNED, LIMITED, REFUSED = "observed", "warned", "limited", "refused"
"""What is done about a user who stands somewhere; words of the metric ``standing_requests``."""


class SubjectGate:
    """Holds users to where they stand. ``count`` is told the level and what was done."""

    def __init__(
        self,
        rules: StrikeRules,
        book: StandingBook,
        limiter: Limiter,
        count: Callable[[str, str], None],
    ) -> None:
        self._rules = rules
        self._book = book
        self._limiter = limiter
        self._count = count

    def __call__(self, principal: Principal, subject: Subject, now_s: float, now_ns: int) -> Level:
        """Return where a user stands; times are monotonic seconds and nanoseconds since 1970.

        Raises SubjectSuspended, SubjectClosed or TooManyRequests, in enforce mode only.
        """
        if not subject.id:
            return Level.NONE
        mark, standing = self._book.find(principal.tenant, subject.id)
        level = standing.level(now_ns) if standing is not None else Level.NONE
        if standing is None or level is Level.NONE:
            return level
        if not self._rules.enforcing:
            self._count(level.word, OBSERVED)
            return level
        if level >= Level.SUSPEND:
            self._count(level.word, REFUSED)
            raise _refusal(standing)
        if level is Level.LIMIT:
            self._slow_down(mark, principal, now_s)
        self._count(level.word, WARNED)
        return level

    def _slow_down(self, mark: str, principal: Principal, now_s: float) -> None:
        most = self._rules.requests_per_minute
        user = Principal(mark, "subject", principal.tenant, requests_per_minute=most)
        try:
            self._limiter.admit(user, now_s).release()
        except TooManyRequests as error:
            self._count(Level.LIMIT.word, LIMITED)
            raise TooManyRequests(
                f"This end user may ask {most} times a minute for now.",
                retry_after_s=error.retry_after_s,
            ) from None


def _refusal(standing: Standing) -> SubjectSuspended | SubjectClosed:
    if standing.closed:
        return SubjectClosed()
    until = datetime.fromtimestamp(standing.suspend_ns // 1_000_000_000, UTC)
    return SubjectSuspended(f"Until {until:%Y-%m-%d %H:%M} UTC.")
