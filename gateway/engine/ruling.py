"""Ruling: the policy's rules turn one finding into one decision. Nothing else may."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.nouns.finding import FILTER_ERROR, OVER_DAILY_CAP, Finding
from gateway.nouns.policy import Mode, OnFailure, Policy, Rule, over_daily_cap
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action, Decision

HELD_TEXT_LIMIT = "held_text_limit"

SAID_BY_USER = "said_by_user"


def always_patient(_: str, __: float) -> bool:
    """Return True: no clock is known, so no failure lasts too long."""
    return True


class Ruled(NamedTuple):
    """A rule as it applies to a category in a field class: what is wanted and what is done."""

    rule: Rule
    wanted: Action
    action: Action


class Ruler:
    """The rules of one policy for one direction; stateless but for a cache of small size."""

    def __init__(
        self,
        policy: Policy,
        direction: Direction,
        *,
        third_party: bool,
        patient: Callable[[str, float], bool] = always_patient,
    ) -> None:
        """Take the rules of one direction.

        ``patient`` tells whether a filter that failed may still be done without: it is asked with
        the filter's name and the policy's longest time in seconds.
        """
        self._policy = policy
        self._patient = patient
        self._rules = tuple(
            rule
            for rule in policy.rules
            if rule.side in (None, direction)
            and (rule.upstream != "third_party" or third_party)
            and not (rule.do is Action.VEIL and direction is Direction.OUTPUT)
        )
        self._cache: dict[tuple[str, int, FieldClass], tuple[Ruled, ...]] = {}
        self._concerned: dict[str, tuple[Rule, ...]] = {}

    def acts_on(self, category: str, severity: int, field_class: FieldClass) -> bool:
        """True if such a finding could change or end something (and so is worth a hold)."""
        return any(
            ruled.action > Action.FLAG for ruled in self.ruled(category, severity, field_class)
        )

    def ruled(self, category: str, severity: int, field_class: FieldClass) -> tuple[Ruled, ...]:
        """Return what every rule that concerns such a finding makes of it, strictest first."""
        key = (category, severity, field_class)
        known = self._cache.get(key)
        if known is None:
            if len(self._cache) > 4096:
                self._cache.clear()
                self._concerned.clear()
            known = self._cache[key] = self._find(category, severity, field_class)
        return known

    def decide(
        self, finding: Finding, field_class: FieldClass, said: Callable[[Finding], bool]
    ) -> Decision:
        """Return the decision on a finding; ``said`` tells if the user said the span himself."""
        for ruled in self.ruled(finding.category, finding.severity, field_class):
            if ruled.rule.unless == SAID_BY_USER and said(finding):
                continue
            return Decision(
                ruled.action,
                ruled.wanted,
                finding.start,
                finding.end,
                ruled.rule.id,
                finding,
                ruled.rule.text or None,
            )
        return Decision(Action.PASS, Action.PASS, finding.start, finding.end, "", finding)

    def _find(self, category: str, severity: int, field_class: FieldClass) -> tuple[Ruled, ...]:
        if category == FILTER_ERROR:
            return ()
        found = [
            Ruled(rule, rule.do, self._apply(rule, rule.do, category, field_class))
            for rule in self._concerning(category)
            if severity >= rule.severity and (not rule.fields or field_class in rule.fields)
        ]
        return tuple(sorted(found, key=lambda ruled: (-ruled.action, -ruled.wanted)))

    def _concerning(self, category: str) -> tuple[Rule, ...]:
        known = self._concerned.get(category)
        if known is None:
            known = tuple(rule for rule in self._rules if rule.concerns(category))
            self._concerned[category] = known
        return known

    def _apply(self, rule: Rule, wanted: Action, category: str, field_class: FieldClass) -> Action:
        """Cap what a rule wants by the mode and by the field class's strongest action.

        Veil and secrets act on every class: a system prompt's key must not leave either.
        """
        if self._policy.mode is Mode.OBSERVE:
            return min(wanted, Action.FLAG)
        if rule.do is Action.VEIL or category.startswith("secret"):
            return wanted
        return min(wanted, self._policy.strongest_action.get(field_class, Action.BLOCK))

    def on_failure(self, finding: Finding, filter_name: str) -> Decision:
        """Return the decision on a filter that failed: the policy's, or block."""
        rules = self._policy.on_failure
        capped = over_daily_cap(filter_name)
        if finding.rule == OVER_DAILY_CAP and capped in rules:
            filter_name = capped
        failure = rules.get(filter_name) or rules.get("*") or OnFailure()
        goes_on = failure.do == "use_local_only" and self._patient(filter_name, failure.longest_s)
        wanted = Action.FLAG if goes_on else Action.BLOCK
        observing = self._policy.mode is Mode.OBSERVE
        action = Action.FLAG if observing else wanted
        return Decision(
            action, wanted, finding.start, finding.end, f"on_failure.{filter_name}", finding
        )


def clusters(decisions: list[Decision]) -> list[Decision]:
    """Merge decisions that overlap; the strongest gives the action, its rule and its text."""
    out: list[Decision] = []
    for decision in sorted(decisions, key=lambda d: (d.start, -d.end)):
        if out and decision.start < out[-1].end:
            last = out[-1]
            strong = decision if decision.action > last.action else last
            out[-1] = strong._replace(start=last.start, end=max(last.end, decision.end))
        else:
            out.append(decision)
    return out


def too_much_held(start: int, end: int) -> Decision:
    """Return the block that ends a channel in which more is held than may be."""
    finding = Finding(HELD_TEXT_LIMIT, 4, 1.0, start, end, "window", HELD_TEXT_LIMIT)
    return Decision(Action.BLOCK, Action.BLOCK, start, end, HELD_TEXT_LIMIT, finding)
