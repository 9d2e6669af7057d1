"""Differences between paired answers, with their intervals."""

from __future__ import annotations

import math
import random

import pytest

from gateway.probe.statistics import mean_difference, rate_difference


def test_like_rates_differ_by_nothing() -> None:
    """And the interval says how little that many pairs can tell."""
    same = rate_difference([(False, False)] * 90 + [(True, True)] * 10)
    assert (same.neutral, same.group, same.difference) == (0.1, 0.1, 0.0)
    assert -0.05 < same.low < 0 < same.high < 0.05
    few = rate_difference([(False, False)] * 3)
    assert few.high - few.low > 0.3


def test_a_raised_rate_is_seen() -> None:
    """Only pairs that differ count; the interval leaves zero out."""
    raised = rate_difference([(False, True)] * 20 + [(False, False)] * 80)
    assert raised.difference == pytest.approx(0.2)
    assert 0.1 < raised.low < 0.2 < raised.high < 0.3
    lowered = rate_difference([(True, False)] * 20 + [(False, False)] * 80)
    assert (lowered.low, lowered.high) == pytest.approx((-raised.high, -raised.low))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 400 drawn experiments with a true difference of 0.1, nearly all; 95 % is 380."""
    draw = random.Random(7)
    held = 0
    for _ in range(400):
        pairs = [(draw.random() < 0.1, draw.random() < 0.2) for _ in range(120)]
        found = rate_difference(pairs)
        held += found.low <= 0.1 <= found.high
    assert 360 <= held <= 396


def test_means() -> None:
    """The mean of the changes; one pair, or none, tells nothing."""
    found = mean_difference([(0.0, -0.5), (0.5, 0.0), (1.0, 0.6)])
    assert found.difference == pytest.approx(-1.4 / 3)
    assert found.low < found.difference < found.high < 0
    assert math.isinf(mean_difference([(0.0, 1.0)]).high)
    assert math.isinf(mean_difference([]).low)
    assert rate_difference([]).low == -1.0
