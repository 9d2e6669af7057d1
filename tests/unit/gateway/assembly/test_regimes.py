"""Every policy of a family, compiled once, and the judges that a worker makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.guards import Guards
from gateway.assembly.judge import Wiring
from gateway.assembly.patience import Patience
from gateway.assembly.regimes import Regimes, guard_models, hearing, make_editions
from gateway.assembly.sealing import Sealer
from gateway.edge.gateway import SystemClock
from gateway.nouns.exchange import Principal
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.policy import GuardModel, LexiconUse, Mode, Overlay, Policy, Rule
from gateway.nouns.schedule import Window
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action

NOON_NS = 12 * 3600 * 10**9
KEY = b"k" * 32
BLOCK = Rule(id="block", when="x", do=Action.BLOCK)
EXAM = Rule(id="exam", when="y", do=Action.BLOCK, active=Window(until_ns=NOON_NS))
FLAG = Rule(id="flag", when="*", do=Action.FLAG)


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """A family over one list: the shop's members only note."""
    path = tmp_path / "terms.jsonl"
    terms = [("绿皮大象", "x"), ("考题", "y")]
    lines = [json.dumps({"text": t, "category": c, "severity": 4}) for t, c in terms]
    path.write_text("\n".join(lines))
    base = Policy(name="base", hash="b", lexicons=(LexiconUse(use=str(path)),),
                  rules=(BLOCK, EXAM, FLAG))  # fmt: skip
    shop = Policy(name="shop", hash="s", lexicons=base.lexicons, rules=(FLAG,))
    twin = Policy(name="twin", hash="t", lexicons=base.lexicons, rules=base.rules)
    overlays = tuple(
        Overlay(id=each.name, policy=each, tenants=(each.name,)) for each in (shop, twin)
    )
    return Policy(name="base", hash="b", lexicons=base.lexicons, rules=base.rules,
                  overlays=overlays)  # fmt: skip


def _regimes(policy: Policy) -> Regimes:
    sealer, clock = Sealer(policy.marks, "", KEY), SystemClock()
    files = FileMarksOwed(FileMarksOrder(), "", clock, code_of=sealer.code)

    def wire(edition: object) -> Wiring:
        return Wiring(edition.kit, (), edition.sealer, files, False, KEY, Patience(clock))  # type: ignore[attr-defined]

    editions = make_editions(policy, (), lambda each: Sealer(each.marks, "", KEY))
    return Regimes(editions, wire, KEY)


def _asks(tenant: str) -> Principal:
    return Principal("k", "gateway_key", tenant=tenant)


@pytest.mark.parametrize(
    ("tenant", "text", "now_ns", "verdict"),
    [
        ("default", "看绿皮大象", 0, Action.BLOCK),
        ("shop", "看绿皮大象", 0, Action.FLAG),
        ("twin", "看绿皮大象", 0, Action.BLOCK),
        ("default", "看考题", NOON_NS - 1, Action.BLOCK),
        ("default", "看考题", NOON_NS, Action.FLAG),
    ],
)
def test_each_is_judged_under_his_own_policy(
    policy: Policy, tenant: str, text: str, now_ns: int, verdict: Action
) -> None:
    """By tenant and by time; no exchange of another policy changes that."""
    regimes = _regimes(policy)
    for other in ("default", "shop", "twin"):
        regimes(_asks(other), 0)
    regime = regimes(_asks(tenant), now_ns)
    assert hearing(regime, text, Direction.INPUT).opinion().verdict is verdict
    assert regime.hash == regime.policy.hash


def test_a_judge_is_made_once(policy: Policy) -> None:
    """And the lists are shared where the same terms act."""
    regimes = _regimes(policy)
    assert regimes(_asks("nobody"), 0) is regimes(_asks("default"), 1)
    base, shop, twin = make_editions(policy, (), lambda each: Sealer(each.marks, "", KEY))
    assert [one for one, _ in base.kit.filters] == [one for one, _ in twin.kit.filters]
    assert base.kit.filters[0][0] is twin.kit.filters[0][0]
    assert shop.kit.lexicon_hash == base.kit.lexicon_hash


def test_guard_models_are_those_of_the_family() -> None:
    """Each once; a policy is asked about with its own only."""
    one, two = (GuardModel(name=name, url="http://x", model="m") for name in ("one", "two"))
    other = Policy(guard_models=(one, two), mode=Mode.OBSERVE)
    family = Policy(guard_models=(one,), overlays=(Overlay(id="o", policy=other),))
    assert guard_models(family) == (one, two)
    guards = Guards(guard_models(family), {})
    assert {made.name for made, _ in guards.of(family.guard_models)} == {"one"}
    assert {made.name for made, _ in guards.of(other.guard_models)} == {"one", "two"}
