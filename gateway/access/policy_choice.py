"""Which policy an exchange is judged under: by key, tenant and time, chosen once at the door.

For most exchanges the choice is two lookups; windows are looked at once a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from gateway.nouns.exchange import Principal
from gateway.nouns.policy import Overlay, Policy, Rule
from gateway.nouns.schedule import Window

_MINUTE_NS = 60_000_000_000


class Choice(NamedTuple):
    """The policy in force: its ``place`` in `Policy.family`, and which of its rules are asleep
    (outside their windows), by id."""

    place: int
    asleep: frozenset[str] = frozenset()


class PolicyChoice:
    """The choice among a policy and its overlays; the first overlay that fits is in force."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tenants = {name for each in policy.overlays for name in each.tenants}
        self._keys = {name for each in policy.overlays for name in each.keys}
        self._timed = any(each.active for each in policy.overlays) or any(
            rule.active for each in policy.family for rule in each.rules
        )
        self._minute = -1
        self._chosen: dict[tuple[str, str], Choice] = {}

    def choose(self, principal: Principal, now_ns: int) -> Choice:
        """Return the policy for whoever asks at this moment (nanoseconds since 1970)."""
        minute = now_ns // _MINUTE_NS if self._timed else 0
        if minute != self._minute:
            self._chosen.clear()
            self._minute = minute
        tenant = principal.tenant if principal.tenant in self._tenants else ""
        key = principal.key if principal.key in self._keys else ""
        chosen = self._chosen.get((tenant, key))
        if chosen is None:
            chosen = self._chosen[tenant, key] = self._find(tenant, key, minute * _MINUTE_NS)
        return chosen

    def _find(self, tenant: str, key: str, now_ns: int) -> Choice:
        place = next(
            (
                at
                for at, each in enumerate(self._policy.overlays, 1)
                if _is_for(each, tenant, key) and _holds(each.active, now_ns)
            ),
            0,
        )
        rules = self._policy.family[place].rules
        return Choice(place, frozenset(_asleep(rules, now_ns)))


def awake(policy: Policy, asleep: frozenset[str]) -> Policy:
    """Return the policy without the rules that are asleep, under the same name and hash."""
    if not asleep:
        return policy
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.id not in asleep))


def in_force(policy: Policy, now_ns: int) -> Policy:
    """Return one policy as it is at a moment: without the rules that are asleep."""
    return awake(policy, frozenset(_asleep(policy.rules, now_ns)))


def _asleep(rules: Iterable[Rule], now_ns: int) -> Iterable[str]:
    return (rule.id for rule in rules if not _holds(rule.active, now_ns))


def _holds(window: Window | None, now_ns: int) -> bool:
    return window is None or window.holds(now_ns)


def _is_for(overlay: Overlay, tenant: str, key: str) -> bool:
    if not (overlay.tenants or overlay.keys):
        return True
    return tenant in overlay.tenants or key in overlay.keys
