"""Filter: judges text, gives findings. Pure; knows no clock, no I/O, no exchange."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.nouns.finding import Finding, Scan


class Filter(Protocol):
    """A filter that answers at once.

    ``look_behind`` is how many code points of already released text it needs before ``start``;
    ``look_ahead`` bounds how much pending text it may ever hold (beyond it the window blocks).
    """

    name: str
    look_behind: int
    look_ahead: int

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's form
        """Judge ``text``, of which ``[0, start)`` was released before and the rest is pending.

        Returns the findings that end after ``start`` and the first position, at least ``start``,
        from which text might still become part of a finding when more arrives. With ``final``
        nothing more arrives and ``safe_until`` is ``len(text)``.

        The law, tested for every filter: for any text and any way to cut it, the findings whose
        span lies before the final ``safe_until`` are those of the whole text scanned at once. A
        match of which more than ``look_behind`` code points were released cannot exist, because
        its start was never safe. May raise anything: the chain turns it into `filter_error`.
        """
        ...


class PluggedFilter(Filter, Protocol):
    """A filter of an installed package, loaded because the settings name its entry point.

    The entry point (group ``sealgate.filters``) is a class or function that is called without
    arguments. ``finds`` are the categories that it may find, each with its highest severity: rules
    of the policy speak of them. It is called from one thread at a time and keeps no state between
    calls; each worker has its own copy, made by fork.
    """

    finds: Sequence[tuple[str, int]]


class Question(NamedTuple):
    """What a slow filter asks about: a stretch of one text with what stands before it.

    ``text[start:]`` is new, ``text[:start]`` is context that was asked about before. ``end`` is
    the position in the channel up to which the answer speaks. ``role`` is ``user`` or
    ``assistant``: who wrote it.
    """

    text: str
    start: int
    end: int
    role: str


class SlowFilter(Protocol):
    """A filter that must ask somebody (a guard model): the engine emits a consult, the edge asks.

    ``mode`` is ``sync`` (what is not yet judged is held) or ``trailing`` (text may run ahead of the
    verdict by at most ``leak`` code points). ``deadline_s`` bounds one question.
    """

    name: str
    mode: str
    leak: int
    deadline_s: float

    def questions(self, text: str, asked_until: int, final: bool) -> list[Question]:  # noqa: FBT001
        """Return what can be asked now about ``text`` (a channel's whole text so far).

        Depends on the text alone, never on how it was cut: sentence ends and a longest window
        decide. ``asked_until`` is the end of the last question asked.
        """
        ...

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """Ask the runtime; spans are code points of ``question.text``.

        Raises on anything but a clear answer: unknown output is an error, never "safe".
        """
        ...
