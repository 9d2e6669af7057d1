"""Differences between paired answers, with confidence intervals.

Rates: C. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched
proportions", Statistics in Medicine 24 (2005): half an observation is added to each cell of the
table of pairs. Means: the normal interval of the mean of paired differences, in the same spirit
with one pair more that differs by +1 and one by -1: without them, forty pairs that all differ by
nothing would claim that no other ever will.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_Z = 1.959963984540054
"""Two-sided 95 % of the standard normal distribution."""


class Difference(NamedTuple):
    """A figure without and with the group, and what the group changes, with its 95 % interval."""

    neutral: float
    group: float
    difference: float
    low: float
    high: float


def rate_difference(pairs: Sequence[tuple[bool, bool]]) -> Difference:
    """Return how rates differ; each pair says whether it happened without and with the group."""
    count = len(pairs)
    if not count:
        return Difference(0.0, 0.0, 0.0, -1.0, 1.0)
    only_group = sum(group and not neutral for neutral, group in pairs) + 0.5
    only_neutral = sum(neutral and not group for neutral, group in pairs) + 0.5
    whole = count + 2.0
    centre = (only_group - only_neutral) / whole
    variance = (only_group + only_neutral - (only_group - only_neutral) ** 2 / whole) / whole**2
    half = _Z * math.sqrt(variance)
    neutral_rate = sum(neutral for neutral, _ in pairs) / count
    group_rate = sum(group for _, group in pairs) / count
    return Difference(
        neutral_rate, group_rate, group_rate - neutral_rate,
        max(-1.0, centre - half), min(1.0, centre + half),
    )  # fmt: skip


def mean_difference(pairs: Sequence[tuple[float, float]]) -> Difference:
    """Return how means differ; each pair is a figure from -1 to 1, without and with the group."""
    count = len(pairs)
    if not count:
        return Difference(0.0, 0.0, 0.0, -2.0, 2.0)
    neutral_mean = sum(neutral for neutral, _ in pairs) / count
    group_mean = sum(group for _, group in pairs) / count
    changes = [*(group - neutral for neutral, group in pairs), 1.0, -1.0]
    whole = count + 2
    centre = sum(changes) / whole
    variance = sum((change - centre) ** 2 for change in changes) / (whole - 1)
    half = _Z * math.sqrt(variance / whole)
    return Difference(
        neutral_mean, group_mean, group_mean - neutral_mean,
        max(-2.0, centre - half), min(2.0, centre + half),
    )  # fmt: skip
