"""Asking: which question to a slow filter is open, whose answer it is, and what is known."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from gateway.engine.window import Window
from gateway.nouns.finding import Finding
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


class Verdicts:
    """What slow filters answered, by question; bounded, one per worker and policy.

    A conversation brings its earlier turns with every request: they are not asked about again.
    Keyed hashes stand for the texts, so that a memory dump does not tell which were seen.
    """

    def __init__(self, key: bytes, *, limit: int = 16_384) -> None:
        self._key = key[:64]
        self._limit = limit
        self._known: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()

    def digest(self, filter_name: str, question: Question) -> bytes:
        """Return the keyed hash of all that an answer depends on."""
        head = f"{filter_name}\0{question.role}\0{question.start}\0"
        word = (head + question.text).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(word, key=self._key, digest_size=16).digest()

    def get(self, digest: bytes) -> tuple[Finding, ...] | None:
        """Return the findings of a question that was answered before, or None."""
        known = self._known.get(digest)
        if known is not None:
            self._known.move_to_end(digest)
        return known

    def add(self, digest: bytes, findings: tuple[Finding, ...]) -> None:
        """Remember an answer; the one longest unused is forgotten at the limit."""
        self._known[digest] = findings
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
