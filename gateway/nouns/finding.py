"""Finding: what a filter saw. Never the text itself."""

from __future__ import annotations

from typing import NamedTuple

FILTER_ERROR = "filter_error"
"""Category of the finding that stands for a filter that raised, was late or answered nonsense."""

HIDDEN_TEXT = "hidden_text"
"""Category for runs of invisible code points that hide text from a human reader."""

OVER_DAILY_CAP = "OverDailyCap"
"""Rule of a `FILTER_ERROR` that stands for a guard whose daily cap is reached."""


class Finding(NamedTuple):
    """One thing that one filter noticed in one text.

    ``start`` and ``end`` are code points of the text that the filter was given. ``severity`` runs
    from 1 (mild) to 4 (grave), ``score`` from 0 to 1. ``filter`` is the filter's name, ``rule``
    names the entry or pattern inside it (a term's number, a format's name), never the text.
    """

    category: str
    severity: int
    score: float
    start: int
    end: int
    filter: str
    rule: str


class Scan(NamedTuple):
    """What a scan returns: the findings, and where the text stops being able to become part of one.

    Code points before ``safe_until`` can never be covered by a finding that a longer text would
    bring; with ``final`` it equals the text's length.
    """

    findings: tuple[Finding, ...]
    safe_until: int


_KNOWN = 512
_CLEAN = tuple(Scan((), size) for size in range(_KNOWN))


def clean(safe_until: int) -> Scan:
    """Return what a scan says that found nothing: of short texts, which most are, ready-made."""
    return _CLEAN[safe_until] if safe_until < _KNOWN else Scan((), safe_until)


class EntryMiss(NamedTuple):
    """A text that an entry of a word list is found in, or not, against its own word. ``rule`` is
    list and line."""

    rule: str
    text: str
    wanted: bool


class EntryTrial(NamedTuple):
    """How many entries name texts that they are tested on, how many texts that is, and where they
    are wrong."""

    entries: int
    texts: int
    misses: tuple[EntryMiss, ...]
