"""The window: what may be released, and that it never depends on where the text was cut."""

from __future__ import annotations

import itertools
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine.lane import SlowJudge
from gateway.engine.lens import Restorations
from gateway.engine.window import PORTION, Window
from gateway.nouns.finding import Scan
from gateway.nouns.policy import Mode, Policy, Rule
from gateway.nouns.segment import FieldClass, TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Raising, Sentences, lane, policy

TERMS = {"ab": "red", "abc": "block", "bca": "red", "cc": "flag", "dd": "new"}
RULES = policy(red=Action.REDACT, block=Action.BLOCK, flag=Action.FLAG, new=Action.REPLACE)


def run(text: str, cuts: list[int], form: TextForm = TextForm.PROSE) -> tuple[str, int | None]:
    """Feed a text in pieces as a session would; return what was released and the block's place."""
    window = Window(lane(RULES, NaiveTerms(TERMS)), form)
    marks = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    out, released = "", 0
    for start, end in itertools.pairwise(marks):
        window.push(text[start:end])
        window.judge(final=False)
        if window.blocked:
            break
        out += window.edited(released, window.limit, text[released : window.limit])
        released = window.limit
    window.judge(final=True)
    out += window.edited(released, window.limit, text[released : window.limit])
    return out, window.blocked.start if window.blocked else None


@settings(max_examples=400)
@given(st.text("abcd ", max_size=40), st.lists(st.integers(0, 100), max_size=12))
def test_the_verdict_does_not_depend_on_the_cuts(text: str, cuts: list[int]) -> None:
    """Same released text, same first blocked span, however the text came."""
    assert run(text, cuts) == run(text, [])


@settings(max_examples=400)
@given(st.text('abcd"\\\n赌', max_size=20), st.lists(st.integers(0, 200), max_size=12))
def test_json_text_is_judged_decoded_however_it_is_cut(value: str, cuts: list[int]) -> None:
    """Escapes cannot hide a term, and what is released of an unblocked value is still JSON."""
    raw = json.dumps({"k": value})
    whole = run(raw, [], TextForm.JSON)
    assert run(raw, cuts, TextForm.JSON) == whole
    assert (whole[1] is not None) == ("abc" in value)
    if whole[1] is None:
        assert set(json.loads(whole[0])) == {"k"}


def test_plain_text_is_not_held() -> None:
    """Text that no filter waits for may leave at once."""
    window = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
    window.push("hello")
    window.judge(final=False)
    assert window.limit == 5


def test_only_a_live_prefix_is_held() -> None:
    """The hold is the longest suffix that may still become a term, not more."""
    window = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
    window.push("hello a")
    window.judge(final=False)
    assert window.limit == 6


def test_observers_never_hold_and_still_see() -> None:
    """In observe mode text passes at once and the finding over the seam is still made."""
    observe = msgspec.structs.replace(RULES, mode=Mode.OBSERVE)
    window = Window(lane(observe, NaiveTerms(TERMS), acting=False), TextForm.PROSE)
    for piece in ("xa", "b", "cx"):
        window.push(piece)
        window.judge(final=False)
        assert window.limit == window.raw_end
    window.judge(final=True)
    assert {fact.finding.rule for fact in window.facts} >= {"ab", "abc"}


def test_observers_are_asked_now_and_then_and_when_the_client_left() -> None:
    """What nothing waits for is judged once 64 more code points came, and whatever is left last."""
    observe = msgspec.structs.replace(RULES, mode=Mode.OBSERVE)
    window = Window(lane(observe, NaiveTerms(TERMS), acting=False), TextForm.PROSE)
    for _ in range(63):
        window.push("x")
        window.judge(final=False)
    window.push("abx")
    assert not window.facts
    window.judge(final=False)
    assert [fact.finding.start for fact in window.facts] == [63]
    window.push("xxabx")
    window.judge(final=False)
    assert len(window.facts) == 1
    window.observe()
    assert [fact.finding.start for fact in window.facts] == [63, 68]


