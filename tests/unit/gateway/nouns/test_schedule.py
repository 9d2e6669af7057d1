"""When something is in force."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.nouns.schedule import Hours, Window

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"
NIGHT = (Hours(22 * 60, 6 * 60),)
NOON = (Hours(11 * 60, 13 * 60),)


def ns(written: str, zone: str = SHANGHAI) -> int:
    """Return the moment that a wall clock in the zone shows."""
    return int(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("window", "moment", "holds"),
    [
        (Window(), "2026-03-02T00:00", True),
        (Window(since_ns=ns("2026-03-01")), "2026-02-28T23:59", False),
        (Window(since_ns=ns("2026-03-01")), "2026-03-01T00:00", True),
        (Window(until_ns=ns("2026-03-01")), "2026-02-28T23:59", True),
        (Window(until_ns=ns("2026-03-01")), "2026-03-01T00:00", False),
        (Window(days=("mon",), zone=SHANGHAI), "2026-03-02T00:00", True),
        (Window(days=("mon",), zone=SHANGHAI), "2026-03-01T23:59", False),
        (Window(days=("mon",)), "2026-03-02T00:00", False),  # it is Sunday in UTC
        (Window(hours=NOON, zone=SHANGHAI), "2026-03-02T11:00", True),
        (Window(hours=NOON, zone=SHANGHAI), "2026-03-02T13:00", False),
        (Window(hours=NIGHT, zone=SHANGHAI), "2026-03-02T23:00", True),
        (Window(hours=NIGHT, zone=SHANGHAI), "2026-03-02T05:59", True),
        (Window(hours=NIGHT, zone=SHANGHAI), "2026-03-02T06:00", False),
        # a night belongs to the day on which it began
        (Window(days=("fri",), hours=NIGHT, zone=SHANGHAI), "2026-03-07T03:00", True),
        (Window(days=("fri",), hours=NIGHT, zone=SHANGHAI), "2026-03-06T03:00", False),
        (Window(days=("fri",), hours=NIGHT, zone=SHANGHAI), "2026-03-06T23:00", True),
    ],
)
def test_a_window_holds_by_the_wall_clock_of_its_zone(
    window: Window, moment: str, holds: bool
) -> None:
    """Ends are not in it; days and hours are local ones."""
    assert window.holds(ns(moment)) is holds


def test_the_change_of_the_clocks_moves_no_local_hour() -> None:
    """Noon is noon in summer and in winter."""
    window = Window(hours=NOON, zone=BERLIN)
    assert window.holds(ns("2026-03-28T12:30", BERLIN))
    assert window.holds(ns("2026-03-29T12:30", BERLIN))
    assert not window.holds(ns("2026-03-29T13:30", BERLIN))
