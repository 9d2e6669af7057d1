"""Opinion: one text for somebody else."""

from __future__ import annotations

import pytest

from gateway.engine.lane import SlowJudge
from gateway.engine.opinion import Hearing
from gateway.nouns.finding import Finding
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(block=Action.BLOCK, red=Action.REDACT, flag=Action.FLAG)
TERMS = NaiveTerms({"bad": "block", "mild": "red", "odd": "flag"})


@pytest.mark.parametrize(
    ("text", "verdict", "safe", "rule"),
    [
        ("fine", Action.PASS, "fine", ""),
        ("an odd one", Action.FLAG, "an odd one", "flag"),
        ("a mild odd one", Action.REDACT, "a *** odd one", "red"),
        ("a mild bad one", Action.BLOCK, "a *** ", "block"),
        ("", Action.PASS, "", ""),
    ],
)
def test_the_strongest_action_is_the_verdict(
    text: str, verdict: Action, safe: str, rule: str
) -> None:
    """With the text that would be passed on, cut before a block."""
    opinion = Hearing(text, lane(RULES, TERMS)).opinion()
    assert (opinion.verdict, opinion.safe, opinion.rule) == (verdict, safe, rule)


def test_every_finding_is_told() -> None:
    """With its place in the text."""
    opinion = Hearing("mild odd", lane(RULES, TERMS)).opinion()
    assert [(f.finding.start, f.finding.end, f.action) for f in opinion.findings] == [
        (0, 4, "redact"), (5, 8, "flag"),
    ]  # fmt: skip


def test_slow_filters_are_asked_in_between() -> None:
    """Their findings stand in the text, their failures block."""
    slow = lane(RULES)._replace(slow=(SlowJudge(Sentences(), acting=True),))
    hearing = Hearing("One. Two", slow)
    assert hearing.slow_names == ("sentences",)
    (first, one), (second, two) = hearing.questions
    hearing.answered(first, one, ())
    found = Finding("red", 3, 1.0, two.start, two.end, "sentences", "r")
    hearing.answered(second, two, (found,))
    assert hearing.opinion().safe == "One.***"
    hearing = Hearing("One.", slow)
    hearing.answered(*hearing.questions[0], TimeoutError())
    opinion = hearing.opinion()
    assert (opinion.verdict, opinion.rule) == (Action.BLOCK, "on_failure.sentences")
