"""What a policy says in vain is named, and nothing that acts is."""

from __future__ import annotations

import pytest

from gateway.assembly.idle_rules import idle_overlays, idle_rules
from gateway.assembly.regimes import Edition, make_editions
from gateway.assembly.sealing import Sealer
from gateway.config.policy_file import load_policy
from gateway.nouns.conduct import ReviewSample, StrikeRules
from gateway.nouns.policy import GuardModel, LexiconUse, Overlay, Policy, Rule
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action

HARMS = (LexiconUse(use="shipped/harms"),)
GUARD = GuardModel(name="q", url="http://x", model="m")


def _editions(policy: Policy) -> tuple[Edition, ...]:
    return make_editions(policy, (), lambda each: Sealer(each.marks, "", b"any key"))


def _told(*rules: Rule, **more: object) -> list[str]:
    policy = Policy(lexicons=HARMS, secrets=True, rules=rules, **more)  # type: ignore[arg-type]
    return [english for english, _ in idle_rules(_editions(policy))]


def _rule(name: str, when: str, do: Action = Action.FLAG, **more: object) -> Rule:
    return Rule(id=name, when=when, do=do, **more)  # type: ignore[arg-type]


def test_a_category_that_nobody_finds_is_named_with_the_nearest() -> None:
    """Those that lists, filters, guards or the engine find are not named."""
    words = [("ok", "malware"), ("family", "A1"), ("typo", "malwere"), ("late", "guard.unsafe.hat"),
             ("secret", "secret.*"), ("broken", "filter_error"), ("all", "*")]  # fmt: skip
    rules = [_rule(name, when, side=Direction.INPUT) for name, when in words]
    assert _told(*rules, guard_models=(GUARD,)) == [
        "Rule typo: no list and no filter here finds `malwere` (did you mean `malware`?).",
        ("Rule late: no list and no filter here finds `guard.unsafe.hat` "
        "(did you mean `guard.unsafe.hate`?)."),
    ]


def test_samples_and_strikes_of_nothing_are_named() -> None:
    """They speak of categories as rules do."""
    told = _told(
        _rule("m", "malware", Action.BLOCK),
        review=(ReviewSample(id="some", rate=0.1, when="malwere"), ReviewSample(id="x", rate=0.1)),
        strikes=StrikeRules(when=("malware", "A9.x")),
    )
    assert [each.split(":")[0] for each in told] == ["Review some", "Strikes"]


def test_a_severity_that_nothing_reaches_is_named() -> None:
    """The classifier that only flags gives severity 2."""
    rule = _rule("never", "injection", Action.BLOCK, severity=4)
    policy = load_policy("cn-public")
    found = idle_rules(_editions(Policy(classifier=policy.classifier, rules=(rule,))))
    assert [english for english, _ in found] == [
        "Rule never: `injection` is found here with severity 2 at most, never 4."
    ]


@pytest.mark.parametrize(
    "later",
    [
        _rule("b", "A1.h.drugs"),
        _rule("b", "A1.h.drugs", Action.BLOCK, severity=3),
        _rule("b", "A1.*", Action.REDACT, side=Direction.OUTPUT),
        _rule("b", "A1.h", fields=(FieldClass.USER,)),
    ],
)
def test_a_rule_behind_a_stricter_one_is_named(later: Rule) -> None:
    """Wherever it stands in the file; of two that do the same, the second."""
    told = "Rule b changes nothing: wherever it holds, a does as much."
    assert _told(_rule("a", "A1", Action.BLOCK), later) == [told]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_rule("a", "A1", Action.BLOCK, severity=3), _rule("b", "A1.h")),
        (_rule("a", "A1", Action.BLOCK, side=Direction.INPUT), _rule("b", "A1.h")),
        (_rule("a", "A1", Action.BLOCK), _rule("b", "malware")),
        (_rule("a", "A1.h.drugs", Action.BLOCK), _rule("b", "A1")),
        (_rule("a", "A1", Action.BLOCK), _rule("b", "A1.h", review=0.1)),
        (_rule("a", "secret", Action.BLOCK), _rule("b", "secret", Action.VEIL)),
        (_rule("a", "A1", Action.BLOCK, fields=(FieldClass.USER,)), _rule("b", "A1.h")),
    ],
)
def test_a_rule_that_acts_somewhere_is_not_named(one: Rule, other: Rule) -> None:
    """Each holds where the other does not, or does what the other cannot."""
    assert _told(one, other) == []


@pytest.mark.parametrize("name", ["cn-public", "eu", "internal", "misuse"])
def test_presets_say_nothing_in_vain(name: str) -> None:
    """What ships would not pass for a good example otherwise."""
    assert list(idle_rules(_editions(load_policy(name)))) == []


def test_overlays_for_nobody_are_named() -> None:
    """By tenant and by key; the default tenant is always there."""
    overlays = (
        Overlay(id="a", policy=Policy(), tenants=("school", "default")),
        Overlay(id="b", policy=Policy(), keys=("key_1", "key_3")),
    )
    found = list(idle_overlays(Policy(overlays=overlays), [("school", "key_1")]))
    assert [english for english, _ in found] == [
        "Overlay b: no gateway key has the key `key_3` (did you mean `key_1`?)."
    ]
