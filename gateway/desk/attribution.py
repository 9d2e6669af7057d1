"""Attribution: whether the marks that were read, or the content itself, lead to a record of ours.

The ledger is asked the same number of questions whatever was found, so that the time of an answer
tells nothing about why a mark led nowhere: a forged one, one whose record is gone, or none at all.

A mark can be copied onto other content. Where the record has a fingerprint, the content is held
against it, and a mark on something else is called altered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from gateway.desk.reading import Seen
from gateway.desk.report import NO_RECORD_DETAIL, FoundMark, MadeHere, Match, Note, Report
from gateway.nouns.errors import LedgerFailed
from gateway.ports.mark import ClaimState

QUESTIONS = 8
"""So many names (exchange ids, label codes) are looked up for each content."""

SURE = 0.8
"""From this confidence on the content alone, without any mark, is called ours."""

LIKELY = 0.5
"""From this confidence on a picture's looks alone are called likely ours; below it they are a lead
for operators."""

_NOBODY = "0" * 26


class Kept(NamedTuple):
    """What the ledger says of an exchange: its id, its label code, when it began, and whether its
    content has a fingerprint by which an excerpt would be recognised."""

    exchange: str
    code: str
    time_ns: int
    fingerprinted: bool


class Likeness(NamedTuple):
    """An exchange whose content is like the one asked about, or whose id or code stands in it.

    ``how`` is ``id``, ``code``, ``text`` or ``picture``; see `Match` for the rest.
    """

    exchange: str
    how: str
    confidence: float
    time_ns: int
    start: int = 0
    end: int = 0


class Memory(Protocol):
    """The ledger, as the desk asks it. May raise LedgerFailed."""

    def named(self, names: Sequence[str]) -> list[Kept]:
        """Return the exchanges that have one of these ids or label codes."""
        ...

    def alike(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        """Return the exchanges that the content is like, the surest first; and whether it is long
        enough for its own words or picture to be recognised at all."""
        ...


def attribute(
    content: bytes, seen: Seen, memory: Memory, producer: str, *, declared: bool = False
) -> Report:
    """Return the report on a content. ``producer`` is our own provider code, or empty."""
    try:
        kept = memory.named(_names(seen.marks))
        likenesses, recognisable = memory.alike(content, seen)
    except LedgerFailed:
        reading = (*_on_reading(seen), Note.RECORDS_AWAY)
        return Report(
            seen.format, MadeHere.UNKNOWN, declared, seen.marks, (), reading, own=producer
        )
    alike = {each.exchange for each in likenesses if each.how in ("text", "picture")}
    compared = alike if recognisable else None
    marks = tuple(_judged(mark, kept, compared, producer) for mark in seen.marks)
    matches = _matches(marks, kept, likenesses, compared)
    return _reported(seen, marks, matches, producer, declared=declared)


def _names(marks: Sequence[FoundMark]) -> list[str]:
    """Return exactly `QUESTIONS` names: those in the marks, filled up with one that nobody has."""
    named = [name for mark in marks for name in (mark.exchange, mark.code) if name]
    distinct = list(dict.fromkeys(named))[:QUESTIONS]
    return distinct + [_NOBODY] * (QUESTIONS - len(distinct))


def _judged(
    mark: FoundMark, kept: Sequence[Kept], compared: set[str] | None, producer: str
) -> FoundMark:
    """Return the mark with what the ledger knows of it. ``compared`` are the exchanges that the
    content is like; None if it is too short, or of a kind, to be held against a record."""
    records = [
        record
        for record in kept
        if mark.exchange == record.exchange or (mark.code and mark.code == record.code)
    ]
    if not records:
        ours = bool(producer) and mark.producer == producer
        if mark.state is ClaimState.INTACT and (ours or mark.keyed or mark.code):
            return msgspec.structs.replace(
                mark, state=ClaimState.UNTRUSTED, detail=NO_RECORD_DETAIL
            )
        return mark
    record = next((each for each in records if each.exchange in (compared or ())), records[0])
    named = msgspec.structs.replace(mark, exchange=record.exchange, known=True)
    if compared is not None and record.fingerprinted and record.exchange not in compared:
        detail = "the content differs from the record"
        return msgspec.structs.replace(named, state=ClaimState.ALTERED, detail=detail)
    return named


def _matches(
    marks: Sequence[FoundMark],
    kept: Sequence[Kept],
    likenesses: Sequence[Likeness],
    compared: set[str] | None,
) -> tuple[Match, ...]:
    """Return the exchanges that the content comes from, those that marks name first: by its own
    likeness where that is sure or a mark says the same, and by marks that nothing speaks against.
    A picture's looks are never sure, so what rests on them alone is called likely.

    An id or a code somewhere in a long text names no origin: anybody can write one there.
    """
    believed = {mark.exchange: mark for mark in marks if mark.known and _stands(mark)}
    found: dict[str, Match] = {}
    for each in likenesses:
        written = each.how in ("id", "code") and each.exchange not in (compared or ())
        least = LIKELY if each.how == "picture" else SURE
        weak = each.confidence < least or (written and compared is not None)
        if each.exchange in believed or not weak:
            found.setdefault(each.exchange, Match(*each))
    times = {record.exchange: record.time_ns for record in kept}
    for exchange, mark in believed.items():
        found.setdefault(exchange, Match(exchange, mark.mark, 1.0, times[exchange]))
    return tuple(
        sorted(
            found.values(),
            key=lambda each: (each.exchange not in believed, -each.confidence, -each.time_ns),
        )
    )


def _stands(mark: FoundMark) -> bool:
    return mark.state is not ClaimState.ALTERED


def _reported(
    seen: Seen,
    marks: tuple[FoundMark, ...],
    matches: tuple[Match, ...],
    producer: str,
    *,
    declared: bool,
) -> Report:
    reading = _on_reading(seen)
    if not matches:
        here = MadeHere.NO if _elsewhere(marks, producer) else MadeHere.UNKNOWN
        return Report(seen.format, here, declared, marks, (), reading, own=producer)
    best = matches[0]
    service = next((m.producer for m in marks if m.exchange == best.exchange and m.producer), "")
    here = MadeHere.LIKELY if best.how == "picture" and not _named(best, marks) else MadeHere.YES
    return Report(
        seen.format, here, declared, marks, matches, reading, best.time_ns,
        service or producer, producer,
    )  # fmt: skip


def _named(match: Match, marks: Sequence[FoundMark]) -> bool:
    return any(mark.known and _stands(mark) and mark.exchange == match.exchange for mark in marks)


def _elsewhere(marks: Sequence[FoundMark], producer: str) -> bool:
    """True if a mark that anybody can read names another service, and none names us."""
    read_by_all = [mark for mark in marks if not mark.keyed]
    names_us = any(mark.known or (producer and mark.producer == producer) for mark in read_by_all)
    return not names_us and any(mark.producer for mark in read_by_all)


def _on_reading(seen: Seen) -> tuple[Note, ...]:
    notes = (Note.PARTLY_READ,) if seen.partly else ()
    return notes if seen.format else (*notes, Note.UNKNOWN_FORMAT)
