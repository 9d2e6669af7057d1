"""Spool: append-only segment files of one worker, and what bounds them.

Files of one worker's life share a name, ``<worker>-<ULID>``: a lock file that the worker holds as
long as it lives, and numbered segments. A segment is written by its worker only and removed by the
shipper only. Every append is one write to the end of the file; what could not be written whole is
cut off again, and the segment is given up for a new one.
"""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path

from gateway.config.settings import LedgerSettings
from gateway.ledger.commit import Committer
from gateway.ledger.frames import MAGIC
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.nouns.exchange import exchange_id
from gateway.ports.clock import Clock

FSYNC_MODES = ("os", "interval", "always")
SEGMENT_SUFFIX = ".spool"
LOCK_SUFFIX = ".lock"
_DRAFT_SUFFIX = ".draft"
_WORKER_NAME = re.compile(r"[A-Za-z0-9_]{1,32}")
_LOOK_EVERY_S = 1.0
_SEGMENT_S = 60.0


def spool_folder(state: Path) -> Path:
    """Return the folder of all spools under a state folder."""
    return state / "spool"


def spool_bytes(folder: Path) -> int:
    """Return the size of all segments together."""
    total = 0
    for path in folder.glob("*" + SEGMENT_SUFFIX):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


class Gauge:
    """How full the spool of all workers is: looked up once a second, own growth added between."""

    def __init__(self, folder: Path, settings: LedgerSettings, clock: Clock) -> None:
        self._folder = folder
        self._limit = settings.spool_limit_bytes
        self._admission = settings.spool_limit_bytes - settings.spool_reserve_bytes
        self._clock = clock
        self._estimate = spool_bytes(folder)
        self._looked_s = clock.monotonic_s()
        if self._admission <= 0:
            raise ConfigError("ledger.spool_reserve_bytes must be below ledger.spool_limit_bytes.")

    def admit(self) -> bool:
        """Raise LedgerFailed if no new exchange may begin; return whether the second is over after
        which it pays to look at files."""
        looked = self._look()
        if self._estimate >= self._admission:
            raise LedgerFailed(
                "The spool is full because the store does not take records; see ledger.store and "
                "ledger.spool_limit_bytes."
            )
        return looked

    def take(self, size: int) -> None:
        """Count bytes about to be written. Raises LedgerFailed at the limit."""
        if self._estimate + size > self._limit:
            self._look()
            if self._estimate + size > self._limit:
                raise LedgerFailed("The spool reached ledger.spool_limit_bytes.")
        self._estimate += size

    def _look(self) -> bool:
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s < _LOOK_EVERY_S:
            return False
        self._looked_s = now_s
        with suppress(OSError):  # no descriptor to list it with: what was known, plus our own
            self._estimate = spool_bytes(self._folder)
        return True


