"""Attribution: whether the marks that were read, or the content itself, lead to a record of ours.

The ledger is asked the same number of questions whatever was found, so that the time of an answer
tells nothing about why a mark led nowhere: a forged one, one whose record is gone, or none at all.

A mark can be copied onto other content, and so can a watermark. So the content itself is held
against the record that a mark names: its bytes, its words, its looks. What differs makes the mark
altered; where nothing can be compared the mark is a claim, and no more. A signature of our own over
the content (a credential) needs no comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from gateway.desk.reading import Seen
from gateway.desk.report import (
    DIFFERS_DETAIL,
    NO_RECORD_DETAIL,
    FoundMark,
    MadeHere,
    Match,
    Note,
    Report,
)
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.mark import MarkFamily
from gateway.ports.mark import ClaimState
from gateway.wire.bundles import is_archive, is_manifest

QUESTIONS = 8
"""So many names (exchange ids, label codes) are looked up for each content."""

SURE = 0.8
"""From this confidence on the content alone, without any mark, is called ours."""

LIKELY = 0.5
"""From this confidence on words or looks alone are called likely ours; below it they are a lead for
operators."""

MOST_OF_IT = 0.55
"""A text of which so much stands in a record is that record's; of one with less a part is."""

CLAIM = 0.5
"""The confidence of an exchange that a mark names, and nothing else does."""

_BY_CONTENT = ("text", "picture")
_NOBODY = "0" * 26


class Kept(NamedTuple):
    """What the ledger says of an exchange: its id, its label code, when it began, and whether its
    content is the one asked about (None: that could not be compared)."""

    exchange: str
    code: str
    time_ns: int
    is_like: bool | None = None


class Likeness(NamedTuple):
    """An exchange whose content is like the one asked about, or whose id or code stands in it.

    ``how`` is ``id``, ``code``, ``text``, ``picture`` or ``file`` (byte for byte); ``share``
    is how much of the content stands in the exchange. See `Match` for the rest.
    """

    exchange: str
    how: str
    confidence: float
    time_ns: int
    start: int = 0
    end: int = 0
    share: float = 1.0


