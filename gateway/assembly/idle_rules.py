"""What a policy says in vain: rules that no finding can meet, rules that a stricter one always goes
before, overlays for callers that do not exist. No error, since lists and keys come and go."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.assembly.regimes import Edition
from gateway.nouns.exchange import DEFAULT_TENANT
from gateway.nouns.guard_contract import KINDS
from gateway.nouns.policy import Policy, Rule, concerns
from gateway.nouns.verdict import Action

Warned = tuple[str, str]
"""An English and a Chinese sentence."""

GRAVEST = 4
_NAMED_ELSEWHERE = {"*", "filter_error", "picture"}
"""Heads of categories that models elsewhere find, or the engine itself."""

_NEAR = 0.75


def idle_rules(editions: Sequence[Edition]) -> Iterator[Warned]:
    """Yield what is said in vain in each policy of a family; what an overlay repeats, once."""
    seen: set[Warned] = set()
    for each in editions:
        found = _found(each)
        for told in (*_unmet(each.policy, found), *_behind(each.policy.rules, found)):
            if told not in seen:
                seen.add(told)
                yield told


def idle_overlays(policy: Policy, callers: Iterable[tuple[str, str]]) -> Iterator[Warned]:
    """Yield the overlays that name tenants or keys which no gateway key has. ``callers`` are the
    tenant and the id of each key."""
    there = tuple(callers)
    tenants, keys = {DEFAULT_TENANT, *(tenant for tenant, _ in there)}, {key for _, key in there}
    for each in policy.overlays:
        named = [("tenant", "租户", name, tenants) for name in each.tenants]
        named += [("key", "密钥", name, keys) for name in each.keys]
        for kind, kind_zh, name, known in named:
            if name not in known:
                hint = _hint(name, known)
                yield (
                    f"Overlay {each.id}: no gateway key has the {kind} `{name}`{hint}.",
                    f"叠加策略 {each.id}：没有网关密钥对应{kind_zh} `{name}`。",
                )


def _found(edition: Edition) -> dict[str, int]:
    """Return every category that may be found under a policy, with its highest severity."""
    found: dict[str, int] = {}
    for _, categories in edition.kit.filters:
        for category, severity in categories:
            found[category] = max(severity, found.get(category, 0))
    if edition.policy.guard_models:
        levels = ("unsafe", "controversial")
        found.update({f"guard.{level}.{kind}": GRAVEST for level in levels for kind in KINDS})
    return found


def _unmet(policy: Policy, found: Mapping[str, int]) -> Iterator[Warned]:
    """Yield the rules and samples of categories that nobody finds, or never so gravely."""
    said = [(f"Rule {rule.id}", f"规则 {rule.id}", rule.when, rule.severity)
            for rule in policy.rules]  # fmt: skip
    said += [(f"Review {one.id}", f"抽检 {one.id}", one.when, 1)
             for one in policy.review if one.when]  # fmt: skip
    if policy.strikes is not None:
        said += [("Strikes", "违规计分", when, 1) for when in policy.strikes.when]
    for en, zh, when, least in said:
        if when.split(".", 1)[0] in _NAMED_ELSEWHERE:
            continue
        reached = max((found[name] for name in found if concerns(when, name)), default=0)
        if not reached:
            yield (
                f"{en}: no list and no filter here finds `{when}`{_hint(when, found)}.",
                f"{zh}：现有词表与过滤器均不产生类别 `{when}`。",
            )
        elif reached < least:
            yield (
                f"{en}: `{when}` is found here with severity {reached} at most, never {least}.",
                f"{zh}：类别 `{when}` 在此最高为等级 {reached}，达不到 {least}。",
            )


def _behind(rules: Sequence[Rule], found: Mapping[str, int]) -> Iterator[Warned]:
    """Yield the rules that change nothing, because another one does as much wherever they hold."""
    for place, rule in enumerate(rules):
        if rule.do is Action.VEIL or rule.review:
            continue  # a veil goes where a block may not; a sample is drawn by the rule's name
        for other, one in enumerate(rules):
            stronger = one.do > rule.do or (one.do is rule.do and other < place)
            if one is not rule and stronger and _covers(one, rule, found):
                yield (
                    f"Rule {rule.id} changes nothing: wherever it holds, {one.id} does as much.",
                    f"规则 {rule.id} 不起作用：其适用之处规则 {one.id} 处置相同或更严。",
                )
                break


def _covers(wide: Rule, narrow: Rule, found: Mapping[str, int]) -> bool:
    """Return whether one rule holds wherever another does."""
    if narrow.when.split(".", 1)[0] in _NAMED_ELSEWHERE:
        return False
    here = [name for name in found if narrow.concerns(name)]
    return (
        bool(here)
        and all(wide.concerns(name) for name in here)
        and wide.severity <= narrow.severity
        and wide.side in (None, narrow.side)
        and (not wide.fields or (bool(narrow.fields) and set(narrow.fields) <= set(wide.fields)))
        and wide.unless in ("", narrow.unless)
        and wide.upstream in ("any", narrow.upstream)
        and wide.active in (None, narrow.active)
    )


def _hint(word: str, known: Iterable[str]) -> str:
    """Return the nearest known word as a question, if one is near: of its own family where there
    is such a family."""
    words = sorted(known)
    head = word.split(".", 1)[0] + "."
    family = [each.removeprefix(head) for each in words if each.startswith(head)]
    if family:
        near = difflib.get_close_matches(word.removeprefix(head), family, n=1)
        return f" (did you mean `{head}{near[0]}`?)" if near else ""
    close = difflib.get_close_matches(word, words, n=1, cutoff=_NEAR)
    return f" (did you mean `{close[0]}`?)" if close else ""
