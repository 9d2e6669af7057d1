"""The input's session: every string a model would read, judged before it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.engine.input import CleanTexts, InputPlan, InputSession
from gateway.engine.lane import Lane, SlowJudge
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction, FieldClass, MediaPart, Pointer, Segment, TextForm
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.adapter import Request
from gateway.ports.session import InputVerdict
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(block=Action.BLOCK, red=Action.REDACT, flag=Action.FLAG)
TERMS = {"bad": "block", "mild": "red", "odd": "flag"}
LONG = "a long and harmless text"


class Counting(NaiveTerms):
    """Counts the texts that it sees."""

    seen = 0

    def scan(self, text: str, start: int, final: bool):
        """See gateway.ports.filter.Filter."""
        self.seen += 1
        return super().scan(text, start, final)


def _refuse(decision: Decision) -> Refusal:
    return Refusal("c", "No.", decision.rule, decision.finding.category)


def _strip(text: str) -> str:
    return text.removeprefix("[AI] ")


class Bench:
    """A policy's plan that several requests share."""

    def __init__(self, rules: Policy = RULES, *, slow: bool = False, filters: bool = True) -> None:
        self.filter = Counting(TERMS)
        judges = (self.filter,) if filters else ()
        lanes: dict[FieldClass, Lane] = {}
        for one in FieldClass:
            made = lane(rules, *judges, field_class=one, direction=Direction.INPUT)
            asked = (SlowJudge(Sentences(), acting=True),) if slow else ()
            lanes[one] = made._replace(slow=asked)
        self.plan = InputPlan(rules, lanes, _refuse, _strip, CleanTexts(b"key"))

    def hear(self, *segments: Segment, turns: tuple[int, ...] = (), **members) -> InputSession:
        """Return the session of a request with these segments."""
        request = Request(b"", "m", False, segments, user_turns=turns, **members)
        return InputSession(self.plan, request)


def _part(
    text: str, field_class: FieldClass = FieldClass.USER, turn: int = 0, *steps: str | int
) -> Segment:
    pointer: Pointer = ("messages", turn, "content", *steps)
    return Segment(text, field_class, pointer, turn=turn)


def _verdict(*segments: Segment, turns: tuple[int, ...] = ()) -> InputVerdict:
    return Bench().hear(*segments, turns=turns).verdict()


@pytest.mark.parametrize(
    ("field_class", "text", "refused", "texts"),
    [
        (FieldClass.USER, "bad", True, []),
        (FieldClass.USER, "a mild one", False, ["a *** one"]),
        (FieldClass.USER, "odd", False, []),
        (FieldClass.SYSTEM, "bad", False, []),
        (FieldClass.TOOL_RESULT, "bad", False, ["***"]),
    ],
)
def test_each_class_is_judged_by_its_own_lane(
    field_class: FieldClass, text: str, refused: bool, texts: list[str]
) -> None:
    """A refusal has no edits; edits name the string."""
    verdict = _verdict(_part(text, field_class))
    assert (verdict.refusal is not None) is refused
    assert list(verdict.edits.texts.values()) == texts


def test_a_term_in_the_seam_of_two_parts_is_found_and_edited_in_both() -> None:
    """Text parts of one message are read as one; of two messages they are not."""
    first = _part("a mi", FieldClass.USER, 0, 0, "text")
    verdict = _verdict(first, _part("ld b", FieldClass.USER, 0, 1, "text"))
    assert list(verdict.edits.texts.values()) == ["a ***", " b"]
    assert _verdict(first, _part("ld b", FieldClass.USER, 1, 0, "text")).edits.nothing


def test_strings_that_stand_alone_share_no_window() -> None:
    """A name, JSON text, a string outside of messages."""
    name = Segment("mi", FieldClass.USER, ("messages", 0, "name", "x"), turn=0)
    arguments = Segment('"ld"', FieldClass.USER, ("messages", 0, "content", 0), TextForm.JSON, 0)
    loose = Segment("mi", FieldClass.UNKNOWN, ("metadata", "k", "x", "y"))
    assert _verdict(name, arguments, loose).edits.nothing


def test_a_blocked_turn_of_the_history_goes_with_its_group() -> None:
    """Edits inside of it go too; the others stay."""
    verdict = _verdict(
        _part("you", FieldClass.SYSTEM, 0), _part("mild", FieldClass.HISTORY, 1),
        _part("bad", FieldClass.HISTORY, 2), _part("mild", FieldClass.USER, 3), turns=(1, 3),
    )  # fmt: skip
    assert verdict.refusal is None
    assert verdict.edits.dropped_turns == {1, 2}
    assert list(verdict.edits.texts) == [("messages", 3, "content")]


def test_the_system_prompt_stays_when_its_group_goes() -> None:
    """An assistant's greeting stands between it and the first question."""
    verdict = _verdict(
        _part("you", FieldClass.SYSTEM, 0), _part("bad", FieldClass.HISTORY, 1),
        _part("hi", FieldClass.USER, 2), turns=(2,),
    )  # fmt: skip
    assert verdict.edits.dropped_turns == {1}


