"""From marks and likenesses to "made here": what counts, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from gateway.desk.attribution import CLAIM, QUESTIONS, Kept, Likeness, attribute
from gateway.desk.reading import Seen
from gateway.desk.report import FoundMark, MadeHere, Note, Report, notes_on, public_answer
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.mark import AigcLabel, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState

OWN = "001191110102MAD55U9H0F10002"
OTHER = "001191440300708461136T1XGW3"
FIRST, SECOND = "01K9ZZZZZZZZZZZZZZZZZZZZZ1", "01K9ZZZZZZZZZZZZZZZZZZZZZ2"
CODE, UNKNOWN = "7KQ2-M9XD-3", "0000-0000-0"
NOON = 1_790_000_000_000_000_000


class Remembered:
    """A ledger with one exchange, and likenesses as told. ``asked`` are the names it was asked."""

    def __init__(
        self, *alike: Likeness, recognisable: bool = True, is_like: bool | None = None
    ) -> None:
        self.asked: list[str] = []
        self._alike = list(alike)
        self._recognisable = recognisable
        self._is_like = is_like

    def named(self, names: Sequence[str], content: bytes, seen: Seen) -> list[Kept]:
        """Know the first exchange by id and code."""
        self.asked += names
        codes = [name for name in names if name in (FIRST, CODE)]
        return [Kept(FIRST, CODE if CODE in codes else "", NOON, self._is_like)] * bool(codes)

    def alike(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        """Return what was told."""
        return self._alike, self._recognisable


class Away:
    """A ledger that cannot be reached."""

    def named(self, names: Sequence[str], content: bytes, seen: Seen) -> list[Kept]:
        """Fail."""
        raise LedgerFailed

    def alike(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        """Fail."""
        raise LedgerFailed


def metadata(producer: str, exchange: str) -> FoundMark:
    """Return a metadata label."""
    label = AigcLabel("1", producer, exchange, "", producer, exchange, "")
    return FoundMark("aigc_label", MarkFamily.METADATA, ClaimState.INTACT, label, exchange)


def visible(code: str) -> FoundMark:
    """Return our visible label with a code."""
    return FoundMark("text_label", MarkFamily.LABEL, ClaimState.INTACT, code=code)


def trace(code: str) -> FoundMark:
    """Return our invisible trace."""
    return FoundMark("text_trace", None, ClaimState.INTACT, code=code, keyed=True)


def credential(exchange: str) -> FoundMark:
    """Return a credential that names an exchange, by a signer whom nobody knows."""
    return FoundMark("credential", MarkFamily.CREDENTIAL, ClaimState.UNTRUSTED, exchange=exchange)


def like(exchange: str = FIRST, confidence: float = 0.97, how: str = "text") -> Likeness:
    """Return a likeness."""
    return Likeness(exchange, how, confidence, NOON, 0, 50)


def ask(memory: Remembered | Away, *marks: FoundMark, producer: str = OWN) -> Report:
    """Return the report on a text with these marks."""
    return attribute(b"text", Seen(MediaFormat.TXT, marks, partly=False), memory, producer)


def test_a_mark_and_its_content_are_ours() -> None:
    """With the day and the service."""
    report = ask(Remembered(like()), visible(CODE), metadata(OWN, FIRST))
    assert (report.made_here, report.time_ns, report.producer) == (MadeHere.YES, NOON, OWN)
    assert {mark.state for mark in report.marks} == {ClaimState.INTACT}
    assert [match.exchange for match in report.matches] == [FIRST]


def test_a_mark_on_something_else_is_altered() -> None:
    """A label that was copied onto another text makes it nobody's."""
    report = ask(Remembered(is_like=False), visible(CODE))
    assert report.made_here is MadeHere.UNKNOWN
    assert report.marks[0].state is ClaimState.ALTERED
    assert notes_on(report, report.marks) == (Note.CONTENT_DIFFERS,)


@pytest.mark.parametrize(
    "mark", [visible(CODE), metadata(OWN, FIRST), trace(CODE), credential(FIRST)],
    ids=["label", "metadata", "trace", "credential of somebody"],
)  # fmt: skip
def test_a_mark_alone_is_a_claim(mark: FoundMark) -> None:
    """Where the content cannot be held against the record nobody knows whether it was copied; of a
    credential that our own key did not sign neither."""
    report = ask(Remembered(recognisable=False), mark)
    assert report.made_here is MadeHere.CLAIMED
    assert notes_on(report, report.marks) == (Note.NOT_COMPARED,)
    assert [(match.proven, match.confidence) for match in report.matches] == [(False, CLAIM)]


