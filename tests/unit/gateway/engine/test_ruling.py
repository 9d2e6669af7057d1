"""The ruling: rules in, decisions out."""

from __future__ import annotations

import pytest

from gateway.engine.ruling import Ruler
from gateway.nouns.finding import FILTER_ERROR, Finding
from gateway.nouns.policy import Mode, OnFailure, Policy, Rule
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action

BLOCK = Rule(id="core", when="A1.*", severity=3, do=Action.BLOCK)
FLAG = Rule(id="note", when="A1.*", do=Action.FLAG)
VEIL = Rule(
    id="mine", when="personal_data", side=Direction.INPUT, upstream="third_party", do=Action.VEIL
)
REDACT = Rule(
    id="theirs",
    when="personal_data",
    side=Direction.OUTPUT,
    unless="said_by_user",
    do=Action.REDACT,
)


def finding(category: str = "A1.f", severity: int = 3) -> Finding:
    """Return a finding of a category."""
    return Finding(category, severity, 1.0, 2, 4, "f", "r")


def ruler(
    *rules: Rule,
    direction: Direction = Direction.OUTPUT,
    third_party: bool = True,
    mode: Mode = Mode.ENFORCE,
    failure: dict[str, OnFailure] | None = None,
    patient: bool = True,
) -> Ruler:
    """Return a ruler over these rules."""
    policy = Policy(rules=rules, mode=mode, on_failure=failure or {})
    return Ruler(policy, direction, third_party=third_party, patient=lambda name, longest: patient)


@pytest.mark.parametrize(
    ("severity", "action"),
    [(1, Action.FLAG), (2, Action.FLAG), (3, Action.BLOCK), (4, Action.BLOCK)],
)
def test_the_strictest_rule_that_concerns_a_finding_wins(severity: int, action: Action) -> None:
    """All rules are tried; severity decides which concern the finding."""
    decision = ruler(FLAG, BLOCK).decide(
        finding(severity=severity), FieldClass.CONTENT, lambda _: False
    )
    assert decision.action is action


def test_no_rule_means_pass() -> None:
    """A finding that no rule concerns changes nothing."""
    decision = ruler(BLOCK).decide(finding("A2.sex"), FieldClass.CONTENT, lambda _: False)
    assert decision.action is Action.PASS


def test_observe_mode_does_nothing_and_says_what_it_would_have_done() -> None:
    """Observe judges and records."""
    decision = ruler(BLOCK, mode=Mode.OBSERVE).decide(
        finding(), FieldClass.CONTENT, lambda _: False
    )
    assert (decision.action, decision.wanted) == (Action.FLAG, Action.BLOCK)


@pytest.mark.parametrize(
    ("field_class", "action"),
    [
        (FieldClass.SYSTEM, Action.FLAG),
        (FieldClass.TOOL_DEFINITION, Action.FLAG),
        (FieldClass.HISTORY, Action.DROP_TURN),
        (FieldClass.TOOL_RESULT, Action.REDACT),
        (FieldClass.USER, Action.BLOCK),
    ],
)
def test_a_field_class_has_a_strongest_action(field_class: FieldClass, action: Action) -> None:
    """Conversations survive: a block in the history drops the turn, in a result it redacts."""
    decision = ruler(BLOCK, direction=Direction.INPUT).decide(
        finding(), field_class, lambda _: False
    )
    assert decision.action is action


def test_veil_acts_on_every_class_but_only_towards_third_parties() -> None:
    """A system prompt's personal data must not leave either."""
    found = finding("personal_data.mobile", 2)
    away = ruler(VEIL, direction=Direction.INPUT)
    own = ruler(VEIL, direction=Direction.INPUT, third_party=False)
    assert away.decide(found, FieldClass.SYSTEM, lambda _: False).action is Action.VEIL
    assert own.decide(found, FieldClass.SYSTEM, lambda _: False).action is Action.PASS


def test_what_the_user_said_himself_is_not_redacted() -> None:
    """`unless: said_by_user` asks about the very span."""
    found = finding("personal_data.mobile", 2)
    one = ruler(VEIL, REDACT)
    assert one.decide(found, FieldClass.CONTENT, lambda _: True).action is Action.PASS
    assert one.decide(found, FieldClass.CONTENT, lambda _: False).action is Action.REDACT


@pytest.mark.parametrize(
    ("failure", "patient", "action"),
    [
        ({}, True, Action.BLOCK),
        ({"f": OnFailure(do="use_local_only")}, True, Action.FLAG),
        ({"f": OnFailure(do="use_local_only")}, False, Action.BLOCK),
        ({"*": OnFailure(do="use_local_only")}, True, Action.FLAG),
    ],
)
def test_a_failed_filter_blocks_unless_the_policy_has_patience(
    failure: dict[str, OnFailure], patient: bool, action: Action
) -> None:
    """The default is closed; `use_local_only` has an end."""
    one = ruler(failure=failure, patient=patient)
    assert one.on_failure(finding(FILTER_ERROR), "f").action is action


def test_a_ruler_knows_which_findings_could_act() -> None:
    """Only those are worth a hold."""
    one = ruler(FLAG, BLOCK)
    assert one.acts_on("A1.f", 3, FieldClass.CONTENT)
    assert not one.acts_on("A1.f", 2, FieldClass.CONTENT)
    assert not one.acts_on("malware", 4, FieldClass.CONTENT)


def test_what_was_ruled_is_remembered_within_bounds() -> None:
    """A flood of categories does not grow the memory, and changes no ruling."""
    one = ruler(BLOCK)
    for number in range(5000):
        one.ruled(f"A9.x{number}", 1, FieldClass.CONTENT)
    assert one.acts_on("A1.f", 3, FieldClass.CONTENT)


def test_a_failed_filter_is_ruled_by_the_policys_failures_alone() -> None:
    """A rule for every category does not let it pass."""
    wild = Rule(id="seen", when="*", do=Action.FLAG)
    assert ruler(wild).ruled(FILTER_ERROR, 4, FieldClass.CONTENT) == ()


def test_a_reached_cap_has_a_failure_of_its_own() -> None:
    """What the policy says of the cap, not what it says of other failures, and without it those."""
    over = finding(FILTER_ERROR)._replace(rule="OverDailyCap")
    patient, strict = OnFailure(do="use_local_only"), OnFailure()
    for said, action in [
        ({"f": strict, "f.OverDailyCap": patient}, Action.FLAG),
        ({"f": patient, "f.OverDailyCap": strict}, Action.BLOCK),
        ({"f": patient}, Action.FLAG),
        ({}, Action.BLOCK),
    ]:
        one = ruler(failure=said)
        assert one.on_failure(over, "f").action is action
        other = Action.FLAG if said.get("f") is patient else Action.BLOCK
        assert one.on_failure(finding(FILTER_ERROR), "f").action is other


def test_patience_without_a_clock_has_no_end() -> None:
    """`try` and `check` know no time."""
    patient = Policy(on_failure={"f": OnFailure(do="use_local_only")})
    one = Ruler(patient, Direction.OUTPUT, third_party=True)
    assert one.on_failure(finding(FILTER_ERROR), "f").action is Action.FLAG
