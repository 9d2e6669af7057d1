"""Which exchanges are drawn for review."""

from __future__ import annotations

import pytest

from gateway.access.sampling import Sampler
from gateway.nouns.conduct import ReviewSample
from tests.conduct_kit import finding

KEY = b"k" * 32
EXCHANGES = [f"01K{number:023d}" for number in range(4000)]
ALL = ReviewSample(id="all", rate=1.0)


def drawn(rate: float, key: bytes = KEY) -> set[str]:
    """Return the exchanges that a rate draws."""
    sampler = Sampler([ReviewSample(id="s", rate=rate)], key)
    return {each for each in EXCHANGES if sampler.reasons(each, "passed", ())}


def test_the_key_and_the_exchange_decide() -> None:
    """The same everywhere; another key draws others; a higher rate holds a lower one; and the part
    that is drawn is the rate, within five standard deviations of a fair draw."""
    ten = drawn(0.1)
    assert ten == drawn(0.1)
    assert ten != drawn(0.1, b"another key")
    assert drawn(0.01) < ten < drawn(0.5) < drawn(1.0) == set(EXCHANGES)
    assert abs(len(ten) - 400) < 5 * (4000 * 0.1 * 0.9) ** 0.5


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (ALL, True),
        (ReviewSample(id="s", rate=1.0, outcomes=("passed",)), False),
        (ReviewSample(id="s", rate=1.0, outcomes=("passed", "blocked_input")), True),
        (ReviewSample(id="s", rate=1.0, when="A1"), True),
        (ReviewSample(id="s", rate=1.0, when="A1.*"), True),
        (ReviewSample(id="s", rate=1.0, when="A2"), False),
        (ReviewSample(id="s", rate=1.0, rule="harms"), True),
        (ReviewSample(id="s", rate=1.0, rule="other"), False),
        (ReviewSample(id="s", rate=1.0, rule="harms", when="A2"), False),
    ],
)
def test_a_sample_says_what_it_is_about(sample: ReviewSample, expected: bool) -> None:
    """Outcome, category, rule: all must fit, the latter two in one finding."""
    found = Sampler([sample], KEY).reasons("x", "blocked_input", [finding()])
    assert found == ((sample.id,) if expected else ())
