"""Slow filters answer in any order, before or after the text is complete: the verdict is the same.

No text beyond an unbroken row of answers is released, and none of a sentence that was judged bad.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine.lane import SlowJudge
from gateway.engine.window import Window
from gateway.nouns.finding import Finding
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from gateway.ports.filter import Question
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
FAST = {"bca": "red"}


class Dialogue:
    """A window, the questions that it asked, and a model that takes its time."""

    def __init__(self, bad: str, pick: random.Random) -> None:
        judged = lane(RULES, NaiveTerms(FAST))
        self.window = Window(
            judged._replace(slow=(SlowJudge(Sentences(), acting=True),)), TextForm.PROSE
        )
        self._bad = bad
        self._pick = pick
        self._open: list[Question] = []
        self._row: list[tuple[int, int]] = []

    def say(self, text: str, *, final: bool) -> None:
        """Take text; the window asks what it wants to know."""
        self.window.push(text)
        self.window.judge(final=final)
        self._open += [question for _, question in self.window.questions()]

    def answer_one(self, *, final: bool) -> None:
        """Answer any of the open questions."""
        question = self._open.pop(self._pick.randrange(len(self._open)))
        found = ()
        if self._bad in question.text[question.start :]:
            spans = (question.start, len(question.text))
            found = (Finding("block", 3, 1.0, *spans, "sentences", "r"),)
        self.window.answered(0, question, found)
        self._row.append((question.start, question.end))
        self.window.judge(final=final)

    @property
    def waits(self) -> bool:
        """True if a question is open."""
        return bool(self._open)

    def judged_until(self) -> int:
        """Return the end of the unbroken row of answers."""
        until = 0
        for start, end in sorted(self._row):
            if start > until:
                break
            until = max(until, end)
        return until


def expected(text: str, bad: str) -> int | None:
    """Return where the first sentence with ``bad`` in it begins."""
    start = 0
    while start < len(text):
        stop = text.find(".", start)
        end = stop + 1 if stop >= 0 else len(text)
        if bad in text[start:end]:
            return start
        start = end
    return None


@given(
    text=st.text("abc.", max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=5),
    seed=st.integers(0, 1 << 30),
)
@settings(max_examples=400, deadline=None)
def test_the_order_of_answers_changes_nothing(text: str, cuts: list[int], seed: int) -> None:
    """However the text is cut and whichever answer comes first."""
    pick, bad = random.Random(seed), "cab"
    talk = Dialogue(bad, pick)
    window = talk.window
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    place = expected(text, bad)
    for start, end in zip(edges, [*edges[1:], len(text)], strict=True):
        final = end == len(text)
        talk.say(text[start:end], final=final)
        while talk.waits and (final or pick.random() < 0.5):
            talk.answer_one(final=final)
            assert window.limit <= talk.judged_until()
            assert place is None or window.limit <= place
    assert not talk.waits
    assert (window.blocked is None) == (place is None)
    assert window.limit == (len(text) if place is None else place)
