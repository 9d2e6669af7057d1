"""Logistic regression over hashed features, in numpy alone: every run gives the same weights.

A row is a set of places in the table of weights, each with the same value, so that the score is
``bias + sum(weights[places]) / sqrt(len(places))``. A weight is a learned number times the pull of
its place. What is minimised is the weighted mean of the log loss plus ``ridge / 2`` times the
squared numbers, by L-BFGS; so a place with a small pull is held nearer to nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Rows(NamedTuple):
    """Sparse rows: ``places[starts[i]:starts[i + 1]]`` all have the value ``values[i]``. ``pulls``
    has how much each place may say."""

    places: NDArray[np.int64]
    starts: NDArray[np.int64]
    values: Floats
    pulls: Floats

    @property
    def width(self) -> int:
        """Return how many places there are."""
        return len(self.pulls)

    def scores(self, numbers: Floats) -> Floats:
        """Return each row's sum of weights times its value."""
        out = np.zeros(len(self.values))
        filled = np.flatnonzero(self.starts[1:] > self.starts[:-1])
        weights = (numbers * self.pulls).take(self.places)
        if len(filled):
            out[filled] = np.add.reduceat(weights, self.starts[filled]) * self.values[filled]
        return out

    def gradient(self, errors: Floats) -> Floats:
        """Return the sum of rows weighted by errors, times the pulls."""
        spread = np.repeat(errors * self.values, np.diff(self.starts))
        out: Floats = np.bincount(self.places, spread, self.width) * self.pulls
        return out


def rows(features: list[NDArray[np.int64]], width: int) -> Rows:
    """Return features as rows."""
    sizes = np.array([len(each) for each in features], np.int64)
    starts = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    values = 1 / np.sqrt(np.maximum(sizes, 1))
    return Rows(np.concatenate(features), starts, values, np.ones(width))


def seen_twice(block: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """Return the rows without places that occur once in all, and the places that are left: what
    was seen once teaches nothing of others, and is most of the table. Values stay as they were."""
    kept = np.flatnonzero(np.bincount(block.places, minlength=block.width) > 1)
    index = np.full(block.width, -1)
    index[kept] = np.arange(len(kept))
    moved = index[block.places]
    known = moved >= 0
    counts = np.concatenate([[0], np.cumsum(known)])
    return Rows(moved[known], counts[block.starts], block.values, block.pulls[kept]), kept


def pulled_by_rarity(block: Rows, unit: float) -> Rows:
    """Return rows whose places say the more, the fewer rows have them: the pull is the logarithm
    of how many rows there are for one occurrence, in ``unit``s, from 0.2 to 3."""
    seen = np.maximum(np.bincount(block.places, minlength=block.width), 1)
    rarity = np.log(len(block.values) / seen) / unit
    return block._replace(pulls=block.pulls * np.clip(rarity, 0.2, 3.0))


class Fit(NamedTuple):
    """What was learned: a table of weights per block (numbers times pulls), and the bias."""

    tables: list[Floats]
    bias: float


def fit(
    blocks: list[Rows], labels: Floats, weights: Floats, *, ridge: list[float], steps: int = 60
) -> Fit:
    """Return the regression of ``labels`` (0 to 1) on the blocks; deterministic."""
    weights = weights / weights.sum()
    edges = np.cumsum([0, *(block.width for block in blocks)])
    penalty = np.concatenate(
        [np.full(block.width, each) for block, each in zip(blocks, ridge, strict=True)] + [[0.0]]
    )

    def loss(point: Floats) -> tuple[float, Floats]:
        score = np.full(len(labels), point[-1])
        for block, begin, end in zip(blocks, edges[:-1], edges[1:], strict=True):
            score += block.scores(point[begin:end])
        chance = 1 / (1 + np.exp(-np.clip(score, -40, 40)))
        errors = (chance - labels) * weights
        value = np.logaddexp(0, score) - labels * score
        slope = penalty * point
        for block, begin, end in zip(blocks, edges[:-1], edges[1:], strict=True):
            slope[begin:end] += block.gradient(errors)
        slope[-1] += errors.sum()
        return float(value @ weights + 0.5 * (penalty * point) @ point), slope

    point = _lowest(loss, np.zeros(edges[-1] + 1), steps)
    parts = zip(blocks, pairwise(edges), strict=True)
    tables = [point[begin:end] * block.pulls for block, (begin, end) in parts]
    return Fit(tables, float(point[-1]))


def _lowest(loss: Callable[[Floats], tuple[float, Floats]], point: Floats, steps: int) -> Floats:
    """L-BFGS with ten pairs and a halving line search (Nocedal and Wright, algorithm 7.5)."""
    value, slope = loss(point)
    pairs: deque[tuple[Floats, Floats, float]] = deque(maxlen=10)
    for _ in range(steps):
        step = _direction(slope, pairs)
        length = 1.0 if pairs else min(1.0, 1.0 / float(np.linalg.norm(slope)))
        descent = float(slope @ step)
        for _ in range(20):
            new = point + length * step
            new_value, new_slope = loss(new)
            if new_value <= value + 1e-4 * length * descent:
                break
            length /= 2
        moved, bent = new - point, new_slope - slope
        curve = float(moved @ bent)
        if curve > 1e-12:
            pairs.append((moved, bent, 1 / curve))
        done = value - new_value < 1e-7 * abs(value)
        point, value, slope = new, new_value, new_slope
        if done:
            break
    return point


def _direction(slope: Floats, pairs: deque[tuple[Floats, Floats, float]]) -> Floats:
    """Return the way down (the two loops of algorithm 7.4)."""
    step = -slope
    kept = []
    for moved, bent, rho in reversed(pairs):
        share = rho * float(moved @ step)
        step = step - share * bent
        kept.append(share)
    if pairs:
        moved, bent, _ = pairs[-1]
        step = step * (float(moved @ bent) / float(bent @ bent))
    for (moved, bent, rho), share in zip(pairs, reversed(kept), strict=True):
        step = step + moved * (share - rho * float(bent @ step))
    return step
