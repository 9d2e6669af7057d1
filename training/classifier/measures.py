"""Measures of a judge: what is printed and written into cards."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from filters.classifier.classifier import HOSTILE_FROM

Labels = NDArray[np.bool_]
Scores = NDArray[np.float64]


def macro_f1(labels: Labels, called: Labels) -> float:
    """Return the mean of the F1 of both classes."""
    return float(np.mean([f1(labels, called), f1(~labels, ~called)]))


def f1(labels: Labels, called: Labels) -> float:
    """Return the F1 of what is called true; 0 if nothing is or is called true."""
    both = int((labels & called).sum())
    total = int(labels.sum()) + int(called.sum())
    return 2 * both / total if total else 0.0


def area(labels: Labels, scores: Scores) -> float:
    """Return the area under the ROC curve: how often a true one scores above a false one."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores):
        same = scores == value
        ranks[same] = ranks[same].mean()
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * negative))


def miscalibration(labels: Labels, scores: Scores, *, bins: int = 10) -> float:
    """Return the mean distance of score and share of true ones, over bins of scores."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    total = 0.0
    for each in range(bins):
        inside = place == each
        if inside.any():
            total += inside.mean() * abs(labels[inside].mean() - scores[inside].mean())
    return float(total)


def summary(labels: Labels, scores: Scores, *, cut: float = HOSTILE_FROM) -> dict[str, float]:
    """Return the usual measures at a cut, rounded; no area where there is one class only."""
    called = scores >= cut
    both = int((labels & called).sum())
    measures = {
        "texts": float(len(labels)),
        "macro_f1": macro_f1(labels, called),
        "precision": both / max(1, int(called.sum())),
        "recall": both / max(1, int(labels.sum())),
        "auc": area(labels, scores),
        "miscalibration": miscalibration(labels, scores),
    }
    return {name: round(value, 4) for name, value in measures.items() if not math.isnan(value)}