@pytest.mark.parametrize("acting", [True, False])
def test_a_filter_that_raises_blocks(acting: bool) -> None:
    """Nothing leaves that a broken filter has not judged, and be it one that only notes."""
    window = Window(lane(RULES, Raising(), acting=acting), TextForm.PROSE)
    window.push("hello")
    window.judge(final=False)
    assert window.limit == 0
    assert window.blocked is not None
    assert window.blocked.rule == "on_failure.raising"


def test_too_much_held_text_blocks_and_names_the_rule() -> None:
    """The cap on held text blocks; it never lets go."""
    term = {"a" * 50: "block"}
    window = Window(lane(RULES, NaiveTerms(term), held_limit=10), TextForm.PROSE)
    window.push("a" * 30)
    window.judge(final=False)
    assert window.blocked is not None
    assert window.blocked.rule == "held_text_limit"
    assert window.limit == 0


def test_what_waits_to_be_judged_is_not_held() -> None:
    """A long text that is here and a cap below its length: only what no verdict can free counts."""
    made = lane(RULES, NaiveTerms({"aaab": "flag"}), held_limit=10)
    window = Window(made, TextForm.PROSE)
    window.push("x" * 3 * PORTION)
    window.judge(final=False)
    assert window.blocked is None
    assert window.limit == 3 * PORTION


def test_what_is_complete_is_not_too_much() -> None:
    """It cannot grow: a long text that waits for a slow filter is no flood."""
    made = lane(RULES, NaiveTerms(TERMS), held_limit=10)
    asked = (SlowJudge(Sentences(), acting=True),)
    window = Window(made._replace(slow=asked), TextForm.PROSE)
    window.push("One sentence of some words. ")
    window.judge(final=True)
    assert window.blocked is None
    assert window.limit == 0
    for place, question in window.questions():
        window.answered(place, question, ())
    window.judge(final=True)
    assert window.limit == window.raw_end


@pytest.mark.parametrize(("text", "blocked"), [('{"n": "xabx"}', False), ('{"ab": 1}', False)])
def test_a_redaction_stays_inside_one_json_string(text: str, blocked: bool) -> None:
    """Keys and values are strings; each can be masked."""
    assert (run(text, [], TextForm.JSON)[1] is not None) is blocked


def test_a_schema_turns_a_redaction_into_a_block() -> None:
    """What a schema binds cannot be changed, only refused."""
    window = Window(lane(RULES, NaiveTerms(TERMS), bound=True), TextForm.JSON)
    window.push('{"n": "ab"}')
    window.judge(final=True)
    assert window.blocked is not None
    assert window.blocked.action is Action.BLOCK


def test_a_redaction_takes_combining_marks_with_it() -> None:
    """A mark that would hang in the air goes with the letter it stands on."""
    window = Window(lane(RULES, NaiveTerms({"ab": "red"})), TextForm.PROSE)
    window.push("xab\u0301y")
    window.judge(final=True)
    assert window.edited(0, 5, "xab\u0301y") == "x***y"


@pytest.mark.parametrize("mine", [True, False])
def test_restored_values_are_judged_restored(mine: bool) -> None:
    """A placeholder becomes its value before anything judges; findings inside it are dropped if the
    user said them himself, and count if a tool or the operator did."""

    def restorations(text: str, final: bool) -> tuple[list[tuple[int, int, str]], int]:
        at = text.find("[P]")
        found = [(at, at + 3, "xabx")] if at >= 0 else []
        tail = next((n for n in (2, 1) if not final and text.endswith("[P]"[:n])), 0)
        return found, len(text) - tail

    judged = lane(RULES, NaiveTerms(TERMS), restorations=restorations, said=lambda _: mine)
    window = Window(judged, TextForm.PROSE)
    out, released = "", 0
    text = "call [P] now"
    for letter in text:
        window.push(letter)
        window.judge(final=False)
        out += window.edited(released, window.limit, text[released : window.limit])
        released = window.limit
    window.judge(final=True)
    out += window.edited(released, window.limit, text[released : window.limit])
    assert out == ("call xabx now" if mine else "call *** now")
    assert bool(window.facts) is not mine


