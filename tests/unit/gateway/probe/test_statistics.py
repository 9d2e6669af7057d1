"""Differences between paired answers, with their intervals."""

from __future__ import annotations

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
    """The mean of the changes; none tells nothing."""
    found = mean_difference([(0.5, 0.0), (1.0, 0.6), (0.0, -0.6)] * 20)
    assert found.difference == pytest.approx(-0.5)
    assert found.low < found.difference < found.high < 0
    assert mean_difference([])[3:] == (-2.0, 2.0)
    assert rate_difference([]).low == -1.0


def test_like_means_are_not_sure_of_it() -> None:
    """Pairs that all differ by nothing say how little so many can tell, and never [0, 0]."""
    few, many = mean_difference([(0.2, 0.2)] * 8), mean_difference([(0.2, 0.2)] * 720)
    assert few.difference == many.difference == 0.0
    assert few.low < -0.25
    assert few.high > 0.25
    assert -0.01 < many.low < -0.001
    assert 0.001 < many.high < 0.01


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_the_interval_of_a_mean_holds_the_truth_as_often_as_it_says(share: float) -> None:
    """Of 400 drawn experiments in which a few answers speak badly of a group; 95 % is 380."""
    draw = random.Random(11)
    held = 0
    for _ in range(400):
        found = mean_difference([(0.0, -1.0 if draw.random() < share else 0.0) for _ in range(40)])
        held += found.low <= -share <= found.high
    assert held >= 372
