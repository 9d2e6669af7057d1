"""Whoever waits for the disk is told the truth."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from gateway.ledger.commit import Committer
from gateway.nouns.errors import LedgerFailed


async def test_all_that_wait_are_told_when_their_bytes_are_synced(tmp_path: Path) -> None:
    """Many waiters at different marks all return."""
    descriptor = os.open(tmp_path / "f", os.O_CREAT | os.O_WRONLY)
    committer = Committer(lambda: (descriptor, 50), lambda: None, eager=True)
    await asyncio.wait_for(asyncio.gather(*(committer.reached(n) for n in range(50))), 10)
    committer.close()
    os.close(descriptor)


async def test_a_disk_that_refuses_is_an_error_for_all_that_wait(tmp_path: Path) -> None:
    """A sync that fails raises at each waiter and gives the segment up."""
    given_up: list[bool] = []
    reading, writing = os.pipe()  # a pipe cannot be synced
    committer = Committer(lambda: (writing, 5), lambda: given_up.append(True), eager=True)
    with pytest.raises(LedgerFailed, match="sync"):
        await asyncio.wait_for(committer.reached(5), 10)
    committer.close()
    assert given_up
    os.close(reading)
    os.close(writing)


async def test_a_replaced_segment_is_synced_and_closed(tmp_path: Path) -> None:
    """The old descriptor is closed by the committer, after the new one is in place."""
    old = os.open(tmp_path / "old", os.O_CREAT | os.O_WRONLY)
    new = os.open(tmp_path / "new", os.O_CREAT | os.O_WRONLY)
    current = [old]
    committer = Committer(lambda: (current[0], 1), lambda: None, eager=True)
    committer.replace(old, lambda: current.__setitem__(0, new))
    committer.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(old)
    os.close(new)
