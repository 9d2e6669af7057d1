"""Lanes: a policy and its filters become one lane per field class."""

from __future__ import annotations

import sys

import pytest

from gateway.engine.lanes import Kit, lanes
from gateway.nouns.policy import GuardModel, Mode, OnFailure, Policy, Rule
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Sentences

LOCAL = NaiveTerms({})
SLOW = Sentences()
BLOCK = Rule(id="core", when="A1.*", severity=3, do=Action.BLOCK)
UNSAFE = Rule(id="guard", when="guard.unsafe", do=Action.BLOCK)
PATIENT = OnFailure(do="use_local_only")


def _lane(
    field_class: FieldClass = FieldClass.CONTENT,
    direction: Direction = Direction.OUTPUT,
    found: tuple[str, int] = ("A1.a", 3),
    **policy: object,
):
    rules = Policy(**{"rules": (BLOCK,), **policy})
    kit = Kit(((LOCAL, (found,)),), ((SLOW, (Direction.OUTPUT,)),))
    made = lanes(rules, direction, kit, third_party=True, mask=lambda decision, text: "*")
    assert set(made) == set(FieldClass)
    return made[field_class]


@pytest.mark.parametrize(
    ("found", "field_class", "mode", "acting"),
    [
        (("A1.a", 3), FieldClass.CONTENT, Mode.ENFORCE, True),
        (("A1.a", 2), FieldClass.CONTENT, Mode.ENFORCE, False),
        (("A2.a", 4), FieldClass.CONTENT, Mode.ENFORCE, False),
        (("A1.a", 3), FieldClass.SYSTEM, Mode.ENFORCE, False),
        (("A1.a", 3), FieldClass.CONTENT, Mode.OBSERVE, False),
    ],
)
def test_a_filter_acts_only_where_its_findings_could_change_something(
    found: tuple[str, int], field_class: FieldClass, mode: Mode, acting: bool
) -> None:
    """Category, severity, field class and mode decide; observers never hold."""
    assert _lane(field_class, found=found, mode=mode).judges[0].acting is acting


def test_slow_filters_are_asked_about_what_people_and_models_say() -> None:
    """Not about tool arguments, and only in their directions."""
    assert _lane().slow
    assert not _lane(FieldClass.TOOL_ARGUMENTS).slow
    assert not _lane(FieldClass.USER, Direction.INPUT).slow


def test_a_guard_is_asked_about_the_fields_that_the_policy_names() -> None:
    """In place of the usual ones."""
    guard = GuardModel(name="sentences", fields=(FieldClass.TOOL_RESULT, FieldClass.CONTENT))
    asked = {one: bool(_lane(one, guard_models=(guard,)).slow) for one in FieldClass}
    assert {one for one, slow in asked.items() if slow} == {*guard.fields}


@pytest.mark.parametrize(
    ("policy", "acting"),
    [
        ({}, True),
        ({"on_failure": {"sentences": PATIENT}}, False),
        ({"on_failure": {"*": PATIENT}}, False),
        ({"on_failure": {"*": PATIENT}, "rules": (UNSAFE,)}, True),
        ({"mode": Mode.OBSERVE}, False),
        ({"rules": ()}, False),
        ({"on_failure": {"*": PATIENT, "sentences.OverDailyCap": OnFailure()}}, True),
    ],
)
def test_a_slow_filter_is_waited_for_if_its_word_or_its_failure_may_act(
    policy: dict[str, object], acting: bool
) -> None:
    """A failure blocks unless the policy has patience."""
    assert _lane(**policy).slow[0].acting is acting


def test_the_input_is_the_users_and_the_output_the_assistants() -> None:
    """Guard models want to know who speaks."""
    assert _lane(direction=Direction.INPUT).role == "user"
    assert _lane().role == "assistant"


def test_the_cap_on_held_text_is_for_answers() -> None:
    """A request leaves when all of it is judged, so none of it is held."""
    assert _lane().held_limit == Policy().stream.held_limit
    assert _lane(FieldClass.USER, Direction.INPUT).held_limit == sys.maxsize
