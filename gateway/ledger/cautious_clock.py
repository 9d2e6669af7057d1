"""A clock for what cannot be undone: it does not follow the system's when that jumps ahead.

Records that are old by a wrong clock would be deleted long before their time. Backwards it follows
at once, for that only deletes later. Time during which the machine slept is a jump, too.
"""

from __future__ import annotations

from gateway.ports.clock import Clock

SLACK_NS = 3_600 * 1_000_000_000
"""So far it goes along: corrections of the clock and leap seconds are smaller."""


class CautiousClock:
    """Goes on from the moment when it was made; a Clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_ns = clock.wall_ns()
        self._began_s = clock.monotonic_s()

    def wall_ns(self) -> int:
        """Return the system's time, or how far time can have gone on since, if that is earlier."""
        return min(self._clock.wall_ns(), self._furthest_ns())

    def monotonic_s(self) -> float:
        """Return the system's monotonic seconds."""
        return self._clock.monotonic_s()

    @property
    def jumped(self) -> bool:
        """True while the system's clock is ahead of what can be."""
        return self._clock.wall_ns() > self._furthest_ns()

    def _furthest_ns(self) -> int:
        passed_s = self._clock.monotonic_s() - self._began_s
        return self._began_ns + round(passed_s * 1_000_000_000) + SLACK_NS
