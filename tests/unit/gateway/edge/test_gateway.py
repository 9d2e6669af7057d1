"""The bundle's small parts."""

from __future__ import annotations

from gateway.edge.gateway import SystemClock, exchange_ids
from gateway.nouns.exchange import exchange_time_ms


class Fixed:
    """A clock that stands."""

    def wall_ns(self) -> int:
        """A moment."""
        return 1_700_000_000_123_456_789

    def monotonic_s(self) -> float:
        """Another."""
        return 1.0


def test_ids_hold_the_moment_and_differ() -> None:
    """Ids of one moment share its time and nothing else."""
    make = exchange_ids(Fixed())
    made = {make() for _ in range(1000)}
    assert len(made) == 1000
    assert {exchange_time_ms(each) for each in made} == {1_700_000_000_123}


def test_system_clock_goes_on() -> None:
    """The machine's clocks move, and the monotonic one never back."""
    clock = SystemClock()
    first = clock.monotonic_s()
    assert clock.monotonic_s() >= first
    assert clock.wall_ns() > 1_600_000_000_000_000_000
