"""Report: what the desk says about a file or a text. Two views of it leave the program.

The public one names no person, no content and no exchange. It leaves out every mark that only our
key can read and that leads to no record: otherwise a forger could learn here whether his guess at
the key's tag was right.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from gateway.nouns.mark import AigcLabel, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState


class Tier(StrEnum):
    """The three tiers of Article 6 of the Labelling Measures, and that nothing was found.

    ``confirmed``: the metadata (or a credential) says so. ``possible``: there is none, but the user
    declares it. ``suspected``: neither, but an explicit label or other traces were found.
    """

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    SUSPECTED = "suspected"
    NONE = "none"


class MadeHere(StrEnum):
    """Whether this service made it. ``yes``: the content itself was held against our record, or a
    signature of ours is over it. ``partly``: a passage of the text is ours, most of it is not known
    here. ``likely``: no mark leads to us, but a picture looks like one of ours, or a short or
    edited text has words of ours; that alone is no proof. ``claimed``: a mark names a record of
    ours, and nothing else does; a mark can be copied. ``no`` is what the marks say: another service
    is named in them and nothing leads to us. ``unknown`` is everything else."""

    YES = "yes"
    PARTLY = "partly"
    LIKELY = "likely"
    CLAIMED = "claimed"
    NO = "no"
    UNKNOWN = "unknown"


class Note(StrEnum):
    """What a reader of the report must know to understand it. A closed list."""

    NO_MARKS = "no_marks"
    FOUND_BY_CONTENT = "found_by_content"
    FOUND_BY_CODE = "found_by_code"
    CONTENT_DIFFERS = "content_differs"
    NOT_COMPARED = "not_compared"
    NO_RECORD = "no_record"
    OTHER_PRODUCER = "other_producer"
    PARTLY_READ = "partly_read"
    UNKNOWN_FORMAT = "unknown_format"
    ARCHIVE = "archive"
    CREDENTIAL_ALONE = "credential_alone"
    RECORDS_AWAY = "records_away"


LONGEST_MODEL = 128
"""So much of a model's name in a mark is told: anybody may have written it."""

DIFFERS_DETAIL = "the content differs from the record"
"""The detail of a mark that leads to a record of ours, on something that is not what was kept."""

NO_RECORD_DETAIL = "no record of it is kept here"
"""The detail of a mark that should lead to a record of ours, and does not."""


BY_CONTENT = frozenset({"text", "picture", "file"})
"""How a content itself leads to a record, without any mark."""


class FoundMark(msgspec.Struct, frozen=True):
    """One claim of a mark that was found. ``family`` is empty for what is a trace of another kind.

    ``keyed``: only our key can read it. ``known``: its exchange is in the ledger. ``bound``: by our
    own key it holds on this content alone. ``model`` made it, as the mark says.
    """

    mark: str
    family: MarkFamily | None
    state: ClaimState
    label: AigcLabel | None = None
    exchange: str = ""
    code: str = ""
    detail: str = ""
    keyed: bool = False
    known: bool = False
    bound: bool = False
    model: str = ""

    @property
    def producer(self) -> str:
        """Who made it, as the mark says; empty if it does not."""
        return self.label.ContentProducer if self.label else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The exchanges that may be meant, ours among others: who made it stands before who passed
        it on, and one of them may be this service."""
        said = (self.label.ProduceID, self.label.PropagateID) if self.label else ()
        return tuple(dict.fromkeys(name for name in (self.exchange, *said) if name))

    @property
    def told(self) -> bool:
        """True if the public may hear of it (see the rule above)."""
        return self.known or not self.keyed


class Match(msgspec.Struct, frozen=True):
    """An exchange of ours that the content comes from. ``how`` is ``id``, ``code``, ``text``,
    ``picture``, ``file`` or the mark that names it; the passage is code points ``[start, end)`` of
    the text that was asked about. ``proven``: not by a mark alone, which can be copied. ``share``
    is how much of a text it is."""

    exchange: str
    how: str
    confidence: float
    time_ns: int
    start: int = 0
    end: int = 0
    proven: bool = False
    share: float = 1.0


class Report(msgspec.Struct, frozen=True):
    """All that was found. ``time_ns`` and ``producer`` say when and by which provider code it was
    made, if it was, or likely was, made here (0 and empty otherwise). ``reading`` are the notes on
    how it was read, ``own`` is our provider code."""

    format: MediaFormat | None
    made_here: MadeHere
    declared: bool
    marks: tuple[FoundMark, ...] = ()
    matches: tuple[Match, ...] = ()
    reading: tuple[Note, ...] = ()
    time_ns: int = 0
    producer: str = ""
    own: str = ""

    @property
    def tier(self) -> Tier:
        """The tier of Article 6, from everything that was found."""
        return tier_of(self.marks, declared=self.declared, matched=bool(self.matches))


def tier_of(marks: tuple[FoundMark, ...], *, declared: bool, matched: bool = False) -> Tier:
    """Return the tier of Article 6 for these marks; ``matched``: our ledger knows the content.

    The metadata label of another platform may itself say ``2`` (possible) or ``3`` (suspected). A
    credential that was broken confirms nothing any more, but it is a trace.
    """
    said = {
        mark.label.Label.strip()
        for mark in marks
        if mark.family is MarkFamily.METADATA and mark.label
    }
    if said - {"2", "3"} or any(
        mark.family is MarkFamily.METADATA and mark.label is None for mark in marks
    ):
        return Tier.CONFIRMED
    if any(
        mark.family is MarkFamily.CREDENTIAL and mark.state is not ClaimState.ALTERED
        for mark in marks
    ):
        return Tier.CONFIRMED
    if "2" in said or declared:
        return Tier.POSSIBLE
    return Tier.SUSPECTED if marks or matched else Tier.NONE


class PublicMark(msgspec.Struct, frozen=True):
    """A mark as anybody may see it. ``producer`` is the provider code inside it and ``model`` the
    generating model that it names; empty if none."""

    mark: str
    family: str
    state: ClaimState
    producer: str
    model: str


class PublicAnswer(msgspec.Struct, frozen=True):
    """The answer to anybody. ``date`` is the day of making in UTC (ISO 8601) and ``service`` the
    provider code of who made it; both are null unless it was, or likely was, made here, ``service``
    also where the operator has no code. ``format`` is null for content of no known format."""

    made_here: MadeHere
    tier: Tier
    date: str | None
    service: str | None
    format: MediaFormat | None
    marks: tuple[PublicMark, ...]
    notes: tuple[Note, ...]


class OperatorMark(PublicMark, frozen=True):
    """A mark with the exchange or the code that it names, and the reader's own words about it."""

    exchange: str
    code: str
    detail: str


