"""Quantities are read as people write them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from gateway.config.quantity import days, hours_of_day, least_severity, moment, seconds, share, size
from gateway.nouns.schedule import Hours


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (seconds, 3, 3.0),
        (seconds, "250ms", 0.25),
        (seconds, "10 s", 10.0),
        (seconds, "1.5h", 5400.0),
        (seconds, "183d", 183 * 86400.0),
        (size, 100, 100),
        (size, "64KiB", 65536),
        (size, "1MB", 1_000_000),
        (size, "0.5GiB", 2**29),
        (days, "183d", 183),
        (days, "26w", 182),
        (least_severity, "3+", 3),
        (least_severity, 4, 4),
        (least_severity, "1", 1),
        (moment, "2026-03-01", datetime.fromisoformat("2026-03-01")),
        (moment, "2026-03-01T08:30", datetime.fromisoformat("2026-03-01T08:30")),
        (hours_of_day, "22:00-06:30", Hours(1320, 390)),
        (hours_of_day, "00:00-24:00", Hours(0, 1440)),
        (share, "10%", 0.1),
        (share, "all", 1.0),
        (share, 0.5, 0.5),
    ],
)
def test_written_quantities_are_read(
    read: Callable[[object], object], written: object, value: object
) -> None:
    """Each unit has its factor."""
    assert read(written) == value


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (seconds, "10 parsecs"),
        (seconds, "10"),
        (seconds, -1),
        (seconds, float("nan")),
        (seconds, True),
        (seconds, None),
        (size, "64kib"),
        (size, "-1"),
        (size, True),
        (days, 183),
        (days, "1.5d"),
        (days, "12h"),
        (least_severity, 5),
        (least_severity, "0+"),
        (least_severity, "2-3"),
        (least_severity, True),
        (moment, "2026-02-30"),
        (moment, "2026-03-01T08:00+08:00"),
        (moment, 2026),
        (hours_of_day, "06:00-06:00"),
        (hours_of_day, "24:00-06:00"),
        (hours_of_day, "22:00-06:61"),
        (hours_of_day, "9-18"),
        (share, "110%"),
        (share, "10"),
        (share, "0%"),
        (share, True),
        (share, 2),
    ],
)
def test_anything_else_is_refused(read: Callable[[object], object], written: object) -> None:
    """No guess is made."""
    with pytest.raises(ValueError, match="expected"):
        read(written)
