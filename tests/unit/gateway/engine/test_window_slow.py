"""The window with a slow filter: what waits for its answers, and what may run ahead of them."""

from __future__ import annotations

import pytest

from gateway.engine.lane import SlowJudge
from gateway.engine.window import Window
from gateway.nouns.finding import Finding
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import Sentences, lane, policy

RULES = policy(red=Action.REDACT, block=Action.BLOCK)


def slow_window(mode: str = "sync", leak: int = 0, *, acting: bool = True) -> Window:
    """Return a window in which a slow filter is asked about sentences."""
    judge = SlowJudge(Sentences(mode, leak), acting)
    return Window(lane(RULES)._replace(slow=(judge,)), TextForm.PROSE)


def test_text_waits_for_the_answers_about_it_in_order() -> None:
    """A later answer that comes first releases nothing; an unbroken row of them does."""
    window = slow_window()
    window.push("One. Two. Th")
    window.judge(final=False)
    (_, first), (_, second) = window.questions()
    window.answered(0, second, ())
    window.judge(final=False)
    assert window.limit == 0
    window.answered(0, first, ())
    window.judge(final=False)
    assert window.limit == len("One. Two.")
    window.judge(final=True)
    assert window.limit == len("One. Two.")
    ((place, last),) = window.questions()
    window.answered(place, last, ())
    window.judge(final=True)
    assert window.limit == window.raw_end


@pytest.mark.parametrize(
    ("mode", "acting", "limit"), [("trailing", True, 3), ("sync", True, 0), ("sync", False, 8)]
)
def test_how_far_text_runs_ahead_of_a_slow_filter(mode: str, acting: bool, limit: int) -> None:
    """By its leak if it trails, not at all in sync, freely if it only observes."""
    window = slow_window(mode, 3, acting=acting)
    window.push("One. Two")
    window.judge(final=False)
    assert window.limit == limit


def test_a_finding_of_a_slow_filter_stands_where_its_question_stood() -> None:
    """Its places are those of the question's text."""
    window = slow_window()
    window.push("One. Two.")
    window.judge(final=True)
    questions = [question for _, question in window.questions()]
    window.answered(0, questions[0], ())
    found = Finding("block", 3, 1.0, questions[1].start, questions[1].end, "sentences", "r")
    window.answered(0, questions[1], (found,))
    window.judge(final=True)
    assert window.blocked is not None
    assert window.limit == len("One.")


@pytest.mark.parametrize("category", ["block", "red"])
def test_an_answer_about_the_end_that_comes_first_frees_nothing_before_it(category: str) -> None:
    """A complete text is not a judged one: what stands before a block may be worse."""
    window = slow_window()
    window.push("One. Two.")
    window.judge(final=True)
    (_, first), (_, second) = window.questions()
    late = Finding(category, 3, 1.0, second.start, len(second.text), "sentences", "r")
    window.answered(0, second, (late,))
    window.judge(final=True)
    assert (window.limit, window.blocked) == (0, None)
    worse = Finding("block", 3, 1.0, first.start, len(first.text), "sentences", "r")
    window.answered(0, first, (worse,))
    window.judge(final=True)
    assert window.blocked is not None
    assert window.limit == 0