class OperatorMatch(msgspec.Struct, frozen=True):
    """An exchange that the content comes from; ``time`` is its beginning (ISO 8601, UTC)."""

    exchange: str
    how: str
    confidence: float
    time: str
    start: int
    end: int


class OperatorAnswer(msgspec.Struct, frozen=True):
    """The same for the operator, with every mark and the exchanges."""

    made_here: MadeHere
    tier: Tier
    date: str | None
    service: str | None
    format: MediaFormat | None
    marks: tuple[OperatorMark, ...]
    notes: tuple[Note, ...]
    exchanges: tuple[OperatorMatch, ...]


def public_answer(report: Report) -> PublicAnswer:
    """Return what anybody may see of a report."""
    told = tuple(mark for mark in report.marks if mark.told)
    return PublicAnswer(
        made_here=report.made_here,
        tier=tier_of(told, declared=report.declared, matched=bool(report.matches)),
        date=_day(report.time_ns),
        service=report.producer or None,
        format=report.format,
        marks=tuple(
            PublicMark(
                each.mark, _family(each), each.state, each.producer, each.model[:LONGEST_MODEL]
            )
            for each in told
        ),
        notes=notes_on(report, told),
    )


def operator_answer(report: Report) -> OperatorAnswer:
    """Return what the operator may see of a report."""
    marks = tuple(
        OperatorMark(
            each.mark, _family(each), each.state, each.producer, each.model[:LONGEST_MODEL],
            each.exchange, each.code, each.detail,
        )
        for each in report.marks
    )  # fmt: skip
    matches = tuple(
        OperatorMatch(each.exchange, each.how, each.confidence, _moment(each.time_ns), each.start,
                      each.end)
        for each in report.matches
    )  # fmt: skip
    return OperatorAnswer(
        report.made_here, report.tier, _day(report.time_ns), report.producer or None,
        report.format, marks, notes_on(report, report.marks), matches,
    )  # fmt: skip


def notes_on(report: Report, marks: tuple[FoundMark, ...]) -> tuple[Note, ...]:
    """Return the notes for a reader who sees these marks. They follow from nothing else about the
    marks: a note that spoke of one left out would give it away."""
    known = any(mark.known for mark in marks)
    stands = [each for each in marks if each.known and each.state is not ClaimState.ALTERED]
    by_content = any(match.how in BY_CONTENT for match in report.matches)
    compared = by_content or any(match.proven for match in report.matches)
    differs = any(
        mark.known and (mark.state is ClaimState.ALTERED or mark.detail == DIFFERS_DETAIL)
        for mark in marks
    )
    holds = {
        Note.NO_MARKS: not marks and not report.matches,
        Note.FOUND_BY_CONTENT: not known and by_content,
        Note.FOUND_BY_CODE: bool(report.matches) and not known and not by_content,
        Note.CONTENT_DIFFERS: differs,
        Note.NOT_COMPARED: not compared
        and any(mark.detail != DIFFERS_DETAIL and not mark.bound for mark in stands),
        Note.NO_RECORD: any(mark.detail == NO_RECORD_DETAIL for mark in marks),
        Note.OTHER_PRODUCER: any(
            mark.producer and mark.producer != report.own and not mark.known for mark in marks
        ),
    }
    return (*report.reading, *(note for note, held in holds.items() if held))


def _family(mark: FoundMark) -> str:
    return mark.family.value if mark.family else ""


def _moment(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).isoformat().replace("+00:00", "Z")


def _day(time_ns: int) -> str | None:
    return _moment(time_ns)[:10] if time_ns else None
