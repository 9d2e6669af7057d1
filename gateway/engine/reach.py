"""Reach: how far one slow filter has come in one channel, asked and answered."""

from __future__ import annotations


class Reach:
    """How far one slow filter was asked and has answered, in judged positions."""

    __slots__ = ("all_asked", "answered", "done", "open", "until")

    def __init__(self) -> None:
        self.until = 0
        self.answered = 0
        self.open = 0
        self.all_asked = False
        self.done: list[tuple[int, int]] = []

    @property
    def complete(self) -> bool:
        """True if all was asked and answered."""
        return self.all_asked and not self.open

    def advance(self) -> None:
        """Answers may come out of order; only an unbroken row of them counts."""
        self.done.sort()
        while self.done and self.done[0][0] <= self.answered:
            self.answered = max(self.answered, self.done.pop(0)[1])
