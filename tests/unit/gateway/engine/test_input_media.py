"""Files of a request: their text, what they show, and what nobody could judge."""

from __future__ import annotations

import msgspec
import pytest

from gateway.engine.input import CleanTexts, InputPlan, InputSession
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Mode, Policy
from gateway.nouns.segment import Direction, FieldClass, MediaPart, Passage, Segment, Sight
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.adapter import Request
from tests.engine_kit import NaiveTerms, lane, policy

TERMS = {"bad": "block", "mild": "red", "odd": "flag"}
RULES = policy(
    block=Action.BLOCK, red=Action.REDACT, flag=Action.FLAG,
    **{"picture.nude": Action.REDACT, "picture.odd": Action.FLAG},
)  # fmt: skip
AT = ("messages", 2, "content", 0)


def _refuse(decision: Decision) -> Refusal:
    return Refusal("c", "No.", decision.rule, decision.finding.category)


def _session(*parts: MediaPart, rules: Policy = RULES, asked: int = 2) -> InputSession:
    lanes = {
        one: lane(rules, NaiveTerms(TERMS), field_class=one, direction=Direction.INPUT)
        for one in FieldClass
    }
    plan = InputPlan(rules, lanes, _refuse, str, CleanTexts(b"key"))
    says = Segment("hi", FieldClass.USER, ("messages", asked, "content"), turn=asked)
    turns = tuple(sorted({0, asked}))
    request = Request(b"", "m", False, (says,), parts, user_turns=turns)
    return InputSession(plan, request)


def _file(*texts: str, field_class: FieldClass = FieldClass.USER, turn: int = 2) -> MediaPart:
    passages = tuple(Passage(f"page {n}", text) for n, text in enumerate(texts, 1))
    return MediaPart(
        "document", ("messages", turn, "content", 0), turn, field_class, "x", "", (), passages,
        fault="",
    )  # fmt: skip


def test_the_text_of_a_file_is_judged_and_its_place_told() -> None:
    """A fact names the part and the page, in positions of that page."""
    session = _session(_file("one", "a bad two"))
    refusal = session.verdict().refusal
    assert refusal is not None
    assert refusal.rule == "block"
    tally = session.tally()
    (fact,) = tally.findings
    assert (fact.channel, fact.start, fact.end) == ("messages.2.content.0#page 2", 2, 5)
    assert (tally.judged, tally.unjudged, tally.chars_scanned) == (("document",), (), 15)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("a mild one", Outcome.BLOCKED_INPUT), ("odd", Outcome.FLAGGED), ("fine", Outcome.PASSED)],
)
def test_what_cannot_be_taken_out_of_a_file_keeps_it_from_leaving(
    text: str, outcome: Outcome
) -> None:
    """A redaction is a block; a flag stays one."""
    session = _session(_file(text))
    session.verdict()
    assert session.tally().outcome is outcome


def test_a_file_of_the_history_goes_with_its_turn() -> None:
    """And what is asked now goes on."""
    session = _session(_file("a mild one", field_class=FieldClass.HISTORY, turn=0))
    verdict = session.verdict()
    assert verdict.refusal is None
    assert verdict.edits.dropped_turns == {0, 1}


def _shows(category: str, field_class: FieldClass = FieldClass.USER, turn: int = 2) -> MediaPart:
    finding = Finding(category, 3, 0.9, 0, 0, "eyes", category)
    at = ("messages", turn, "content", 0)
    return MediaPart(
        "image", at, turn, field_class, "x", sights=(Sight("frame 1", finding),), fault=""
    )


@pytest.mark.parametrize(
    ("part", "refused", "dropped"),
    [
        (_shows("picture.nude"), True, set()),
        (_shows("picture.odd"), False, set()),
        (_shows("picture.nude", FieldClass.SYSTEM), False, set()),
        (_shows("picture.nude", FieldClass.HISTORY, 0), False, {0, 1}),
    ],
)
def test_what_a_picture_shows_is_ruled_on(
    part: MediaPart, refused: bool, dropped: set[int]
) -> None:
    """By the rules and the strongest action of its field class."""
    session = _session(part)
    verdict = session.verdict()
    assert (verdict.refusal is not None, verdict.edits.dropped_turns) == (refused, dropped)
    (fact,) = session.tally().findings
    assert fact.channel == f"messages.{part.turn}.content.0#frame 1"


@pytest.mark.parametrize(
    ("fault", "word"),
    [(None, "document"), ("encrypted", "document:encrypted@messages.2.content.0")],
)
def test_what_nobody_judged_is_named_with_its_reason(fault: str | None, word: str) -> None:
    """Where somebody tried."""
    session = _session(_file("fine")._replace(fault=fault))
    assert session.verdict().refusal is None
    assert (session.tally().unjudged, session.tally().judged) == ((word,), ())


def test_unjudged_files_are_the_policys_choice() -> None:
    """Refused now, left out of the history, and noted where nothing may change."""
    rules = msgspec.structs.replace(RULES, unjudged_media="block")
    broken = _file("fine")._replace(fault="broken")
    refusal = _session(broken, rules=rules).verdict().refusal
    assert refusal is not None
    assert (refusal.rule, refusal.category) == ("unjudged_media", "unjudged")
    old = broken._replace(pointer=("messages", 0), turn=0, field_class=FieldClass.HISTORY)
    verdict = _session(old, rules=rules).verdict()
    assert (verdict.refusal, verdict.edits.dropped_turns) == (None, {0, 1})
    observed = msgspec.structs.replace(rules, mode=Mode.OBSERVE)
    assert _session(broken, rules=observed).verdict().refusal is None
