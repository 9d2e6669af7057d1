"""Classifier: offensive and discriminatory language, and attempts to turn a model against its
operator, by the embedded model. It knows forms of words, not the world: a first judge.

A text is judged in stretches (see segments), each by itself, so what is found depends on the text
alone. In mode ``sync`` a stretch is a sentence and a grave finding has severity 3, on which the
presets act; in mode ``flag`` a stretch is some sentences long and severity ends at 2, so that the
presets only note it and nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from filters.classifier.scorer import Scores
from filters.classifier.segments import LONGEST, ends
from gateway.nouns.finding import Finding, Scan, clean

INSULT = "A4.insult"
INJECTION = "injection"
GROUPS = ("ethnicity", "belief", "country", "region", "sex", "age", "occupation", "health")
CATEGORIES = (INSULT, *(f"A2.{group}" for group in GROUPS), INJECTION)
"""Everything that it may find. A2 is discrimination, by the group that is named; see GB/T
45654-2025, appendix A, A.2."""

HOSTILE_FROM = 0.38
"""Least score of a finding unless the policy says another: the highest at which macro-F1 on Chinese
posts is 0.80 (the curves are in the card)."""

INJECTION_FROM = 0.5
"""Likewise: the least of the scores measured at which at most 0.05 % of harmless paragraphs are
called."""

GRAVE_FROM = 0.9
"""Least score of a grave finding."""

UNSURE_FROM = 0.2
UNSURE_UNTIL = 0.9
"""Between these scores the model does not know: a dearer judge may be asked."""

_LEAST = {"flag": 200, "sync": 16}


class Thresholds(NamedTuple):
    """Least scores at which something is found."""

    hostile: float = HOSTILE_FROM
    injection: float = INJECTION_FROM


class ClassifierFilter:
    """Judges by the embedded model; a Filter. ``mode`` is ``flag`` or ``sync``."""

    name = "classifier"
    look_behind = 0
    look_ahead = LONGEST

    def __init__(
        self,
        score: Callable[[str], Scores],
        thresholds: Thresholds = Thresholds(),  # noqa: B008 -- a frozen value
        *,
        mode: str = "flag",
    ) -> None:
        self._score = score
        self._thresholds = thresholds
        self._least = _LEAST[mode]
        self.gravest = 3 if mode == "sync" else 2
        self.categories = tuple((category, self.gravest) for category in CATEGORIES)

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge what is complete; see `gateway.ports.filter.Filter`."""
        if not final and len(text) - start < self._least:
            return clean(start)
        found: list[Finding] = []
        begin = start
        for end in ends(text, start, self._least, final=final):
            stretch = text[begin:end]
            inner = stretch.strip()
            if inner:
                left = begin + len(stretch) - len(stretch.lstrip())
                found += self._judge(inner, left)
            begin = end
        return Scan(tuple(found), begin) if found else clean(begin)

    def _judge(self, text: str, at: int) -> list[Finding]:
        scores = self._score(text)
        out = []
        if scores.hostile >= self._thresholds.hostile:
            category = f"A2.{scores.group}" if scores.group else INSULT
            out.append(self._finding(category, scores.hostile, at, at + len(text)))
        if scores.injection >= self._thresholds.injection:
            out.append(self._finding(INJECTION, scores.injection, at, at + len(text)))
        return out

    def _finding(self, category: str, score: float, start: int, end: int) -> Finding:
        severity = min(self.gravest, 3 if score >= GRAVE_FROM else 2)
        return Finding(category, severity, round(score, 3), start, end, self.name, category)


def unsure(scores: Scores) -> bool:
    """Return whether the model does not know, so that another should be asked."""
    return any(UNSURE_FROM <= score < UNSURE_UNTIL for score in (scores.hostile, scores.injection))
