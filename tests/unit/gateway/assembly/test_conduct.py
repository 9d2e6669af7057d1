"""The desk for reviews, strikes and appeals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.standing_book import read_standings
from gateway.assembly.conduct import Conducts
from gateway.ledger.chain import chain_events, event
from gateway.nouns.conduct import StrikeRules
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import Policy
from gateway.ports.conduct import RuleTally
from tests.conduct_kit import RULES, finding, misdeed, vault_of
from tests.ledger_kit import Ledger, name

WHO = ("default", "li.na")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A whole ledger in a folder of its own."""
    whole = Ledger(tmp_path / "state")
    yield whole
    whole.close()


@pytest.fixture
def desk(ledger: Ledger) -> Iterator[Conducts]:
    """The desk on it."""
    one = Conducts(vault_of(ledger), RULES, ledger.clock)
    yield one
    one.close()


def points(desk: Conducts) -> int:
    """Return the points that count for the user."""
    return sum(each.points for each in desk.standings(*WHO))


@pytest.mark.parametrize(
    ("severity", "decision", "expected"),
    [(4, "right", 4), (4, "wrong", 0), (3, "right", 2), (3, "grave", 4), (3, "wrong", 0)],
)
def test_a_decision_is_a_strike_or_none(
    ledger: Ledger, desk: Conducts, severity: int, decision: str, expected: int
) -> None:
    """By severity once it is confirmed; another decision takes its place."""
    findings = (finding(severity=severity),)
    misdeed(ledger, 1, findings=findings, strike=4 if severity == 4 else 0)
    assert points(desk) == (4 if severity == 4 else 0)
    desk.decide(name(1), "grave", by="li", note="")
    item = desk.decide(name(1), decision, by="wang", note="n")
    assert (item.decision, item.decided_by, item.reasons) == (decision, "wang", ("harms",))
    assert points(desk) == expected
    assert len(read_standings(ledger.state)) == (1 if expected >= 4 else 0)
    assert ledger.verify().sound


def test_what_was_not_drawn_can_be_decided(ledger: Ledger, desk: Conducts) -> None:
    """A complaint is a reason to look, too."""
    ledger.exchange(1, "hello")
    ledger.ship()
    desk.decide(name(1), "wrong", by="li", note="a miss")
    assert [each.exchange for each in desk.decided(rule="", limit=9)] == [name(1)]
    for exchange, decision in ((name(9), "right"), (name(1), "maybe")):
        with pytest.raises(ConfigError):
            desk.decide(exchange, decision, by="li", note="")


def test_false_alarms_are_counted_per_rule(ledger: Ledger, desk: Conducts) -> None:
    """The most reviewed first; what waits counts for nothing."""
    for number, decision in enumerate(["wrong", "right", "grave", ""], 1):
        more = (finding(policy_rule="seen"),) if number == 1 else ()
        misdeed(ledger, number, findings=(finding(), *more))
        if decision:
            desk.decide(name(number), decision, by="li", note="")
    assert desk.tally() == [RuleTally("harms", 3, 1, 1), RuleTally("seen", 1, 1, 0)]
    assert [each.exchange for each in desk.waiting(rule="harms", limit=9)] == [name(4)]


@pytest.mark.parametrize("decision", ["right", "grave", "wrong"])
def test_a_later_look_does_not_take_back_what_was_lifted(
    ledger: Ledger, desk: Conducts, decision: str
) -> None:
    """A granted appeal holds when the exchange comes up in the queue of reviews; new ones count."""
    misdeed(ledger, 1)
    assert desk.lift(*WHO, by="li", why="ours") == 1
    desk.decide(name(1), decision, by="wang", note="")
    desk.decide(name(1), "right", by="wang", note="")
    assert points(desk) == 0
    (standing,) = desk.standings(*WHO)
    assert [row.state for row in standing.strikes] == ["lifted"]
    misdeed(ledger, 2)
    assert points(desk) == 4


def test_standings_are_lifted_by_a_word_or_an_appeal(ledger: Ledger, desk: Conducts) -> None:
    """On record with who did it, and at once in the workers' file."""
    for number in (1, 2):
        misdeed(ledger, number)
    misdeed(ledger, 3, "zhang.wei")
    desk.appeal(*WHO, "case 17")
    assert desk.answer(*WHO, "denied", by="li", note="no").answer == "denied"
    (standing,) = desk.standings(*WHO)
    assert (standing.level, standing.points, len(standing.appeals)) == ("limit", 8, 1)
    assert [each.level for each in desk.standings("", "")] == ["limit", "warn"]
    assert desk.counts() == {"limit": 1, "warn": 1}
    ledger.clock.now_ns += 1
    desk.appeal(*WHO, "once more")
    assert desk.answer(*WHO, "granted", by="li", note="").answered_by == "li"
    assert points(desk) == 0
    assert len(read_standings(ledger.state)) == 1
    assert desk.lift("default", "zhang.wei", by="li", why="ours") == 1
    assert read_standings(ledger.state) == {}
    kinds = [row.kind for row in ledger.store.walk() if row.kind != "exchange"]
    assert kinds == ["appeal", "appeal_denied", "appeal", "appeal_granted", "strikes_lifted"]
    told = [json.loads(row.facts) for row in ledger.store.walk() if row.kind != "exchange"]
    assert "li.na" not in json.dumps(told)
    assert ledger.verify().sound


def test_there_must_be_something_to_appeal_against(desk: Conducts) -> None:
    """And an open appeal to answer."""
    with pytest.raises(ConfigError):
        desk.appeal(*WHO, "why me")
    with pytest.raises(ConfigError):
        desk.answer(*WHO, "granted", by="li", note="")
    assert desk.lift(*WHO, by="li", why="") == 0


def _served(ledger: Ledger, policy: Policy) -> None:
    facts = {"hash": policy.hash, "name": policy.name, "text": policy.canonical().decode()}
    store = vault_of(ledger).store()
    chain_events(store, ledger.keyring, ledger.state, [event("policy", 1, facts)])
    store.close()


def test_the_ladder_is_that_of_the_policy_that_serves(ledger: Ledger) -> None:
    """Whoever looks or decides without naming it sees and moves what the gateway does."""
    _served(ledger, Policy(strikes=StrikeRules(when=("A1.*",), ladder=(0, 0, 0, 4))))
    misdeed(ledger, 1)
    for rules in (None, RULES):
        one = Conducts(vault_of(ledger), rules, ledger.clock)
        assert [each.level for each in one.standings(*WHO)] == ["close"]
        one.decide(name(1), "right", by="li", note="")
        assert points(one) == 4
        one.close()


def test_who_knows_no_ladder_takes_no_strike_away(ledger: Ledger) -> None:
    """A decision that confirms leaves the points; `wrong` takes them back."""
    misdeed(ledger, 1)
    one = Conducts(vault_of(ledger), None, ledger.clock)
    one.decide(name(1), "grave", by="li", note="")
    assert [(each.level, each.points) for each in one.standings(*WHO)] == [("", 4)]
    one.decide(name(1), "wrong", by="li", note="")
    assert one.standings(*WHO) == []
    one.close()
