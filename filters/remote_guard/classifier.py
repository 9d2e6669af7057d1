"""A classifier that runs beside the worker: the policy says what its labels mean.

It scores the new stretch alone: what stands before it was scored before, and would be found again.
"""

from __future__ import annotations

from collections.abc import Mapping

from filters.remote_guard.contract import Row, merged, row
from gateway.nouns.policy import LabelUse


def read(scores: Mapping[str, float], labels: Mapping[str, LabelUse]) -> list[Row]:
    """Return a row per label whose score reaches its least. Raises ValueError if the model does not
    have a label that the policy speaks of, or gives no probability for it."""
    rows = []
    for name, use in labels.items():
        score = scores.get(name)
        if not isinstance(score, (int, float)) or not 0 <= score <= 1:
            raise ValueError("the model has no such label, or no probability for it")
        if score >= use.least:
            rows.append(row(use.level, use.kind, severity=use.severity, score=float(score)))
    return merged(rows)
