"""Lanes: a policy and the filters become one lane per field class, for each direction."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.engine.lane import Judge, Lane, SlowJudge
from gateway.engine.plan import nobody_said
from gateway.engine.ruling import Ruler, always_patient
from gateway.nouns.policy import Policy, over_daily_cap
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Decision
from gateway.ports.filter import Filter, SlowFilter

_ASKED_ABOUT = {FieldClass.USER, FieldClass.CONTENT, FieldClass.REASONING}


class Kit(NamedTuple):
    """The filters of one policy.

    ``local`` filters come with the categories (or families of them) and severities that they may
    find, ``slow`` ones with the directions in which they are asked.
    """

    local: tuple[tuple[Filter, tuple[tuple[str, int], ...]], ...] = ()
    slow: tuple[tuple[SlowFilter, tuple[Direction, ...]], ...] = ()


def lanes(
    policy: Policy,
    direction: Direction,
    kit: Kit,
    *,
    third_party: bool,
    mask: Callable[[Decision, str], str],
    patient: Callable[[str, float], bool] = always_patient,
) -> Mapping[FieldClass, Lane]:
    """Return the lanes of one direction; what an exchange knows is put in by its plan."""
    ruler = Ruler(policy, direction, third_party=third_party, patient=patient)
    asked = {guard.name: guard.fields for guard in policy.guard_models}
    return {
        field_class: Lane(
            field_class=field_class,
            ruler=ruler,
            judges=tuple(
                Judge(one, any(ruler.acts_on(c, s, field_class) for c, s in categories))
                for one, categories in kit.local
            ),
            slow=tuple(
                SlowJudge(one, _guard_acts(ruler, policy, one, field_class))
                for one, sides in kit.slow
                if direction in sides and field_class in asked.get(one.name, _ASKED_ABOUT)
            ),
            mask=mask,
            said=nobody_said,
            held_limit=sys.maxsize if direction is Direction.INPUT else policy.stream.held_limit,
            role="user" if direction is Direction.INPUT else "assistant",
        )
        for field_class in FieldClass
    }


def _guard_acts(ruler: Ruler, policy: Policy, one: SlowFilter, field_class: FieldClass) -> bool:
    """True if a guard model's word may change anything: then its answer is waited for."""
    if not policy.enforcing:
        return False
    failure = policy.on_failure.get(one.name) or policy.on_failure.get("*")
    capped = policy.on_failure.get(over_daily_cap(one.name), failure)
    blocks_on_failure = any(each is None or each.do == "block" for each in (failure, capped))
    categories = ("guard.unsafe.x", "guard.controversial.x", *(rule.when for rule in policy.rules))
    return blocks_on_failure or any(
        ruler.acts_on(category, 4, field_class)
        for category in categories
        if category.startswith("guard")
    )
