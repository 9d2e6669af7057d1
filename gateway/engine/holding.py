"""Holding: how much text is held back, and for how long, as the metrics want to know it."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.engine.window import Window


class Holding:
    """The hold of one answer. Times are monotonic seconds."""

    __slots__ = ("_since_s", "most_chars", "seconds")

    def __init__(self) -> None:
        self.most_chars = 0
        self.seconds = 0.0
        self._since_s: float | None = None

    def note(self, windows: Iterable[Window], now_s: float, *, holds: bool) -> None:
        """Note after a step whether anything is held."""
        if not holds:
            if self._since_s is not None:
                self.seconds += now_s - self._since_s
                self._since_s = None
            return
        held = sum(window.raw_end - window.limit for window in windows)
        self.most_chars = max(self.most_chars, held)
        self._since_s = now_s if self._since_s is None else self._since_s
