"""Commit: makes what was written survive the power, in one thread beside the event loop.

With ``always`` every release waits for its bytes; all that wait share one fsync (group commit):
while one runs, the next group gathers, so that nobody waits for more than two. With ``interval``
nobody waits and the thread syncs once a second.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import NamedTuple

from gateway.nouns.errors import LedgerFailed

INTERVAL_S = 1.0


class _Waiter(NamedTuple):
    mark: int
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[None]


class Committer:
    """Syncs one spool. ``position`` tells how far was written, ``on_failure`` is called when the
    disk refused a sync (what was written since the last one may be lost)."""

    def __init__(
        self,
        position: Callable[[], tuple[int, int]],
        on_failure: Callable[[], None],
        *,
        eager: bool,
    ) -> None:
        self._position = position
        self._on_failure = on_failure
        self._eager = eager
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._waiters: list[_Waiter] = []
        self._retired: list[int] = []
        self._committed = 0
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="spool-commit", daemon=True)
        self._thread.start()

    async def reached(self, mark: int) -> None:
        """Wait until everything up to this position is synced. Raises LedgerFailed."""
        if self._committed >= mark:
            return
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._lock:
            self._waiters.append(_Waiter(mark, loop, future))
        self._wake.set()
        await future

    def replace(self, descriptor: int, install: Callable[[], None]) -> None:
        """Take over a segment that is full (sync it with the next group, then close it), and call
        ``install`` in the same instant, so that no sync sees one without the other."""
        with self._lock:
            self._retired.append(descriptor)
            install()
        self._wake.set()

    def close(self) -> None:
        """Sync what is left and end the thread."""
        self._ending = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending:
            self._wake.wait(None if self._eager else INTERVAL_S)
            self._wake.clear()
            self._sync()
        self._sync()

    def _sync(self) -> None:
        with self._lock:
            descriptor, target = self._position()
            retired, self._retired = self._retired, []
        failed = False
        if retired or target > self._committed:
            failed = sum(_failed_sync(each) for each in (*retired, descriptor)) > 0
        for each in retired:
            os.close(each)
        if failed:
            self._on_failure()
        self._committed = max(self._committed, target)
        with self._lock:
            due = [waiter for waiter in self._waiters if waiter.mark <= target]
            self._waiters = [waiter for waiter in self._waiters if waiter.mark > target]
        for waiter in due:
            _tell(waiter, failed=failed)
        if self._waiters:
            self._wake.set()


def _failed_sync(descriptor: int) -> bool:
    try:
        os.fsync(descriptor)
    except OSError:
        return True
    return False


def _tell(waiter: _Waiter, *, failed: bool) -> None:
    def resolve() -> None:
        if waiter.future.done():
            return
        if failed:
            waiter.future.set_exception(LedgerFailed("The disk refused to sync the spool."))
        else:
            waiter.future.set_result(None)

    try:
        waiter.loop.call_soon_threadsafe(resolve)
    except RuntimeError:  # the loop ended before its waiter; nobody is left to tell
        return
