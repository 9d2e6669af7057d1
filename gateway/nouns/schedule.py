"""Schedule: when a rule or a policy is in force. Time is an argument; nothing reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days as policies spell them, in the order of `datetime.weekday`."""

_NS = 1_000_000_000


class Hours(NamedTuple):
    """A stretch of the day in minutes since midnight, the end not in it.

    One that ends before it begins runs over midnight, and belongs to the day on which it began.
    """

    begins: int
    ends: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """When something is in force: from one moment until another, on some days, at some hours.

    ``since_ns`` and ``until_ns`` are nanoseconds since 1970 (None: open; the end is not in it).
    ``days`` (none: all) and ``hours`` (none: the whole day) are read in the time ``zone``, a name
    of the IANA database.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    days: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    zone: str = "UTC"

    def holds(self, now_ns: int) -> bool:
        """True if the moment lies in the window."""
        if self.since_ns is not None and now_ns < self.since_ns:
            return False
        if self.until_ns is not None and now_ns >= self.until_ns:
            return False
        if not (self.days or self.hours):
            return True
        local = datetime.fromtimestamp(now_ns // _NS, UTC).astimezone(ZoneInfo(self.zone))
        today = self._on(local)
        if not self.hours:
            return today
        minute = local.hour * 60 + local.minute
        yesterday = self._on(local - timedelta(days=1))
        return any(_within(each, minute, today, yesterday) for each in self.hours)

    def _on(self, local: datetime) -> bool:
        return not self.days or WEEKDAYS[local.weekday()] in self.days


def _within(hours: Hours, minute: int, today: bool, yesterday: bool) -> bool:  # noqa: FBT001 -- two days' answers
    if hours.begins < hours.ends:
        return today and hours.begins <= minute < hours.ends
    return (today and minute >= hours.begins) or (yesterday and minute < hours.ends)
