"""Rules concern families of categories; a policy knows its canonical form."""

from __future__ import annotations

import msgspec
import pytest

from gateway.nouns.policy import Mode, Policy, Rule
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action


@pytest.mark.parametrize(
    ("when", "category", "concerned"),
    [
        ("A1.*", "A1.h.fraud", True),
        ("A1", "A1.h", True),
        ("A1", "A1", True),
        ("A1", "A10.x", False),
        ("*", "filter_error", True),
        ("secret", "secrets.x", False),
        ("A[1-5].*", "A3.secrets", True),
    ],
)
def test_rules_concern_families(when: str, category: str, concerned: bool) -> None:
    """A bare family means the whole family, and only it."""
    assert Rule(id="r", when=when, do=Action.FLAG).concerns(category) is concerned


def test_a_policy_enforces_only_with_rules_and_mode() -> None:
    """Observing changes nothing, and neither does a policy without rules."""
    rule = Rule(id="r", when="*", do=Action.BLOCK)
    assert Policy(rules=(rule,)).enforcing
    assert not Policy(rules=(rule,), mode=Mode.OBSERVE).enforcing
    assert not Policy().enforcing


def test_every_field_class_has_a_strongest_action() -> None:
    """Nothing that a protocol can name is left without a rule."""
    assert set(Policy().strongest_action) == set(FieldClass)


def test_the_canonical_form_leaves_the_hash_out_and_all_else_in() -> None:
    """So that the hash can be checked."""
    policy = Policy(name="a")
    assert policy.canonical() == msgspec.structs.replace(policy, hash="x").canonical()
    assert policy.canonical() != msgspec.structs.replace(policy, unjudged_media="block").canonical()
