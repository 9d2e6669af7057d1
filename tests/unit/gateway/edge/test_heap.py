"""What was freed goes back to the system."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.edge.heap import give_back

MIB = 1 << 20


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_what_was_freed_below_something_in_use_goes_back() -> None:
    """The allocator alone would keep it."""
    held = [bytes(1000) for _ in range(100_000)]
    last = held[-1]
    before = resident()
    held.clear()
    give_back()
    assert resident() < before - 50 * MIB
    assert len(last) == 1000
