"""Spending: what a guard took today, over all workers of a machine, against its daily cap.

The counts of a guard stand in a small file below the state folder, changed under a lock of the
operating system, so that they outlive a worker and a restart. A day is a day of UTC.

A call's tokens are known when it is over. Until then the most that it may take is counted, so that
calls of many workers at once do not pass the cap together; what a killed worker had under way
stays counted.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from gateway.nouns.policy import DailyCap, GuardModel
from gateway.ports.clock import Clock
from gateway.ports.runtime import Bill

_SHEET = struct.Struct("<qqqdq")
_OLDEST_BYTES = 32  # a sheet of the first form ends before `Sheet.most`
_DAY_NS = 86_400 * 1_000_000_000
_MILLION = 1_000_000

Told = Callable[[str, int, int, float], None]
"""Is told the guard's name and the calls, tokens and money that it just took."""


class OverDailyCap(ConnectionError):
    """The guard may not be asked again today."""


class Sheet(NamedTuple):
    """What was taken on a day (days since 1970), what is under way included. ``most`` is the most
    tokens that one call took, on any day."""

    day: int
    calls: int = 0
    tokens: int = 0
    money: float = 0.0
    most: int = 0


class Spending:
    """What one guard took today; a Purse. ``folder`` None: counted in this process alone."""

    def __init__(self, guard: GuardModel, folder: Path | None, clock: Clock, told: Told) -> None:
        self._guard = guard
        self._cap = guard.daily or DailyCap()
        self._clock = clock
        self._told = told
        self._alone = Sheet(0)
        self._path: Path | None = None
        if folder is not None and guard.daily is not None:
            digest = blake2b(guard.name.encode(), digest_size=8).hexdigest()
            self._path = folder / f"{digest}.day"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def today(self) -> Sheet:
        """What was taken today."""
        with self._sheet() as (sheet, _):
            return sheet

    def admit(self, calls: int, tokens: int) -> Bill:
        """Count calls that are about to be made, and the most tokens that they may take: what they
        were estimated at, or as much as any call took. Raises OverDailyCap if that
        passes the cap."""
        cap = self._cap
        with self._sheet() as (sheet, write):
            bill = Bill(sheet.day, calls, max(tokens, calls * sheet.most) if tokens else 0)
            after = _plus(sheet, calls, bill.tokens, self._price(calls, bill.tokens))
            over = (
                (cap.calls and after.calls > cap.calls)
                or (cap.tokens and after.tokens > cap.tokens)
                or (cap.money and after.money > cap.money)
            )
            if over:
                raise OverDailyCap(f"the daily cap of {self._guard.name} is reached")
            write(after)
        return bill

    def refund(self, bill: Bill) -> None:
        """Take back calls that were not made after all."""
        self._correct(bill, -bill.calls, -bill.tokens)

    def settle(self, bill: Bill, tokens: int | None) -> None:
        """Tell of admitted calls that were made, and the tokens that they took (None: nobody knows,
        so it was the most that they may have taken)."""
        known = bill.tokens if tokens is None else tokens
        most = 0 if tokens is None else -(-tokens // bill.calls)
        self._correct(bill, 0, known - bill.tokens, most)
        self._told(self._guard.name, bill.calls, known, self._price(bill.calls, known))

    def _price(self, calls: int, tokens: int) -> float:
        return calls * self._guard.price_call + tokens * self._guard.price_tokens / _MILLION

    def _correct(self, bill: Bill, calls: int, tokens: int, most: int = 0) -> None:
        """Correct what a bill counted. One of yesterday is yesterday's."""
        if not (calls or tokens or most):
            return
        with self._sheet() as (sheet, write):
            if sheet.day == bill.day:
                after = _plus(sheet, calls, tokens, self._price(calls, tokens))
                write(after._replace(most=max(sheet.most, most)))

    @contextmanager
    def _sheet(self) -> Iterator[tuple[Sheet, Callable[[Sheet], None]]]:
        """Give today's sheet and what writes it, under the lock."""
        today = self._clock.wall_ns() // _DAY_NS
        if self._path is None:
            yield self._of(today, self._alone), self._keep
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            raw = os.pread(descriptor, _SHEET.size, 0)
            whole = len(raw) >= _OLDEST_BYTES
            sheet = Sheet(*_SHEET.unpack(raw.ljust(_SHEET.size, b"\0"))) if whole else Sheet(today)
            yield (
                self._of(today, sheet),
                lambda new: _ignore(os.pwrite(descriptor, _SHEET.pack(*new), 0)),
            )
        finally:
            os.close(descriptor)

    @staticmethod
    def _of(today: int, sheet: Sheet) -> Sheet:
        return sheet if sheet.day == today else Sheet(today, most=sheet.most)

    def _keep(self, sheet: Sheet) -> None:
        self._alone = sheet


def _plus(sheet: Sheet, calls: int, tokens: int, money: float) -> Sheet:
    return sheet._replace(
        calls=max(0, sheet.calls + calls),
        tokens=max(0, sheet.tokens + tokens),
        money=max(0.0, sheet.money + money),
    )


def _ignore(_: int) -> None:
    """A write of so few bytes is whole."""
