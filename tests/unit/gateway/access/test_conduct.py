"""What an exchange's findings mean besides its verdict."""

from __future__ import annotations

from gateway.access.conduct import Conduct
from gateway.nouns.conduct import ReviewSample
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.verdict import Action
from tests.conduct_kit import RULES, finding

KEY = b"k" * 32
ALL = ReviewSample(id="all", rate=1.0)


def test_a_policy_s_conduct() -> None:
    """Its samples, those of its rules, and the points of its strikes."""
    rule = Rule(id="harms", when="A1.*", do=Action.BLOCK, review=1.0)
    conduct = Conduct(Policy(review=(ALL,), rules=(rule,), strikes=RULES), KEY)
    assert conduct.review("x", "blocked_input", [finding()]) == ("all", "harms")
    assert conduct.review("x", "passed", []) == ("all",)
    assert conduct.strike([finding()]) == 4
    assert Conduct(Policy(), KEY).strike([finding()]) == 0
    assert Conduct(Policy(), KEY).review("x", "passed", [finding()]) == ()
