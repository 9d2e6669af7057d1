"""Watch: one exchange's deadlines and the one way to interrupt it.

Timers per network read would cost more than the read. So an exchange only writes down *until when*
its present wait may last, and one sweep per worker looks at all of them four times a second. An
interruption is a cancellation of the exchange's task with a reason beside it: whoever catches the
`CancelledError` asks `claim` for the reason, and lets the cancellation pass if there is none.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

SWEEP_S = 0.25
"""How often the sweep looks, in seconds: the precision of every deadline here."""


class ClientGone(Exception):
    """The client closed its connection."""


class ReaderTooSlow(Exception):
    """The client took no byte for longer than the limit."""


class AnswerEnded(Exception):
    """Another task of the exchange sent the last byte: nobody waits for the upstream any more."""


class Watch:
    """The deadlines of one exchange. Seconds are monotonic.

    ``deadline`` is the moment at which the present wait has lasted too long and ``late`` makes the
    reason; ``final`` bounds the whole exchange. ``beat_at`` is when ``beat`` is called next.
    """

    __slots__ = (
        "_armed", "_reason", "_task", "beat", "beat_at", "deadline", "final", "late", "overdue",
    )  # fmt: skip

    def __init__(self, task: asyncio.Task[object]) -> None:
        self._task = task
        self._reason: Exception | None = None
        self._armed = True
        self.deadline = math.inf
        self.late: Callable[[], Exception] = TimeoutError
        self.final = math.inf
        self.overdue: Callable[[], Exception] = TimeoutError
        self.beat_at = math.inf
        self.beat: Callable[[], None] = _nothing

    def expect(self, deadline: float, late: Callable[[], Exception]) -> None:
        """Bound the wait that begins now."""
        self.deadline = deadline
        self.late = late

    def rest(self) -> None:
        """Nothing is waited for."""
        self.deadline = math.inf

    def interrupt(self, reason: Exception) -> None:
        """Cancel the exchange's present wait; the first reason wins."""
        if self._reason is None and self._armed:
            self._reason = reason
            self._task.cancel()

    def disarm(self) -> None:
        """Interrupt no more: the exchange is on its last words, which are bounded by themselves.

        Lets go of whom it would have called. They hold this watch: else each exchange would stay
        until a collection finds it.
        """
        self._armed = False
        self.late = self.overdue = TimeoutError
        self.beat = _nothing

    def claim(self) -> Exception | None:
        """Return why the exchange was interrupted, once; None if somebody else cancelled it."""
        reason, self._reason = self._reason, None
        if reason is not None:
            self._task.uncancel()
        return reason

    def check(self, now_s: float) -> None:
        """Interrupt what is late and beat what is due; called by the sweep."""
        if now_s >= self.final:
            self.final = math.inf
            self.interrupt(self.overdue())
        elif now_s >= self.deadline:
            self.deadline = math.inf
            self.interrupt(self.late())
        elif now_s >= self.beat_at:
            self.beat_at = math.inf
            self.beat()


class Sweep:
    """All watches of a worker, and the one task that looks at them."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._watches: set[Watch] = set()
        self._task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, watch: Watch) -> None:
        """Look after a watch until it is removed; the first one starts the sweep."""
        self._watches.add(watch)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="sweep")

    def remove(self, watch: Watch) -> None:
        """Forget a watch: its exchange ended."""
        self._watches.discard(watch)
        if self._waiter is not None and not self._watches:
            self._waiter.set()

    async def emptied(self) -> None:
        """Wait until no exchange runs."""
        self._waiter = asyncio.Event()
        if self._watches:
            await self._waiter.wait()

    def look(self) -> None:
        """Check every watch now."""
        now_s = self._monotonic_s()
        for watch in tuple(self._watches):
            watch.check(now_s)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.look()

    async def close(self) -> None:
        """End the sweep."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


def _nothing() -> None:
    """No beat is wanted."""
