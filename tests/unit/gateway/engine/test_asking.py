"""Asking: open questions by number."""

from __future__ import annotations

from gateway.engine.asking import Asking, Verdicts
from gateway.engine.lane import SlowJudge
from gateway.engine.window import Window
from gateway.nouns.finding import Finding
from gateway.nouns.segment import Channel, TextForm
from gateway.nouns.verdict import Action
from gateway.ports.filter import Question
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


def test_answers_are_remembered_within_bounds() -> None:
    """By everything that they depend on; the one longest unused goes first; keys differ."""
    known, found = Verdicts(b"k", limit=2), (Finding("c", 3, 1.0, 0, 1, "f", "r"),)
    one, two, three = (Question(text, 0, 1, "user") for text in ("a", "b", "\ud83d"))
    first, second, third = (known.digest("f", each) for each in (one, two, three))
    assert known.get(first) is None
    known.add(first, found)
    known.add(second, ())
    assert known.get(first) == found
    known.add(third, ())
    assert (known.get(first), known.get(second), known.get(third)) == (found, None, ())
    others = [
        known.digest("g", one),
        known.digest("f", one._replace(role="assistant")),
        known.digest("f", Question("xa", 1, 2, "user")),
        Verdicts(b"other").digest("f", one),
    ]
    assert first not in others
    assert known.digest("f", one._replace(end=7)) == first
