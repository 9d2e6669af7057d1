"""Patience: how long in a row a filter may fail before the policy's longest time is over."""

from __future__ import annotations

from gateway.ports.clock import Clock

_QUIET_S = 60.0
"""After this long without a failure the filter counts as well again."""


class Patience:
    """Remembers since when each filter fails; one per worker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failing: dict[str, tuple[float, float]] = {}

    def __call__(self, filter_name: str, longest_s: float) -> bool:
        """Note a failure; True while it may still be done without the filter."""
        now_s = self._clock.monotonic_s()
        since_s, last_s = self._failing.get(filter_name, (now_s, now_s))
        if now_s - last_s > _QUIET_S:
            since_s = now_s
        self._failing[filter_name] = (since_s, now_s)
        return now_s - since_s <= longest_s
