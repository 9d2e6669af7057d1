"""The board: what the supervisor knows about its workers, readable by every process it forks."""

from __future__ import annotations

import mmap
import struct
from typing import NamedTuple

_LAYOUT = struct.Struct("<IIIBB64s")


class Notice(NamedTuple):
    """What the board says: how many workers of which generation are ready, under which policy."""

    generation: int = 0
    ready: int = 0
    wanted: int = 0
    draining: bool = False
    last_reload_ok: bool = True
    policy: str = ""


class Board:
    """One small page of shared memory with one writer; made before the first fork."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)

    def write(self, notice: Notice) -> None:
        """Replace what the board says."""
        policy = notice.policy.encode("ascii", "replace")[:64]
        self._page[: _LAYOUT.size] = _LAYOUT.pack(*notice[:-1], policy)

    def read(self) -> Notice:
        """Return what the board says now."""
        generation, ready, wanted, draining, reloaded, policy = _LAYOUT.unpack_from(self._page)
        return Notice(
            generation, ready, wanted, bool(draining), bool(reloaded),
            policy.rstrip(b"\0").decode("ascii", "replace"),
        )  # fmt: skip
