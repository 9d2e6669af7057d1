"""Clock: the only way to the time for everything that a test must be able to replay."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall time in nanoseconds since 1970, and a monotonic time in seconds that never jumps."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may jump."""
        ...

    def monotonic_s(self) -> float:
        """Seconds since some moment; never goes back."""
        ...
