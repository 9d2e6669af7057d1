"""Facts: what records and metrics are told of findings."""

from __future__ import annotations

import pytest

from gateway.engine.facts import (
    answer_facts,
    channel_name,
    finding_facts,
    pointer_name,
    would_block,
)
from gateway.engine.lane import Ruled
from gateway.engine.window import Window
from gateway.nouns.finding import Finding
from gateway.nouns.segment import Channel, Direction, FieldClass, TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, lane, policy

FOUND = Finding("A1.a", 3, 0.5, 2, 4, "lexicon", "mine#1")


def _ruled(wanted: Action) -> Ruled:
    return Ruled(FOUND, Action.FLAG.word, wanted.word, "core", TextForm.PROSE)


def test_a_fact_says_all_but_the_text() -> None:
    """Where, what, by whom, what was done and what was wanted."""
    (fact,) = finding_facts([_ruled(Action.BLOCK)], Direction.INPUT, FieldClass.USER, "messages.0")
    assert (fact.direction, fact.field_class, fact.channel) == ("input", "user", "messages.0")
    assert (fact.category, fact.severity, fact.start, fact.end) == ("A1.a", 3, 2, 4)
    assert (fact.filter, fact.rule) == ("lexicon", "mine#1")
    assert (fact.action, fact.wanted, fact.policy_rule) == ("flag", "block", "core")


def test_a_flood_of_findings_is_not_stored() -> None:
    """A record keeps at most 256 of one text."""
    flood = [_ruled(Action.FLAG)] * 1000
    assert len(finding_facts(flood, Direction.INPUT, FieldClass.USER, "")) == 256


@pytest.mark.parametrize(
    ("wanted", "blocks"),
    [
        (Action.FLAG, False), (Action.REPLACE, False), (Action.DROP_TURN, True),
        (Action.BLOCK, True),
    ],
)  # fmt: skip
def test_what_would_have_blocked(wanted: Action, blocks: bool) -> None:
    """What the rule wanted counts, not what the mode let it do."""
    facts = finding_facts([_ruled(wanted)], Direction.OUTPUT, FieldClass.CONTENT, "")
    assert would_block(facts) is blocks


def test_places_are_spelled_for_readers() -> None:
    """Channels with their choice, pointers with dots."""
    assert channel_name(Channel(1, "content")) == "1:content"
    assert pointer_name(("messages", 0, "content")) == "messages.0.content"


def test_an_answers_facts_name_their_channel() -> None:
    """All windows of an answer, in their order."""
    window = Window(lane(policy(red=Action.REDACT), NaiveTerms({"ab": "red"})), TextForm.PROSE)
    window.push("xaby")
    window.judge(final=True)
    facts = answer_facts({Channel(2, "content"): window})
    assert [(fact.channel, fact.action) for fact in facts] == [("2:content", "redact")]
