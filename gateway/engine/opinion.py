"""Opinion: judge one text for somebody else (the guard endpoint, `sealgate try`)."""

from __future__ import annotations

import sys
from typing import NamedTuple

from gateway.engine.lane import Lane, Ruled
from gateway.engine.portions import portions
from gateway.engine.window import Window
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from gateway.ports.filter import Question


class Opinion(NamedTuple):
    """What a policy makes of one text.

    ``verdict`` is the strongest action taken. ``safe`` is the text that would be passed on: with
    its edits, or cut before the first block.
    """

    verdict: Action
    findings: tuple[Ruled, ...]
    safe: str
    rule: str = ""


class Hearing:
    """One text on its way to an opinion; slow filters are asked in between."""

    def __init__(self, text: str, lane: Lane, form: TextForm = TextForm.PROSE) -> None:
        self._text = text
        self._window = Window(lane._replace(held_limit=sys.maxsize), form)
        self._judging = portions([(self._window, text)])
        self._questions: list[tuple[int, Question]] | None = None
        self.slow_names = tuple(one.filter.name for one in lane.slow)

    def judge(self) -> bool:
        """Judge a portion; True if there is more."""
        return next(self._judging, False)

    @property
    def questions(self) -> list[tuple[int, Question]]:
        """What slow filters want to know of the whole text, with their place in the lane."""
        for _ in self._judging:
            pass
        if self._questions is None:
            self._questions = self._window.questions()
        return self._questions

    def answered(self, place: int, question: Question, outcome: object) -> None:
        """Report a slow filter's findings, or the exception that it ended in."""
        self._window.answered(place, question, outcome)  # type: ignore[arg-type]
        self._window.judge(final=True)

    def opinion(self) -> Opinion:
        """Return the opinion once every question is answered."""
        for _ in self._judging:
            pass
        window = self._window
        facts = tuple(window.facts)
        taken = max((Action[fact.action.upper()] for fact in facts), default=Action.PASS)
        blocked = window.blocked
        end = window.limit if blocked is not None else len(self._text)
        safe = window.edited(0, end, self._text[:end])
        strongest = next((f.rule for f in facts if f.action == taken.word and f.rule), "")
        return Opinion(taken, facts, safe, blocked.rule if blocked else strongest)
