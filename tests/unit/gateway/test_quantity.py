"""Quantities are read as people write them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.quantity import days, least_severity, seconds, size


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
    ],
)
def test_written_quantities_are_read(
    read: Callable[[object], float], written: object, value: float
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
    ],
)
def test_anything_else_is_refused(read: Callable[[object], float], written: object) -> None:
    """No guess is made."""
    with pytest.raises(ValueError, match="expected"):
        read(written)
