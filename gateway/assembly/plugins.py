"""Plug-ins: filters and protocols of installed packages, by the entry points that settings name.

Nothing is loaded because it is installed: a package that nobody named is not imported. What is
loaded is checked for the form of its port, so that a wrong one is a sentence at the start and not
a failure in an exchange.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from gateway.nouns.errors import ConfigError
from gateway.nouns.finding import Scan
from gateway.nouns.policy import Policy
from gateway.ports.adapter import Adapter
from gateway.ports.filter import Filter, PluggedFilter

GROUPS = {"filters": "sealgate.filters", "adapters": "sealgate.adapters"}
"""The key of the settings, and the entry-point group that it names parts of."""

_OWN_FILTERS = frozenset({"lexicon", "personal_data", "secrets"})
_FILTER_PARTS = ("name", "look_behind", "look_ahead", "scan", "finds")
_ADAPTER_PARTS = ("name", "routes", "read_request", "write_request", "answer", "refuse", "error")
_GRAVEST = 4
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")

Found = tuple[tuple[str, int], ...]


def plugged_filters(names: Sequence[str], policy: Policy) -> tuple[tuple[Filter, Found], ...]:
    """Return the filters of these names, each with what it may find.

    Raises ConfigError: one is not installed, does not load, is no filter, or no rule of the policy
    is about what it finds.
    """
    loaded = [
        (name, cast("PluggedFilter", _made("filters", name, _FILTER_PARTS, {}))) for name in names
    ]
    _tell_apart("filters", [one.name for _, one in loaded], _OWN_FILTERS)
    return tuple((_tried(name, one), _finds(name, one, policy)) for name, one in loaded)


def plugged_adapters(
    names: Sequence[str], own: Sequence[Adapter], *, frame_limit: int, answer_limit: int
) -> tuple[Adapter, ...]:
    """Return the protocols of these names, with these limits in bytes.

    ``own`` are those that ship: a path that one of them claims cannot be claimed again. Raises
    ConfigError.
    """
    limits = {"frame_limit": frame_limit, "answer_limit": answer_limit}
    loaded = [cast("Adapter", _made("adapters", name, _ADAPTER_PARTS, limits)) for name in names]
    _tell_apart("adapters", [one.name for one in loaded], {one.name for one in own})
    claimed = {(route.method, route.path): one.name for one in own for route in one.routes}
    for name, one in zip(names, loaded, strict=True):
        for route in one.routes:
            holder = claimed.setdefault((route.method, route.path), one.name)
            if holder != one.name:
                raise _wrong("adapters", name, f"{holder} claims {route.path} already")
    return tuple(loaded)


def _made(key: str, name: str, parts: Sequence[str], limits: Mapping[str, int]) -> object:
    """Load and call an entry point; return what it made, which has the parts of its port."""
    point = _point(key, name)
    try:
        make = cast("Callable[..., Any]", point.load())
        made: object = make(**limits)
    except Exception as error:  # a stranger's code may raise anything
        told = str(error) or type(error).__name__
        raise _wrong(key, name, f"{point.value} does not load ({told})") from error
    missing = [part for part in parts if not hasattr(made, part)]
    if missing:
        raise _wrong(key, name, f"{point.value} has no `{missing[0]}`, which the port asks for")
    return made


def _point(key: str, name: str) -> EntryPoint:
    """Return the one entry point of a name."""
    group = entry_points(group=GROUPS[key])
    found = {(point.value, _package(point)): point for point in group if point.name == name}
    if not found:
        known = ", ".join(sorted({point.name for point in group})) or "none"
        raise _wrong(
            key, name,
            f"no installed package has such an entry point in {GROUPS[key]} (there are: {known}); "
            "install it beside the gateway",
        )  # fmt: skip
    if len(found) > 1:
        packages = ", ".join(sorted(package for _, package in found))
        raise _wrong(key, name, f"several packages have one ({packages}); keep one of them")
    return next(iter(found.values()))


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "?"


def _tell_apart(key: str, names: Sequence[str], taken: frozenset[str] | set[str]) -> None:
    """Names are labels of metrics and of records: each stands for one part."""
    for place, name in enumerate(names):
        if name in taken or name in names[:place]:
            raise _wrong(key, name, "another part has this name")


def _finds(name: str, one: PluggedFilter, policy: Policy) -> Found:
    """Return the categories of a filter, checked."""
    try:
        found = tuple((str(category), int(severity)) for category, severity in one.finds)
    except (TypeError, ValueError):
        what = "`finds` is no list of categories, each with its highest severity"
        raise _wrong("filters", name, what) from None
    for category, severity in found:
        if not _CATEGORY.fullmatch(category) or not 1 <= severity <= _GRAVEST:
            raise _wrong("filters", name, f"`{category}` with severity {severity} is no finding")
    about = [
        category for category, _ in found if any(r.concerns(category) for r in policy.rules)
    ]
    if not about:
        told = ", ".join(category for category, _ in found) or "nothing"
        raise _wrong("filters", name, f"has no effect: no rule is about what it finds ({told})")
    return found


class _Held:
    """A filter of somebody else, held to the form of its answers: one that is none raises, and the
    guard that stands around every filter makes a failure of it that the policy rules on."""

    def __init__(self, one: PluggedFilter) -> None:
        self.name = one.name
        self.look_behind = one.look_behind
        self.look_ahead = one.look_ahead
        self._scan = one.scan

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's form
        """See gateway.ports.filter."""
        told = self._scan(text, start, final)
        if not isinstance(told, Scan):
            raise TypeError(f"`scan` returned no Scan but {type(told).__name__}")
        size = len(text)
        if not start <= told.safe_until <= size or (final and told.safe_until != size):
            raise ValueError("`scan` returned a `safe_until` outside of the pending text")
        for each in told.findings:
            if not (0 <= each.start < each.end <= size and 1 <= each.severity <= _GRAVEST):
                raise ValueError("`scan` returned a finding outside of the text or of severities")
        return told


def _tried(name: str, one: PluggedFilter) -> Filter:
    """Return a filter that answered twice in the form of its port: one of another version would
    otherwise refuse every request."""
    held = _Held(one)
    try:
        held.scan("", 0, True)  # noqa: FBT003 -- the port's form
        held.scan("a b", 0, False)  # noqa: FBT003 -- the port's form
    except Exception as error:  # a stranger's code may raise anything
        told = f"fails on a harmless text ({type(error).__name__}: {error})"
        raise _wrong("filters", name, told) from error
    return held


def _wrong(key: str, name: str, why: str) -> ConfigError:
    return ConfigError(f"plugins.{key}: `{name}`: {why}.")