@pytest.mark.parametrize(
    ("memory", "mark"),
    [
        (Remembered(is_like=True), visible(CODE)),
        (Remembered(like(how="file", confidence=1.0)), metadata(OWN, FIRST)),
        (Remembered(like(how="picture", confidence=0.7), recognisable=False), trace(CODE)),
        (Remembered(is_like=False), msgspec.structs.replace(credential(FIRST), bound=True)),
    ],
    ids=["compared", "byte for byte", "looks", "our own signature"],
)
def test_a_mark_and_what_cannot_be_copied(memory: Remembered, mark: FoundMark) -> None:
    """The content itself, or a signature of ours over it."""
    report = ask(memory, mark)
    assert report.made_here is MadeHere.YES
    assert notes_on(report, report.marks) == ()


def test_a_watermark_on_other_looks_is_a_claim() -> None:
    """It may be a small part of our picture, or its noise may have been laid over another one."""
    mark = FoundMark(
        "image_watermark", MarkFamily.WATERMARK, ClaimState.INTACT, code=CODE, keyed=True
    )
    report = ask(Remembered(is_like=False), mark)
    assert report.made_here is MadeHere.CLAIMED
    assert notes_on(report, report.marks) == (Note.CONTENT_DIFFERS,)


def test_words_of_ours_under_a_copied_mark_name_their_own_exchange() -> None:
    """What is proven comes before what is claimed."""
    report = ask(Remembered(like(SECOND, 1.0)), metadata(OWN, FIRST))
    assert [(match.exchange, match.proven) for match in report.matches] == [
        (SECOND, True), (FIRST, False),
    ]  # fmt: skip
    assert report.made_here is MadeHere.YES


@pytest.mark.parametrize(
    ("shares", "made"),
    [((0.9,), MadeHere.YES), ((0.3,), MadeHere.PARTLY), ((0.3, 0.4), MadeHere.YES)],
)
def test_a_passage_of_ours_in_another_text_makes_a_part(
    shares: tuple[float, ...], made: MadeHere
) -> None:
    """Who quotes us has not been written by us, whatever label he puts above it; a text stitched
    from two answers has."""
    quoted = [
        like(name, 1.0)._replace(share=share)
        for name, share in zip((FIRST, SECOND), shares, strict=False)
    ]
    report = ask(Remembered(*quoted, is_like=shares == (0.9,)), visible(CODE))
    assert report.made_here is made
    expected = ClaimState.INTACT if shares == (0.9,) else ClaimState.ALTERED
    assert report.marks[0].state is expected


def test_a_file_byte_for_byte_needs_no_mark() -> None:
    """Raw samples have no place for one."""
    report = ask(Remembered(like(how="file", confidence=1.0), recognisable=False))
    assert report.made_here is MadeHere.YES
    assert notes_on(report, report.marks) == (Note.FOUND_BY_CONTENT,)


@pytest.mark.parametrize(
    ("alike", "made"),
    [
        (like(confidence=0.95), MadeHere.YES),
        (like(confidence=0.6), MadeHere.LIKELY),
        (like(confidence=0.49), MadeHere.UNKNOWN),
        (like(how="picture", confidence=0.7), MadeHere.LIKELY),
        (like(how="picture", confidence=0.49), MadeHere.UNKNOWN),
        (like(how="code", confidence=1.0), MadeHere.UNKNOWN),
        (like(how="id", confidence=1.0), MadeHere.UNKNOWN),
    ],
)
def test_content_alone(alike: Likeness, made: MadeHere) -> None:
    """Words count when they are sure, fewer words and looks as likely; a code somewhere in a text
    does not."""
    assert ask(Remembered(alike)).made_here is made


def test_a_code_alone_finds_its_answer() -> None:
    """What is too short to be an answer is a question about the code, which anybody can write."""
    report = ask(Remembered(like(how="code", confidence=1.0), recognisable=False))
    assert report.made_here is MadeHere.CLAIMED
    assert notes_on(report, ()) == (Note.FOUND_BY_CODE,)


def test_an_unsure_likeness_counts_beside_a_mark() -> None:
    """Two witnesses that say the same."""
    report = ask(Remembered(like(confidence=0.4)), visible(CODE))
    assert (report.made_here, report.marks[0].state) == (MadeHere.YES, ClaimState.INTACT)


