"""Which policy an exchange is judged under."""

from __future__ import annotations

import pytest

from gateway.access.policy_choice import Choice, PolicyChoice, awake, in_force
from gateway.nouns.exchange import Principal
from gateway.nouns.policy import Overlay, Policy, Rule
from gateway.nouns.schedule import Hours, Window
from gateway.nouns.verdict import Action

HOUR_NS = 3600 * 10**9
MORNING = Window(hours=(Hours(0, 6 * 60),))
PAST = Window(until_ns=HOUR_NS)
TIMED = Rule(id="timed", when="x", do=Action.BLOCK, active=MORNING)
ALWAYS = Rule(id="always", when="x", do=Action.FLAG)
POLICY = Policy(
    rules=(TIMED, ALWAYS),
    overlays=(
        Overlay(id="one-key", policy=Policy(name="one-key"), keys=("key_1",)),
        Overlay(id="shop", policy=Policy(name="shop", rules=(TIMED,)), tenants=("shop", "stall")),
        Overlay(id="early", policy=Policy(name="early"), active=PAST),
        Overlay(id="late", policy=Policy(name="late"), tenants=("late",), active=MORNING),
    ),
)


@pytest.mark.parametrize(
    ("tenant", "key", "hour", "choice"),
    [
        ("default", "k", 0, Choice(3)),
        ("default", "k", 1, Choice(0)),
        ("default", "k", 7, Choice(0, frozenset({"timed"}))),
        ("shop", "k", 1, Choice(2)),
        ("stall", "k", 7, Choice(2, frozenset({"timed"}))),
        ("shop", "key_1", 1, Choice(1)),
        ("late", "k", 0, Choice(3)),
        ("late", "k", 2, Choice(4)),
        ("late", "k", 24, Choice(4)),
        ("late", "k", 30, Choice(0, frozenset({"timed"}))),
    ],
)
def test_the_first_overlay_that_fits_is_in_force(
    tenant: str, key: str, hour: int, choice: Choice
) -> None:
    """By key, tenant and time; none: the policy itself."""
    one = PolicyChoice(POLICY)
    asked = Principal(key, "gateway_key", tenant=tenant)
    assert one.choose(asked, hour * HOUR_NS) == choice
    assert one.choose(asked, hour * HOUR_NS + 1) == choice


def test_what_nobody_named_is_not_remembered() -> None:
    """Whoever invents keys and tenants fills no memory."""
    one = PolicyChoice(POLICY)
    for number in range(1000):
        one.choose(Principal(f"k{number}", "transparent", tenant=f"t{number}"), 0)
    assert len(one._chosen) == 1


def test_rules_asleep_do_not_exist_and_the_hash_stays() -> None:
    """What is on record is the policy as it is written."""
    policy = Policy(hash="h", rules=(TIMED, ALWAYS))
    assert awake(policy, frozenset()) is policy
    now = in_force(policy, 7 * HOUR_NS)
    assert (now.rules, now.hash) == ((ALWAYS,), "h")
    assert in_force(policy, HOUR_NS) is policy
