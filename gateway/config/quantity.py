"""Quantities as people write them: durations, sizes, days, least severities.

Each is a type for a configuration struct; `SYNTAX` says how its text is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from gateway.nouns.schedule import Hours

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*|%)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
_HOURS = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_DAY = 24 * 60
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604_800.0}
_BYTES = {
    "": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip


def _meta(syntax: str, schema: dict[str, Any]) -> msgspec.Meta:
    return msgspec.Meta(extra={"syntax": syntax, "schema": schema})


_DURATION = r"^[0-9]+(\.[0-9]+)?\s*(ms|s|m|h|d|w)$"
_SIZE = r"^[0-9]+(\.[0-9]+)?\s*(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"

Seconds = Annotated[float, _meta("duration", {"type": ["number", "string"], "pattern": _DURATION})]
"""Seconds; written as a number or as ``250ms``, ``10s``, ``5m``, ``2h``, ``1d``."""

Bytes = Annotated[int, _meta("size", {"type": ["integer", "string"], "pattern": _SIZE})]
"""Bytes; written as a number or as ``64KiB``, ``10MiB``, ``2GB``."""

Days = Annotated[int, _meta("days", {"type": "string", "pattern": r"^[0-9]+\s*(d|w)$"})]
"""Days; written as ``183d`` or ``26w``."""

LeastSeverity = Annotated[
    int, _meta("severity", {"type": ["integer", "string"], "pattern": r"^[1-4]\+?$"})
]
"""The least severity: ``3+``, or ``3``, which means the same."""

Moment = Annotated[
    datetime,
    _meta("moment", {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$"}),
]
"""A day (its beginning) or a moment, without a zone: ``2026-03-01``, ``2026-03-01T08:00``."""

HoursOfDay = Annotated[
    tuple[int, int], _meta("hours", {"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"})
]
"""A stretch of the day: ``09:00-18:00``, ``22:00-06:00``, ``00:00-24:00``."""

Share = Annotated[
    float,
    _meta("share", {"type": ["number", "string"], "pattern": r"^[0-9]+(\.[0-9]+)?\s*%$|^all$"}),
]
"""A part of a whole, from 0 to 1; written as ``10%``, ``0.5%`` or ``all``."""


def seconds(value: object) -> float:
    """Return seconds. Raises ValueError saying what was expected."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isfinite(value) and value >= 0:
            return float(value)
        raise ValueError("expected a duration of zero or more")
    number, unit = _parts(value)
    if unit not in _SECONDS:
        raise ValueError("expected a duration such as `10s`, `5m`, `2h` (units: ms s m h d w)")
    return number * _SECONDS[unit]


def size(value: object) -> int:
    """Return bytes. Raises ValueError saying what was expected."""
    number, unit = _parts(value)
    if unit not in _BYTES:
        raise ValueError("expected a size such as `64KiB` or `10MiB` (units: kB MB GB KiB MiB GiB)")
    return round(number * _BYTES[unit])


def days(value: object) -> int:
    """Return whole days. Raises ValueError saying what was expected."""
    number, unit = _parts(value)
    factor = {"d": 1, "w": 7}.get(unit)
    if factor is None or number != int(number):
        raise ValueError("expected whole days such as `183d` (units: d w)")
    return int(number) * factor


def least_severity(value: object) -> int:
    """Return 1 to 4. Raises ValueError saying what was expected."""
    text = str(value).strip().removesuffix("+")
    if isinstance(value, bool) or text not in {"1", "2", "3", "4"}:
        raise ValueError("expected a least severity: `1+` (mild) to `4` (grave)")
    return int(text)


def moment(value: object) -> datetime:
    """Return a day or a moment without a zone. Raises ValueError saying what was expected."""
    expected = "expected a day such as `2026-03-01` or a moment such as `2026-03-01T08:00`"
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(expected)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(expected) from None


def hours_of_day(value: object) -> Hours:
    """Return a stretch of the day. Raises ValueError saying what was expected."""
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("expected hours such as `22:00-06:00`")
    begins, ends = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
    if begins == ends or begins >= _DAY or ends > _DAY or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError("expected two different times of the day, such as `22:00-06:00`")
    return Hours(begins, ends)


def share(value: object) -> float:
    """Return a part of a whole, from 0 to 1. Raises ValueError saying what was expected."""
    number, unit = (1.0, "") if value == "all" else _parts(value)
    part = number / 100 if unit == "%" else number
    if (
        unit not in {"", "%"}
        or not 0 < part <= 1
        or (isinstance(value, str) and unit != "%" and value != "all")
    ):
        raise ValueError("expected a share such as `10%`, or `all`")
    return part


def _parts(value: object) -> tuple[float, str]:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0.0, "?"
    found = _NUMBER.fullmatch(str(value).strip())
    return (float(found[1]), found[2]) if found else (0.0, "?")


SYNTAX: dict[str, Callable[[object], Any]] = {
    "duration": seconds,
    "size": size,
    "days": days,
    "severity": least_severity,
    "moment": moment,
    "hours": hours_of_day,
    "share": share,
}
"""How the values of a syntax are read."""
