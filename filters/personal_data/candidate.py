"""Candidate: a stretch that passed its own checks, before nested ones are left out."""

from __future__ import annotations

from typing import NamedTuple

from gateway.nouns.finding import Finding

LEAST_SCORE = 0.4
"""Below it a candidate is taken for an order number and not reported."""


class Candidate(NamedTuple):
    """Code points ``[start, end)`` with what they look like, and how sure that is (0 to 1)."""

    start: int
    end: int
    kind: str
    severity: int
    score: float
    rule: str

    def finding(self, filter_name: str) -> Finding:
        """Return the finding that the filter of this name reports."""
        category = f"personal_data.{self.kind}"
        return Finding(
            category, self.severity, self.score, self.start, self.end, filter_name, self.rule
        )


def outermost(candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates that lie inside no other one; of equal spans the surest stays."""
    out: list[Candidate] = []
    reach = -1
    for found in sorted(candidates, key=lambda c: (c.start, -c.end, -c.severity, -c.score)):
        if found.end > reach:
            out.append(found)
            reach = found.end
    return out
