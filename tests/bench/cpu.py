"""What a call costs: CPU time of this process, the least of several rounds."""

from __future__ import annotations

import time
from collections.abc import Callable


def least(call: Callable[[], object], *, rounds: int, each: int) -> float:
    """Return the least microseconds of CPU per call, over rounds of ``each`` calls."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(each):
            call()
        best = min(best, (time.process_time() - start) / each * 1e6)
    return best