def test_memory_of_a_long_channel_is_bounded() -> None:
    """Released and judged text is forgotten."""
    window = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
    for _ in range(2000):
        window.push("hello world, this is harmless. ")
        window.judge(final=False)
    assert len(window._text) < 8192


class OnceOnly(NaiveTerms):
    """Reports a finding while its start is pending, and not again once that was safe."""

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        seen = super().scan(text, start, final)
        return seen._replace(findings=tuple(f for f in seen.findings if f.start >= start))


@pytest.mark.parametrize("text", ["aa", "aab", "xaa y"])
@pytest.mark.parametrize("filters", [NaiveTerms, OnceOnly])
def test_a_term_that_ends_as_it_begins_is_found(text: str, filters: type[NaiveTerms]) -> None:
    """Its second half may begin another one, so it lies across what is safe: it is asked for again
    from its start, not forgotten."""
    window = Window(lane(RULES, filters({"aa": "block"})), TextForm.PROSE)
    for letter in text:
        window.push(letter)
        window.judge(final=False)
    window.judge(final=True)
    assert window.blocked is not None
    assert window.limit == text.index("aa")


def test_marks_that_an_edit_took_do_not_undo_it() -> None:
    """A span that begins with the combining marks of a redacted one is cut to what is left of it;
    the first redaction stays."""
    window = Window(lane(RULES, NaiveTerms({"ab": "red", "\u0301\u0301z": "red"})), TextForm.PROSE)
    text = "xab\u0301\u0301zy"
    window.push(text)
    window.judge(final=True)
    assert window.edited(0, len(text), text) == "x******y"


def test_a_span_of_marks_alone_goes_with_the_edit_before_it() -> None:
    """Nothing of it is left to edit."""
    window = Window(lane(RULES, NaiveTerms({"ab": "red", "\u0301\u0301": "red"})), TextForm.PROSE)
    text = "xab\u0301\u0301y"
    window.push(text)
    window.judge(final=True)
    assert window.edited(0, len(text), text) == "x***y"


def test_an_edit_that_leaves_nothing_still_touches() -> None:
    """What is replaced by no words is not taken for unchanged."""
    window = Window(lane(RULES, NaiveTerms({"ab": "red"})), TextForm.PROSE)
    window.lane = window.lane._replace(mask=lambda decision, text: "")
    window.push("xaby")
    window.judge(final=True)
    assert window.edited(0, 4, "xaby") == "xy"
    assert [window.touches(0, 1), window.touches(0, 2), window.touches(2, 3)] == [False, True, True]
    assert not window.touches(3, 4)


def test_an_alternative_of_a_token_is_read_alone() -> None:
    """A line of log probabilities is a token of its own: no term runs over its end."""
    window = Window(
        lane(RULES, NaiveTerms({"a\nb": "block"}), field_class=FieldClass.LOGPROB), TextForm.PROSE
    )
    window.push("a\nb\n")
    window.judge(final=True)
    assert window.blocked is None


def placeholder(value: str) -> Restorations:
    """Return restorations in which a leading [P] stands for a value."""
    return lambda text, final: ([(0, 3, value)] if text[:3] == "[P]" else [], len(text))


def test_what_is_restored_is_held_or_let_go_as_one() -> None:
    """A live prefix at the end of a restored value holds the whole placeholder."""
    window = Window(
        lane(
            RULES, NaiveTerms({"xyz": "block"}), restorations=placeholder("12x"),
        ),
        TextForm.PROSE,
    )  # fmt: skip
    window.push("[P]")
    window.judge(final=False)
    assert window.limit == 0
    window.push("yz")
    window.judge(final=True)
    assert window.blocked is not None
    assert window.limit == 0


