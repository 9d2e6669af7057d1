"""Refusals: the sentence for a block."""

from __future__ import annotations

import json

import pytest

from gateway.assembly.refusals import Refusals
from gateway.config.policy_file import POLICIES
from gateway.nouns.finding import Finding
from gateway.nouns.policy import AnswerStyle, Policy, Rule
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action, Decision

SENTENCES = json.loads((POLICIES / "refusals" / "sentences.json").read_bytes())


def _decision(category: str, rule: str = "core") -> Decision:
    found = Finding(category, 4, 1.0, 0, 1, "f", "r")
    return Decision(Action.BLOCK, Action.BLOCK, 0, 1, rule, found)


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("category", "family"), [("A1.h.gambling", "A1"), ("A2", "A2"), ("unheard.of", "default")]
)
def test_the_nearest_family_has_the_words(
    category: str, family: str, language: str, direction: Direction
) -> None:
    """By category, direction and language."""
    refusal = Refusals(Policy()).refusal(_decision(category), direction, language)
    assert refusal.message == SENTENCES[family][direction.value][language]
    assert (refusal.code, refusal.rule, refusal.category) == ("content_filter", "core", category)


def test_the_policys_own_words_come_first() -> None:
    """In the languages that it has; else the shipped ones."""
    refusals = Refusals(Policy(answer=AnswerStyle(messages={"en": "Ask somebody else."})))
    english = refusals.refusal(_decision("A1"), Direction.INPUT, "en")
    chinese = refusals.refusal(_decision("A1"), Direction.INPUT, "zh")
    assert english.message == "Ask somebody else."
    assert chinese.message == SENTENCES["A1"]["input"]["zh"]


@pytest.mark.parametrize(
    ("rule", "direction", "retract"),
    [
        ("keeps", Direction.OUTPUT, False), ("takes", Direction.OUTPUT, True),
        ("on_failure.f", Direction.OUTPUT, True), ("takes", Direction.INPUT, False),
    ],
)  # fmt: skip
def test_a_rule_may_leave_what_was_shown(rule: str, direction: Direction, retract: bool) -> None:
    """By default the application is asked to take it back; of a request nothing was shown."""
    rules = (
        Rule(id="keeps", when="A1", do=Action.BLOCK, retract=False),
        Rule(id="takes", when="A2", do=Action.BLOCK),
    )
    refusal = Refusals(Policy(rules=rules)).refusal(_decision("A1", rule), direction, "en")
    assert refusal.retract is retract
