"""Plan: what one exchange makes of its policy."""

from __future__ import annotations

import pytest

from gateway.engine.plan import OutputPlan, nobody_said
from gateway.engine.seal import Seal
from gateway.nouns.policy import AnswerStyle, Policy
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action, Decision, Refusal
from gateway.ports.adapter import Structured
from tests.engine_kit import NaiveTerms, lane, policy

RULES = policy(red=Action.REDACT)


def _refuse(decision: Decision) -> Refusal:
    return Refusal("c", "No.", decision.rule, "x")


def _plan(*filters: object, **changes: object) -> OutputPlan:
    lanes = {one: lane(RULES, *filters, field_class=one) for one in FieldClass}
    return OutputPlan(RULES, "01X", lanes, _refuse)._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "content", "arguments"),
    [
        ({}, False, False),
        ({"structured": Structured.JSON}, False, False),
        ({"structured": Structured.SCHEMA}, True, False),
        ({"strict_tools": True}, False, True),
    ],
)
def test_a_schema_binds_what_it_speaks_of(
    changes: dict[str, object], content: bool, arguments: bool
) -> None:
    """A response format binds the content, strict tools bind their arguments."""
    plan = _plan(**changes)
    assert plan.lane(FieldClass.CONTENT).bound is content
    assert plan.lane(FieldClass.TOOL_ARGUMENTS).bound is arguments
    assert not plan.lane(FieldClass.REASONING).bound


def test_a_lane_knows_what_the_user_said_and_what_is_restored() -> None:
    """Both are the exchange's own."""
    one = _plan(said=str.isalpha, restorations=lambda text, final: ([], 0)).lane(FieldClass.CONTENT)
    assert one.said("abc")
    assert one.restorations is not None
    assert not _plan().lane(FieldClass.CONTENT).said("abc")
    assert not nobody_said("abc")


@pytest.mark.parametrize(
    ("filters", "changes"),
    [
        ((NaiveTerms({}),), {}),
        ((), {"seal": Seal(start="[AI]")}),
        ((), {"seal": Seal(fields={"aigc": 1})}),
        ((), {"seal": Seal(weaver=lambda: lambda text, final: text)}),
        ((), {"restorations": lambda text, final: ([], 0)}),
    ],
)
def test_a_plan_that_judges_or_owes_is_not_idle(
    filters: tuple[object, ...], changes: dict[str, object]
) -> None:
    """Only an idle one lets unread bytes pass."""
    assert _plan().idle
    assert not _plan(*filters, **changes).idle


@pytest.mark.parametrize(
    ("structured", "output", "style"),
    [
        (Structured.FREE, "completion", "completion"), (Structured.FREE, "field", "field"),
        (Structured.JSON, "completion", "field"), (Structured.SCHEMA, "completion", "field"),
    ],
)  # fmt: skip
def test_a_refusal_never_goes_into_structured_content(
    structured: Structured, output: str, style: str
) -> None:
    """What binds a shape takes the refusal field."""
    styled = Policy(answer=AnswerStyle(output=output))
    assert _plan(structured=structured, policy=styled).refusal_style == style