def test_what_is_asked_now_is_refused_rather_than_dropped() -> None:
    """Its group holds what the user asks."""
    session = Bench().hear(_part("hi"), _part("bad", FieldClass.HISTORY, 1), turns=(0,))
    refusal = session.verdict().refusal
    assert refusal is not None
    assert refusal.rule == "block"
    assert session.tally().outcome is Outcome.BLOCKED_INPUT


def test_our_labels_are_taken_out_of_old_words_only() -> None:
    """Of the assistant's prose in the history; what the user writes is his."""
    old = _part("[AI] hi", FieldClass.HISTORY, 0)
    verdict = _verdict(old, _part("[AI] ho", FieldClass.USER, 1))
    assert dict(verdict.edits.texts) == {("messages", 0, "content"): "hi"}
    arguments = Segment("[AI] 1", FieldClass.HISTORY, ("messages", 0, "x"), TextForm.JSON, 0)
    assert _verdict(arguments).edits.nothing


def test_labels_are_taken_out_where_nobody_judges_too() -> None:
    """The upstream sees its own words under any policy."""
    session = Bench(filters=False).hear(_part("[AI] hi", FieldClass.HISTORY), _part("bad"))
    assert dict(session.verdict().edits.texts) == {("messages", 0, "content"): "hi"}
    assert session.tally().outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("field_class", "text", "again"),
    [
        (FieldClass.HISTORY, LONG, False),
        (FieldClass.SYSTEM, LONG, False),
        (FieldClass.USER, LONG, True),
        (FieldClass.HISTORY, "short", True),
        (FieldClass.HISTORY, f"{LONG} mild", True),
        (FieldClass.HISTORY, f"{LONG} odd", True),
        (FieldClass.HISTORY, f"[AI] {LONG}", True),
    ],
)
def test_clean_texts_that_come_again_are_not_judged_again(
    field_class: FieldClass, text: str, again: bool
) -> None:
    """Long ones in which nothing was found, unchanged, and never what is asked now."""
    bench = Bench()
    bench.hear(_part(text, field_class)).verdict()
    before = bench.filter.seen
    bench.hear(_part(text, field_class)).verdict()
    assert (bench.filter.seen > before) is again


@pytest.mark.parametrize("outcome", [(), ValueError("x"), "found"])
def test_a_text_is_clean_only_when_the_slow_filters_have_answered(outcome: object) -> None:
    """What a guard found, or could not judge, is judged again when it comes again."""
    bench = Bench(slow=True)
    first = bench.hear(_part(LONG, FieldClass.HISTORY))
    (consult,) = first.verdict().consults
    (again,) = bench.hear(_part(LONG, FieldClass.HISTORY)).verdict().consults
    assert again == consult
    if outcome == "found":
        outcome = (Finding("flag", 2, 1.0, 0, 5, "sentences", "r"),)
    first.answered(consult.number, outcome)  # type: ignore[arg-type]
    first.verdict()
    third = bench.hear(_part(LONG, FieldClass.HISTORY)).verdict()
    assert bool(third.consults) is (outcome != ())


def test_a_known_text_beside_another_is_judged_with_it() -> None:
    """A seam makes a text of its own."""
    bench = Bench()
    bench.hear(_part(f"{LONG} mi", FieldClass.HISTORY, 0, 0, "text")).verdict()
    verdict = bench.hear(
        _part(f"{LONG} mi", FieldClass.HISTORY, 0, 0, "text"),
        _part("ld", FieldClass.HISTORY, 0, 1, "text"),
    ).verdict()
    assert list(verdict.edits.texts.values()) == [f"{LONG} ***", ""]


def test_what_is_known_as_clean_is_bounded_and_keyed() -> None:
    """The one longest unseen goes; a class reads a text for itself; half characters are texts."""
    clean = CleanTexts(b"k", limit=2)
    one, two, three = (clean.digest(FieldClass.HISTORY, text) for text in ("1", "2", "\ud83d"))
    for digest in (one, two):
        clean.add(digest)
    assert one in clean
    clean.add(three)
    assert [digest in clean for digest in (one, two, three)] == [True, False, True]
    assert clean.digest(FieldClass.SYSTEM, "1") != one
    assert CleanTexts(b"other").digest(FieldClass.HISTORY, "1") != one


def test_slow_filters_are_asked_before_there_is_a_verdict() -> None:
    """Every question is asked once; with the last answer the verdict is there, and stays."""
    session = Bench(slow=True).hear(_part("One. Two."))
    consults = session.verdict().consults
    assert [consult.number for consult in consults] == [1, 2]
    assert session.verdict() == InputVerdict(None, session.verdict().edits)
    session.answered(1, ())
    assert session.verdict().refusal is None
    session.answered(2, (Finding("block", 3, 1.0, 5, 9, "sentences", "r"),))
    session.answered(2, ())
    verdict = session.verdict()
    assert verdict.refusal is not None
    assert session.verdict() is verdict


