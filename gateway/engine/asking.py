"""Asking: which question to a slow filter is open, and whose answer it is when it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gateway.engine.window import Window
from gateway.nouns.segment import Channel
from gateway.ports.filter import Question
from gateway.ports.session import Consult


class Asked(NamedTuple):
    """An open question: of which channel, and the place of the slow filter in its lane."""

    channel: Channel
    place: int
    question: Question


class Asking:
    """The open questions of one answer, by number."""

    __slots__ = ("_numbers", "_open")

    def __init__(self) -> None:
        self._open: dict[int, Asked] = {}
        self._numbers = 0

    def of(self, windows: Mapping[Channel, Window]) -> tuple[Consult, ...]:
        """Return what the windows want asked now; each question is asked once."""
        found: list[Consult] = []
        for channel, window in windows.items():
            if not window.lane.slow:
                continue
            for place, question in window.questions():
                self._numbers += 1
                self._open[self._numbers] = Asked(channel, place, question)
                slow = window.lane.slow[place].filter
                found.append(Consult(self._numbers, slow.name, question, slow.deadline_s))
        return tuple(found)

    def take(self, number: int) -> Asked | None:
        """Return the open question of a number and close it; None for a late answer."""
        return self._open.pop(number, None)
