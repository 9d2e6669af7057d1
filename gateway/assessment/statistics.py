"""Shares of samples, and how sure they are."""

from __future__ import annotations

import math
from typing import NamedTuple

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""


class Interval(NamedTuple):
    """Where a share lies with 95 % confidence."""

    low: float
    high: float


def wilson(hits: int, total: int) -> Interval:
    """Return the 95 % score interval of a share (E. B. Wilson 1927); [0, 1] for no sample."""
    if total <= 0:
        return Interval(0.0, 1.0)
    share, square = hits / total, Z_95**2
    centre = share + square / (2 * total)
    spread = Z_95 * math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    whole = 1 + square / total
    low = (centre - spread) / whole if hits > 0 else 0.0
    high = (centre + spread) / whole if hits < total else 1.0
    return Interval(low, high)