class Spool:
    """The segments that one worker writes. One thread appends. ``eager``: what is appended must be
    settled before it is released."""

    def __init__(self, state: Path, worker: str, settings: LedgerSettings, clock: Clock) -> None:
        if not _WORKER_NAME.fullmatch(worker):
            raise ConfigError("A worker's name has 1 to 32 letters, digits or underscores.")
        if settings.fsync not in FSYNC_MODES:
            raise ConfigError(f"ledger.fsync is one of {', '.join(FSYNC_MODES)}.")
        self.folder = spool_folder(state)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.number = 0
        self.written = 0
        self._segment_bytes = settings.segment_bytes
        self._gauge = Gauge(self.folder, settings, clock)
        self._name = f"{worker}-{exchange_id(clock.wall_ns() // 1_000_000, os.urandom(10))}"
        self._size = 0
        self._descriptor = -1
        self._clock = clock
        self._begun_s = 0.0
        self._is_done = True
        self._committer: Committer | None = None
        self.eager = settings.fsync == "always"
        self._sync = settings.fsync != "os"
        try:
            self._lock = _take_lock(self.folder, worker, self._name)
            self.turn()
        except OSError as error:
            raise LedgerFailed(f"The spool cannot be made: {error.strerror}.") from error
        if self._sync:
            self._committer = Committer(self._position, self._give_up, eager=self.eager)

    def admit(self) -> None:
        """Raise LedgerFailed if no new exchange may begin."""
        if self._gauge.admit() and os.fstat(self._descriptor).st_nlink == 0:
            self._is_done = True  # somebody removed it: what is written there nobody would read
        if self._size > len(MAGIC) and self._clock.monotonic_s() - self._begun_s >= _SEGMENT_S:
            self._is_done = True  # so that the shipper may remove it once all of it is stored

    def turn(self) -> int:
        """Begin a new segment if this one is full or was given up; return the segment's number.

        Raises LedgerFailed.
        """
        if not self._is_done and self._size < self._segment_bytes:
            return self.number
        path = self.folder / f"{self._name}-{self.number + 1:06d}{SEGMENT_SUFFIX}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise LedgerFailed(f"No new spool segment: {error.strerror}.") from error
        try:
            self._begin(descriptor)
        except OSError as error:
            os.close(descriptor)
            path.unlink()
            raise LedgerFailed(f"No new spool segment: {error.strerror}.") from error
        self._install(descriptor)
        self.number += 1
        self._size = len(MAGIC)
        self._begun_s = self._clock.monotonic_s()
        self._is_done = False
        return self.number

    def append(self, data: bytes) -> None:
        """Write at the end, in one call to the system. Raises LedgerFailed; then nothing of it is
        in the spool."""
        if self._is_done or self._size >= self._segment_bytes:
            self.turn()
        self._gauge.take(len(data))
        try:
            written = os.write(self._descriptor, data)
            if written != len(data):
                self._write_rest(data, written)
        except OSError as error:
            self._cut()
            raise LedgerFailed(f"The spool cannot be written: {error.strerror}.") from error
        self._size += len(data)
        self.written += len(data)

    async def settle(self, mark: int) -> None:
        """Wait until everything up to ``mark`` (a value of ``written``) survives the power, if
        ``fsync`` is ``always``. Raises LedgerFailed."""
        if self.eager and self._committer is not None:
            await self._committer.reached(mark)

    def close(self) -> None:
        """Sync, close and unlock; the shipper takes it from here."""
        if self._committer is not None:
            self._committer.close()
            self._committer = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            os.close(self._lock)
            self._descriptor = -1

    def _begin(self, descriptor: int) -> None:
        if os.write(descriptor, MAGIC) != len(MAGIC):
            raise OSError(28, "No space left on device")
        if self._sync:
            os.fsync(descriptor)
            _sync_folder(self.folder)

    def _write_rest(self, data: bytes, written: int) -> None:
        while written < len(data):
            written += os.write(self._descriptor, memoryview(data)[written:])

    def _cut(self) -> None:
        self._is_done = True
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:  # a torn end is recognised by its checksum, and nothing follows it
            return

    def _give_up(self) -> None:
        self._is_done = True

    def _position(self) -> tuple[int, int]:
        return self._descriptor, self.written

    def _install(self, descriptor: int) -> None:
        def install() -> None:
            self._descriptor = descriptor

        old = self._descriptor
        if self._committer is not None:
            self._committer.replace(old, install)
            return
        install()
        if old >= 0:
            os.close(old)


def is_alive(lock_path: Path) -> bool:
    """True if a living process holds the lock file of a spool."""
    try:
        descriptor = os.open(lock_path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _take_lock(folder: Path, worker: str, name: str) -> int:
    """Make and hold the lock file of a spool.

    It gets its name only when it is held: whoever lists the folder would take a lock without a
    holder for a dead worker's, remove it, and then every segment as soon as it has been read.
    """
    for left_behind in folder.glob(f"{worker}-*{_DRAFT_SUFFIX}"):
        left_behind.unlink(missing_ok=True)
    draft = folder / (name + _DRAFT_SUFFIX)
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(folder / (name + LOCK_SUFFIX))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
