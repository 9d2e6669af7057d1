"""The tiers of Article 6, and what of a report leaves the program to whom."""

from __future__ import annotations

import jsonschema
import msgspec
import pytest

from gateway.desk.pages import schema_of
from gateway.desk.report import (
    NO_RECORD_DETAIL,
    FoundMark,
    MadeHere,
    Match,
    Note,
    OperatorAnswer,
    PublicAnswer,
    Report,
    Tier,
    operator_answer,
    public_answer,
    tier_of,
)
from gateway.nouns.mark import AigcLabel, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState

OWN = "001191110102MAD55U9H0F10002"
EXCHANGE = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


def label(value: str = "1", producer: str = OWN) -> AigcLabel:
    """Return a metadata label."""
    return AigcLabel(value, producer, EXCHANGE, "", producer, EXCHANGE, "")


def mark(
    family: MarkFamily | None,
    value: str = "",
    state: ClaimState = ClaimState.INTACT,
    **more: object,
) -> FoundMark:
    """Return a mark of a family."""
    made = FoundMark("m", family, state, label(value) if value else None)
    return msgspec.structs.replace(made, **more)


VISIBLE = mark(MarkFamily.LABEL)
TRACE = mark(None)
CREDENTIAL = mark(MarkFamily.CREDENTIAL)


@pytest.mark.parametrize(
    ("marks", "declared", "tier"),
    [
        ((), False, Tier.NONE),
        ((), True, Tier.POSSIBLE),
        ((VISIBLE,), False, Tier.SUSPECTED),
        ((TRACE,), False, Tier.SUSPECTED),
        ((VISIBLE,), True, Tier.POSSIBLE),
        ((mark(MarkFamily.METADATA, "1"),), False, Tier.CONFIRMED),
        ((mark(MarkFamily.METADATA, "1"), VISIBLE), True, Tier.CONFIRMED),
        ((mark(MarkFamily.METADATA, "2"),), False, Tier.POSSIBLE),
        ((mark(MarkFamily.METADATA, "3"),), False, Tier.SUSPECTED),
        ((mark(MarkFamily.METADATA, "AIGC"),), False, Tier.CONFIRMED),
        ((mark(MarkFamily.METADATA),), False, Tier.CONFIRMED),
        ((CREDENTIAL,), False, Tier.CONFIRMED),
        ((mark(MarkFamily.CREDENTIAL, state=ClaimState.UNTRUSTED),), False, Tier.CONFIRMED),
        ((mark(MarkFamily.CREDENTIAL, state=ClaimState.ALTERED),), False, Tier.SUSPECTED),
    ],
)
def test_tiers(marks: tuple[FoundMark, ...], declared: bool, tier: Tier) -> None:
    """Confirmed by metadata, possible by declaration, suspected by the rest: in this order."""
    assert tier_of(marks, declared=declared) is tier


def test_content_of_ours_without_marks_is_a_trace() -> None:
    """What the ledger recognises is suspected, where nothing in the file confirms it."""
    assert tier_of((), declared=False, matched=True) is Tier.SUSPECTED


def report(*marks: FoundMark, **changes: object) -> Report:
    """Return a report of something made here."""
    match = Match(EXCHANGE, "text", 0.97, 1_790_000_000_000_000_000, 3, 90)
    made = Report(
        MediaFormat.TXT, MadeHere.YES, declared=False, marks=marks, matches=(match,),
        time_ns=match.time_ns, producer=OWN, own=OWN,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


KNOWN = mark(
    MarkFamily.LABEL, exchange=EXCHANGE, code="7KQ2-M9XD-3", known=True, detail="a word of ours"
)


BY_MARK = Match(EXCHANGE, "text_label", 1.0, 1)


def test_the_public_answer_names_no_exchange() -> None:
    """A day, a service, marks and states: no id, no code, no detail, no passage."""
    encoded = msgspec.json.encode(public_answer(report(KNOWN))).decode()
    for secret in (EXCHANGE, "7KQ2", "a word of ours", "0.97", "1790000000"):
        assert secret not in encoded
    assert msgspec.json.decode(encoded) == {
        "made_here": "yes", "tier": "suspected", "date": "2026-09-21", "service": OWN,
        "format": "txt", "notes": [],
        "marks": [{"mark": "m", "family": "label", "state": "intact", "producer": "", "model": ""}],
    }  # fmt: skip


def test_the_operator_sees_the_exchange() -> None:
    """With the way, the confidence and the passage."""
    answer = operator_answer(report(KNOWN))
    assert answer.exchanges[0].exchange == EXCHANGE
    assert (answer.exchanges[0].start, answer.exchanges[0].end) == (3, 90)
    assert answer.exchanges[0].time == "2026-09-21T14:13:20Z"
    assert (answer.marks[0].exchange, answer.marks[0].code) == (EXCHANGE, "7KQ2-M9XD-3")


def test_a_keyed_mark_without_record_leaves_no_sign_in_the_public_answer() -> None:
    """The answer is, byte for byte, that of a content without it; the operator sees it."""
    forged = mark(None, keyed=True, state=ClaimState.UNTRUSTED, detail=NO_RECORD_DETAIL)
    without = Report(MediaFormat.TXT, MadeHere.UNKNOWN, declared=False, own=OWN)
    with_it = msgspec.structs.replace(without, marks=(forged,))
    assert public_answer(with_it) == public_answer(without)
    assert public_answer(without).notes == (Note.NO_MARKS,)
    assert operator_answer(with_it).notes == (Note.NO_RECORD,)
    assert operator_answer(with_it).tier is Tier.SUSPECTED


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        (report(), (Note.FOUND_BY_CONTENT,)),
        (
            report(matches=(Match(EXCHANGE, "code", 1.0, 1),)),
            (Note.FOUND_BY_CODE,),
        ),
        (
            report(mark(MarkFamily.LABEL, state=ClaimState.ALTERED, known=True), matches=()),
            (Note.CONTENT_DIFFERS,),
        ),
        (
            report(mark(MarkFamily.METADATA, label=label(producer="another")), matches=()),
            (Note.OTHER_PRODUCER,),
        ),
        (report(KNOWN, reading=(Note.PARTLY_READ,)), (Note.PARTLY_READ,)),
        (report(KNOWN, matches=(BY_MARK,)), (Note.NOT_COMPARED,)),
        (
            report(KNOWN, mark(MarkFamily.CREDENTIAL, known=True), matches=(BY_MARK,)),
            (Note.NOT_COMPARED,),
        ),
        (
            report(KNOWN, matches=(msgspec.structs.replace(BY_MARK, proven=True),)),
            (),
        ),
        (
            report(
                KNOWN,
                mark(MarkFamily.CREDENTIAL, state=ClaimState.ALTERED, known=True),
                matches=(BY_MARK,),
            ),
            (Note.CONTENT_DIFFERS, Note.NOT_COMPARED),
        ),
    ],
)
def test_notes_follow_from_what_is_told(given: Report, notes: tuple[Note, ...]) -> None:
    """Each says one thing that a reader must know."""
    assert public_answer(given).notes == notes


def test_answers_keep_the_published_schema() -> None:
    """Checked by a validator that is not ours; a member more would be noticed."""
    for form, made in (
        (PublicAnswer, public_answer(report(KNOWN))),
        (PublicAnswer, public_answer(Report(None, MadeHere.UNKNOWN, declared=False))),
        (OperatorAnswer, operator_answer(report(KNOWN, TRACE))),
    ):
        schema = schema_of(form)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(msgspec.json.decode(msgspec.json.encode(made)), schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"made_here": "perhaps"}, schema)