@pytest.mark.parametrize(
    ("field_class", "action"),
    [(FieldClass.CONTENT, Action.BLOCK), (FieldClass.HISTORY, Action.DROP_TURN)],
)
def test_what_cannot_be_changed_in_json_is_left_out(
    field_class: FieldClass, action: Action
) -> None:
    """A number has no place for a mask; old words go with their turn."""
    window = Window(
        lane(RULES, NaiveTerms({"12": "red"}), field_class=field_class), TextForm.JSON
    )  # fmt: skip
    window.push('{"n": 123}')
    window.judge(final=True)
    assert window.blocked is not None
    assert window.blocked.action is action


def test_a_replacement_in_json_is_escaped() -> None:
    """Its words cannot end the string that they stand in."""
    window = Window(lane(RULES, NaiveTerms({"ab": "red"})), TextForm.JSON)
    window.lane = window.lane._replace(mask=lambda decision, text: 'say "x"')
    raw = '{"n": "ab"}'
    window.push(raw)
    window.judge(final=True)
    assert json.loads(window.edited(0, len(raw), raw)) == {"n": 'say "x"'}


def test_a_redaction_swallows_what_was_restored_inside_it() -> None:
    """A span that reaches beyond the restored value is the model's own doing."""
    window = Window(
        lane(
            RULES, NaiveTerms({"1x": "red"}), restorations=placeholder("1"),
        ),
        TextForm.PROSE,
    )  # fmt: skip
    window.push("[P]x.")
    window.judge(final=True)
    assert window.edited(0, 5, "[P]x.") == "***."


def test_what_the_user_said_is_asked_about_the_very_span() -> None:
    """In the text as it is judged."""
    asked: list[str] = []
    rules = Policy(rules=(Rule(id="red", when="red", do=Action.REDACT, unless="said_by_user"),))
    window = Window(
        lane(rules, NaiveTerms({"ab": "red"}), said=lambda text: bool(asked.append(text)) or True),
        TextForm.PROSE,
    )
    window.push("x ab y")
    window.judge(final=True)
    assert asked == ["ab"]
    assert window.edited(0, 6, "x ab y") == "x ab y"


def test_characters_cut_in_halves_are_judged_whole() -> None:
    """Two events may share a character; its halves hold together."""
    window = Window(lane(RULES, NaiveTerms({"\U00020bb7": "block"})), TextForm.PROSE)
    window.push("a\ud842")
    window.judge(final=False)
    assert window.limit == 1
    window.push("\udfb7b")
    window.judge(final=True)
    assert window.blocked is not None
    assert window.limit == 1


def test_long_held_text_is_not_forgotten() -> None:
    """Only what no filter needs again is."""
    window = Window(lane(RULES, NaiveTerms({"a" * 5000: "red"})), TextForm.PROSE)
    for _ in range(2):
        window.push("a" * 2400)
        window.judge(final=False)
    window.push("a" * 200)
    window.judge(final=True)
    assert window.edited(0, 5000, "a" * 5000) == "***"


def test_edits_of_other_stretches_are_passed_over() -> None:
    """Each event takes its own; the end of an edit is left out of the next."""
    text = "ab.ab.ab"
    window = Window(lane(RULES, NaiveTerms({"ab": "red"})), TextForm.PROSE)
    window.push(text)
    window.judge(final=True)
    assert window.edited(2, 4, text[2:4]) == ".***"
    assert window.edited(4, 6, text[4:6]) == "."
    assert window.edited(5, 6, text[5:6]) == "."


def test_twenty_thousand_finds_are_taken_out_each_in_its_place() -> None:
    """Edits stand in order and are found by their place: their number costs each nothing."""
    one = "x ab y "
    window = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
    for _ in range(20_000):
        window.push(one)
    window.judge(final=True)
    assert len(window.edits) == 20_000
    for at in range(0, window.raw_end, len(one)):
        assert not window.touches(at, at + 2)
        assert window.edited(at, at + len(one), one) == "x *** y "
