"""Spending: what a guard took today, over all workers of a machine, against its daily cap.

The counts of a guard stand in a small file below the state folder, changed under a lock of the
operating system, so that they outlive a worker and a restart. A day is a day of UTC.
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

_SHEET = struct.Struct("<qqqd")
_DAY_NS = 86_400 * 1_000_000_000
_MILLION = 1_000_000

Told = Callable[[str, int, int, float], None]
"""Is told the guard's name and the calls, tokens and money that it just took."""


class OverDailyCap(ConnectionError):
    """The guard may not be asked again today."""


class Sheet(NamedTuple):
    """What was taken on a day (days since 1970)."""

    day: int
    calls: int = 0
    tokens: int = 0
    money: float = 0.0


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

    def admit(self, calls: int) -> None:
        """Count calls that are about to be made. Raises OverDailyCap if the cap is reached."""
        cap, money = self._cap, calls * self._guard.price_call
        with self._sheet() as (sheet, write):
            over = (
                (cap.calls and sheet.calls + calls > cap.calls)
                or (cap.tokens and sheet.tokens >= cap.tokens)
                or (cap.money and sheet.money + money > cap.money)
            )
            if over:
                raise OverDailyCap(f"the daily cap of {self._guard.name} is reached")
            write(sheet._replace(calls=sheet.calls + calls, money=sheet.money + money))

    def refund(self, calls: int) -> None:
        """Take back calls that were not made after all."""
        money = calls * self._guard.price_call
        with self._sheet() as (sheet, write):
            left = max(0, sheet.calls - calls), max(0.0, sheet.money - money)  # midnight between
            write(sheet._replace(calls=left[0], money=left[1]))

    def spend(self, calls: int, tokens: int) -> None:
        """Tell of admitted calls that were made, and count the tokens that they took."""
        money = tokens * self._guard.price_tokens / _MILLION
        if money or tokens:
            with self._sheet() as (sheet, write):
                write(sheet._replace(tokens=sheet.tokens + tokens, money=sheet.money + money))
        self._told(self._guard.name, calls, tokens, money + calls * self._guard.price_call)

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
            sheet = Sheet(*_SHEET.unpack(raw)) if len(raw) == _SHEET.size else Sheet(today)
            yield (
                self._of(today, sheet),
                lambda new: _ignore(os.pwrite(descriptor, _SHEET.pack(*new), 0)),
            )
        finally:
            os.close(descriptor)

    @staticmethod
    def _of(today: int, sheet: Sheet) -> Sheet:
        return sheet if sheet.day == today else Sheet(today)

    def _keep(self, sheet: Sheet) -> None:
        self._alone = sheet


def _ignore(_: int) -> None:
    """A write of so few bytes is whole."""
