"""The breaker: after failures in a row every call fails at once, for a while.

After the pause one call may try; if it works, the breaker closes.
"""

from __future__ import annotations

from collections.abc import Callable


class CircuitBreaker:
    """Counts failures in a row; opens after ``failures`` of them for ``pause_s`` seconds."""

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failed = 0
        self._open_until_s = 0.0

    def admit(self) -> bool:
        """True if a call may be made now. When a pause ends, one call is let through and the pause
        begins anew until that call has worked."""
        if self._failed < self._limit:
            return True
        now_s = self._clock()
        if now_s < self._open_until_s:
            return False
        self._open_until_s = now_s + self._pause_s
        return True

    def worked(self) -> None:
        """Note a call that was answered."""
        self._failed = 0

    def failed(self) -> None:
        """Note a call that was not answered."""
        self._failed += 1
        if self._failed >= self._limit:
            self._open_until_s = self._clock() + self._pause_s
