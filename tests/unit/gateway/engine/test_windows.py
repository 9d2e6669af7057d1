"""The windows of one answer: which text lies where, and which of them want to be judged."""

from __future__ import annotations

from gateway.engine.plan import OutputPlan
from gateway.engine.windows import Windows
from gateway.nouns.segment import Channel, FieldClass, TextForm
from gateway.nouns.verdict import Action, Decision, Refusal
from tests.engine_kit import NaiveTerms, lane, policy

RULES = policy(block=Action.BLOCK)
CONTENT, REFUSAL, OTHER = Channel(0, "content"), Channel(0, "refusal"), Channel(1, "content")


def _refuse(decision: Decision) -> Refusal:
    return Refusal("c", "No.", decision.rule, decision.finding.category, retract=True)


def _windows() -> Windows:
    lanes = {
        one: lane(RULES, NaiveTerms({"bad": "block"}), field_class=one) for one in FieldClass
    }
    return Windows(OutputPlan(RULES, "01X", lanes, _refuse))


def _say(windows: Windows, channel: Channel, text: str) -> tuple[int, int]:
    _, start, end = windows.push(channel, text, FieldClass.CONTENT, TextForm.PROSE)
    return start, end


def _judge(windows: Windows, *, complete: bool) -> None:
    assert list(windows.judging(lambda channel: complete)) == []


def test_texts_of_a_channel_stand_one_behind_the_other() -> None:
    """Other channels have windows of their own."""
    windows = _windows()
    assert [_say(windows, CONTENT, "one"), _say(windows, CONTENT, "three")] == [(0, 3), (3, 8)]
    assert _say(windows, REFUSAL, "two") == (0, 3)
    assert list(windows) == [CONTENT, REFUSAL]


def test_what_came_is_judged_once_and_what_is_complete_once_more() -> None:
    """A choice that ended gets its last judgement, the other one waits for more."""
    windows = _windows()
    _say(windows, CONTENT, "so b")
    _say(windows, OTHER, "so b")
    _judge(windows, complete=False)
    assert (windows[CONTENT].limit, windows[OTHER].limit) == (3, 3)
    windows.complete((0,))
    _judge(windows, complete=True)
    assert (windows[CONTENT].limit, windows[OTHER].limit) == (4, 3)
    windows.complete()
    _judge(windows, complete=True)
    assert windows[OTHER].limit == 4