class Memory(Protocol):
    """The ledger, as the desk asks it. May raise LedgerFailed."""

    def named(self, names: Sequence[str], content: bytes, seen: Seen) -> list[Kept]:
        """Return the exchanges that have one of these ids or label codes, and whether the content
        is what they released."""
        ...

    def alike(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        """Return the exchanges that the content is like, the surest first; and whether it is long
        enough for its own words to be recognised at all."""
        ...


def attribute(
    content: bytes, seen: Seen, memory: Memory, producer: str, *, declared: bool = False
) -> Report:
    """Return the report on a content. ``producer`` is our own provider code, or empty."""
    try:
        kept = memory.named(_names(seen.marks), content, seen)
        likenesses, recognisable = memory.alike(content, seen)
    except LedgerFailed:
        reading = (*_on_reading(seen, content), Note.RECORDS_AWAY)
        return Report(
            seen.format, MadeHere.UNKNOWN, declared, seen.marks, (), reading, own=producer
        )
    alike = {each.exchange for each in likenesses if _is_enough(each)}
    kept = [each._replace(is_like=True) if each.exchange in alike else each for each in kept]
    marks = tuple(_judged(mark, kept, producer) for mark in seen.marks)
    matches = _matches(marks, kept, likenesses, recognisable=recognisable)
    reading = _on_reading(seen, content)
    return _reported(seen, reading, marks, matches, producer, declared=declared)


def _is_enough(each: Likeness) -> bool:
    """True if a likeness, beside a mark that names the same exchange, says that this is it."""
    least = {"text": 0.0, "file": 0.0, "picture": LIKELY}.get(each.how, 2.0)
    return each.confidence >= least and each.share >= MOST_OF_IT


def _names(marks: Sequence[FoundMark]) -> list[str]:
    """Return exactly `QUESTIONS` names: those in the marks, filled up with one that nobody has."""
    named = [name for mark in marks for name in (*mark.names, mark.code) if name]
    distinct = list(dict.fromkeys(named))[:QUESTIONS]
    return distinct + [_NOBODY] * (QUESTIONS - len(distinct))


def _judged(mark: FoundMark, kept: Sequence[Kept], producer: str) -> FoundMark:
    """Return the mark with what the ledger knows of it."""
    records = [
        record
        for record in kept
        if record.exchange in mark.names or (mark.code and mark.code == record.code)
    ]
    if not records:
        ours = bool(producer) and mark.producer == producer
        if mark.state is ClaimState.INTACT and (ours or mark.keyed or mark.code):
            return msgspec.structs.replace(
                mark, state=ClaimState.UNTRUSTED, detail=NO_RECORD_DETAIL
            )
        return mark
    record = next((each for each in records if each.is_like), records[0])
    named = msgspec.structs.replace(mark, exchange=record.exchange, known=True)
    if record.is_like is not False or named.bound or not _stands(mark):
        return named
    # A watermark is inside of the picture: on one of other looks it may be a part of ours.
    inside = mark.family is MarkFamily.WATERMARK
    state = mark.state if inside else ClaimState.ALTERED
    return msgspec.structs.replace(named, state=state, detail=DIFFERS_DETAIL)


def _matches(
    marks: Sequence[FoundMark],
    kept: Sequence[Kept],
    likenesses: Sequence[Likeness],
    *,
    recognisable: bool,
) -> tuple[Match, ...]:
    """Return the exchanges that the content comes from: first those that it was held against, and
    of them those that marks name; then those that marks name and nothing speaks against, which is
    a claim. A picture's looks are never sure without a mark, few words not either.

    An id or a code somewhere in a long text names no origin: anybody can write one there.
    """
    believed = {mark.exchange: mark for mark in marks if mark.known and _stands(mark)}
    proven = {record.exchange for record in kept if record.is_like} & believed.keys()
    proven |= {mark.exchange for mark in believed.values() if mark.bound}
    found: dict[str, Match] = {}
    shares: dict[str, float] = {}
    for each in likenesses:
        least = LIKELY if each.how in _BY_CONTENT else SURE
        written = recognisable and each.how in ("id", "code")
        sure = each.confidence >= least and not written
        if each.how in ("text", "file") and sure and each.confidence >= SURE:
            proven.add(each.exchange)
            shares[each.exchange] = each.share
        if each.exchange in believed or sure:
            found.setdefault(each.exchange, Match(*each[:6]))
    times = {record.exchange: record.time_ns for record in kept}
    for exchange, mark in believed.items():
        found.setdefault(exchange, Match(exchange, mark.mark, 1.0, times[exchange]))
    whole = [
        msgspec.structs.replace(
            each, proven=each.exchange in proven, share=shares.get(each.exchange, 1.0),
            confidence=each.confidence
            if each.exchange in proven or _is_alike(each, claimed=each.exchange in believed)
            else min(each.confidence, CLAIM),
        )
        for each in found.values()
    ]  # fmt: skip
    return tuple(
        sorted(
            whole,
            key=lambda each: (
                not each.proven, each.exchange not in believed, -each.confidence, -each.time_ns,
            ),
        )
    )  # fmt: skip


def _is_alike(match: Match, *, claimed: bool) -> bool:
    """True if the content itself speaks for a match. Few words beside a mark are its claim."""
    return match.how == "picture" or (match.how == "text" and not claimed)


def _stands(mark: FoundMark) -> bool:
    return mark.state is not ClaimState.ALTERED


def _reported(
    seen: Seen, reading: tuple[Note, ...], marks: tuple[FoundMark, ...],
    matches: tuple[Match, ...], producer: str, *, declared: bool,
) -> Report:  # fmt: skip
    if not matches:
        here = MadeHere.NO if _elsewhere(marks, producer) else MadeHere.UNKNOWN
        return Report(seen.format, here, declared, marks, (), reading, own=producer)
    best = matches[0]
    service = next((m.producer for m in marks if m.exchange == best.exchange and m.producer), "")
    if best.proven:
        whole = sum(match.share for match in matches if match.proven) >= MOST_OF_IT
        here = MadeHere.YES if whole else MadeHere.PARTLY
    elif best.how in _BY_CONTENT and not _named(best, marks):
        here = MadeHere.LIKELY
    else:
        here = MadeHere.CLAIMED
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


def _on_reading(seen: Seen, content: bytes) -> tuple[Note, ...]:
    notes = (Note.PARTLY_READ,) if seen.partly else ()
    if seen.format or seen.words:
        return notes
    if is_archive(content):
        return (*notes, Note.ARCHIVE)
    return (*notes, Note.CREDENTIAL_ALONE if is_manifest(content) else Note.UNKNOWN_FORMAT)
