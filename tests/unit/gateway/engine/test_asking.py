"""Asking: open questions by number."""

from __future__ import annotations

from gateway.engine.asking import Asking
from gateway.engine.lane import SlowJudge
from gateway.engine.window import Window
from gateway.nouns.segment import Channel, TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(unsafe=Action.BLOCK)


def _windows() -> dict[Channel, Window]:
    """One channel that a slow filter judges and one that none does."""
    slow = lane(RULES)._replace(slow=(SlowJudge(Sentences(), acting=True),))
    quick = lane(RULES, NaiveTerms({}))
    windows = {
        Channel(0, "content"): Window(slow, TextForm.PROSE),
        Channel(0, "args"): Window(quick, TextForm.JSON),
    }
    for window in windows.values():
        window.push("One. Two. Thr")
        window.judge(final=False)
    return windows


def test_each_question_is_asked_once_and_has_a_number() -> None:
    """What was asked is not asked again; who answers says the number."""
    asking, windows = Asking(), _windows()
    first = asking.of(windows)
    assert [(one.number, one.filter, one.deadline_s) for one in first] == [
        (1, "sentences", 1.0), (2, "sentences", 1.0),
    ]  # fmt: skip
    assert [one.question.text[one.question.start :] for one in first] == ["One.", " Two."]
    assert asking.of(windows) == ()


def test_an_answer_belongs_to_its_channel_once() -> None:
    """A second answer to a number is late."""
    asking, windows = Asking(), _windows()
    number = asking.of(windows)[1].number
    asked = asking.take(number)
    assert asked is not None
    assert (asked.channel, asked.place) == (Channel(0, "content"), 0)
    assert asking.take(number) is None
    assert asking.take(99) is None
