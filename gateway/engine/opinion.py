"""Opinion: judge one text for somebody else (the guard endpoint, `sealgate try`)."""

from __future__ import annotations

from typing import NamedTuple

from gateway.engine.lane import Lane, Ruled
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
        self._window = Window(lane, form)
        self._window.push(text)
        self._window.judge(final=True)
        self.questions: list[tuple[int, Question]] = self._window.questions()
        self.slow_names = tuple(one.filter.name for one in lane.slow)

    def answered(self, place: int, question: Question, outcome: object) -> None:
        """Report a slow filter's findings, or the exception that it ended in."""
        self._window.answered(place, question, outcome)  # type: ignore[arg-type]
        self._window.judge(final=True)

    def opinion(self) -> Opinion:
        """Return the opinion once every question is answered."""
        window = self._window
        facts = tuple(window.facts)
        taken = max((Action[fact.action.upper()] for fact in facts), default=Action.PASS)
        blocked = window.blocked
        if blocked is not None:
            taken = max(taken, blocked.action)
        end = window.limit if blocked is not None else len(self._text)
        safe = window.edited(0, end, self._text[:end])
        strongest = next((f.rule for f in facts if f.action == taken.word and f.rule), "")
        return Opinion(taken, facts, safe, blocked.rule if blocked else strongest)