def test_a_slow_filter_without_questions_delays_nothing() -> None:
    """There is nothing to wait for."""
    assert Bench(slow=True).hear(_part("")).verdict().consults == ()


@pytest.mark.parametrize(("unjudged", "refused"), [("block", True), ("flag", False)])
def test_media_is_what_the_policy_makes_of_it(unjudged: str, refused: bool) -> None:
    """Nobody judged it: it is named in any case."""
    rules = Policy(rules=RULES.rules, unjudged_media=unjudged)
    session = Bench(rules).hear(_part("hi"), media=(MediaPart("image", ("messages", 0)),))
    refusal = session.verdict().refusal
    assert (refusal is not None) is refused
    assert session.tally().unjudged == ("image",)
    assert session.tally().outcome is (Outcome.BLOCKED_INPUT if refused else Outcome.FLAGGED)
    assert refusal is None or refusal.rule == "unjudged_media"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("hi", Outcome.PASSED), ("odd", Outcome.FLAGGED), ("mild", Outcome.EDITED),
        ("bad", Outcome.BLOCKED_INPUT),
    ],
)  # fmt: skip
def test_the_tally_says_how_it_came_out(text: str, outcome: Outcome) -> None:
    """Counts and findings, no text."""
    session = Bench().hear(_part(text), _part("more", FieldClass.SYSTEM, 1))
    session.verdict()
    tally = session.tally()
    assert tally.outcome is outcome
    assert (tally.strings_scanned, tally.chars_scanned) == (2, len(text) + 4)
    assert tally.would_block is (text == "bad")
    assert [fact.channel for fact in tally.findings] == (
        [] if text == "hi" else ["messages.0.content"]
    )


def test_a_tally_before_the_verdict_claims_nothing() -> None:
    """What was not decided was not edited."""
    session = Bench().hear(_part("mild"))
    assert session.tally().outcome is Outcome.PASSED
    assert not session.judge()
    assert session.tally().outcome is Outcome.FLAGGED


def test_a_long_input_is_judged_in_portions_whatever_a_guard_holds() -> None:
    """The cap on held text is for answers: nothing of a request leaves before all is judged."""
    session = Bench(slow=True).hear(_part("Word by word. " * 6000), _part("mild", turn=1))
    portions = 1
    while session.judge():
        portions += 1
    assert portions == 11
    for consult in session.verdict().consults:
        session.answered(consult.number, ())
    assert session.verdict().refusal is None
    assert [fact.start for fact in session.tally().findings] == [0]


class Listed(tuple[Segment, ...]):
    """Segments that count how often they were read through."""

    __slots__ = ()
    read = 0

    def __iter__(self) -> Iterator[Segment]:
        Listed.read += 1
        return super().__iter__()


def test_a_long_conversation_is_read_through_a_few_times_at_most() -> None:
    """Not once for each of its parts, and no judgement is made before it is asked for."""
    Listed.read = 0
    bench = Bench()
    turns = [_part(f"{LONG} {at}", FieldClass.HISTORY, at, 0, "text") for at in range(300)]
    request = Request(b"", "m", False, Listed((*turns, _part("go", turn=300))))
    session = InputSession(bench.plan, request)
    assert bench.filter.seen == 0
    assert session.verdict().refusal is None
    assert Listed.read < 5
    assert bench.filter.seen == 301
    again = InputSession(bench.plan, request)
    assert again.verdict().refusal is None
    assert bench.filter.seen == 302


@pytest.mark.parametrize("asked", ["go", "bad"])
def test_a_conversation_with_many_refused_turns_is_read_through_a_few_times_too(asked: str) -> None:
    """Each goes with its answer; what is asked now decides for all of them at once."""
    Listed.read = 0
    said = [("bad", FieldClass.HISTORY), ("no", FieldClass.HISTORY)] * 300
    turns = [_part(text, field_class, at) for at, (text, field_class) in enumerate(said)]
    segments = Listed((*turns, _part(asked, turn=600)))
    request = Request(b"", "m", False, segments, user_turns=tuple(range(0, 601, 2)))
    verdict = InputSession(Bench().plan, request).verdict()
    assert (verdict.refusal is not None) == (asked == "bad")
    assert verdict.edits.dropped_turns == (frozenset(range(600)) if asked == "go" else frozenset())
    assert Listed.read < 12


def test_an_exchange_brings_its_own_masks() -> None:
    """Placeholders are the exchange's own."""
    bench = Bench()
    bench.plan = bench.plan._replace(mask=lambda decision, text: f"<{text}>")
    assert list(bench.hear(_part("a mild one")).verdict().edits.texts.values()) == ["a <mild> one"]