def test_the_marked_exchange_comes_first() -> None:
    """The same words may have been said twice; the mark tells which time."""
    report = ask(Remembered(like(SECOND, 1.0), like(FIRST, 0.9)), visible(CODE))
    assert [match.exchange for match in report.matches] == [FIRST, SECOND]


def test_another_service() -> None:
    """Who names another producer and nothing of ours was not made here."""
    report = ask(Remembered(), metadata(OTHER, "theirs"))
    assert (report.made_here, report.producer) == (MadeHere.NO, "")
    assert report.marks[0].state is ClaimState.INTACT


@pytest.mark.parametrize("passed_on", [True, False])
def test_a_label_of_two_services_leads_each_to_its_own_record(*, passed_on: bool) -> None:
    """Whoever made it finds it by the production number, who passed it on by the propagation
    number, whichever of them the mark itself names."""
    theirs = "001191110102MAD55U9H0F19999"
    first = ("F-1", theirs) if passed_on else (FIRST, OWN)
    second = (FIRST, OWN) if passed_on else ("F-1", theirs)
    label = AigcLabel("1", first[1], first[0], "", second[1], second[0], "")
    for named in (first[0], second[0]):
        mark = FoundMark("image_metadata", MarkFamily.METADATA, ClaimState.INTACT, label, named)
        report = ask(Remembered(), mark)
        assert (report.made_here, report.matches[0].exchange) == (MadeHere.CLAIMED, FIRST)
        assert report.producer == first[1]


def test_our_name_without_a_record_is_unknown() -> None:
    """The record may be past its retention, or the mark forged: we do not say which."""
    report = ask(Remembered(), metadata(OWN, SECOND))
    assert report.made_here is MadeHere.UNKNOWN
    assert report.marks[0].state is ClaimState.UNTRUSTED
    assert notes_on(report, report.marks) == (Note.NO_RECORD,)


def test_a_foreign_label_on_our_text() -> None:
    """The content is ours, whatever a label claims."""
    report = ask(Remembered(like()), metadata(OTHER, "theirs"))
    assert (report.made_here, report.producer) == (MadeHere.YES, OWN)
    assert notes_on(report, report.marks) == (Note.FOUND_BY_CONTENT, Note.OTHER_PRODUCER)


def test_records_that_are_away_confirm_nothing() -> None:
    """And deny nothing; marks that only we can read stay untold."""
    report = ask(Away(), visible(CODE), trace(CODE))
    assert report.made_here is MadeHere.UNKNOWN
    assert [mark.mark for mark in public_answer(report).marks] == ["text_label"]
    assert Note.RECORDS_AWAY in public_answer(report).notes


@pytest.mark.parametrize(
    "marks",
    [
        (), (trace(UNKNOWN),), (trace(CODE),), (visible(UNKNOWN), metadata(OWN, SECOND)),
        tuple(visible(f"code {n}") for n in range(50)),
    ],
    ids=["none", "forged", "real", "several", "many"],
)  # fmt: skip
def test_the_ledger_is_always_asked_the_same_number_of_questions(
    marks: tuple[FoundMark, ...],
) -> None:
    """So the time of an answer does not tell what was found."""
    memory = Remembered()
    ask(memory, *marks)
    assert len(memory.asked) == QUESTIONS


def test_a_trace_that_our_key_reads_but_no_record_has_is_as_if_it_were_not_there() -> None:
    """This is what a forger would learn from: the public answers are equal byte for byte."""
    encode = msgspec.json.encode
    without = encode(public_answer(ask(Remembered(recognisable=False))))
    assert encode(public_answer(ask(Remembered(recognisable=False), trace(UNKNOWN)))) == without
    assert encode(public_answer(ask(Remembered(recognisable=False), trace(CODE)))) != without


def test_without_a_provider_code_the_service_is_not_named() -> None:
    """None is invented."""
    report = ask(Remembered(like()), producer="")
    assert public_answer(report).service is None


def test_an_unknown_format_is_said() -> None:
    """It may be anything."""
    report = attribute(b"\0", Seen(None, (), partly=True), Remembered(), OWN)
    assert set(notes_on(report, ())) == {
        Note.NO_MARKS, Note.UNKNOWN_FORMAT, Note.PARTLY_READ,
    }  # fmt: skip
