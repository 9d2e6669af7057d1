"""Requests per minute and exchanges at once, per key, over all workers of a machine.

The supervisor makes one `Limiter` before it forks; the workers inherit its shared memory. A key's
slot lies in one set of sixteen, and a set is changed under a lock of the operating system, which is
given back when its holder is killed. Exchanges at once are counted per worker, so that a killed
worker's share can be forgotten. A set that is full gives up the slot that was idle longest; keys of
the gateway have sets of their own, so that nobody can push them out by inventing others.

Requests are a token bucket: a minute's worth at most, filled evenly. A refused request costs none.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple, Self

from gateway.nouns.errors import Overloaded, TooManyRequests
from gateway.nouns.exchange import Principal

WORKERS = 64
"""How many workers may be alive at once, of all generations."""

_WAYS = 16
_SETS = 256
_KEY_BYTES = 16
_HEAD = struct.Struct("<16sdd")
_COUNTS = struct.Struct(f"<{WORKERS}H")
_COUNT = struct.Struct("<H")
_SLOT_BYTES = _HEAD.size + _COUNTS.size
_SET_BYTES = _WAYS * _SLOT_BYTES
_EMPTY = bytes(_KEY_BYTES)
_MOST_AT_ONCE = 0xFFFF
_MINUTE_S = 60.0
_RETRY_S = 1.0

Headers = tuple[tuple[bytes, bytes], ...]


class _Slot(NamedTuple):
    """A key's state: request tokens left at a monotonic time in seconds. ``at`` is its offset."""

    at: int
    key: bytes
    tokens: float
    time_s: float


class Permit:
    """Leave to run one exchange; give it back with `release`, or use it as a context.

    ``headers`` tell the client where it stands.
    """

    __slots__ = ("_limiter", "_principal", "headers")

    def __init__(self, limiter: Limiter | None, principal: Principal, headers: Headers) -> None:
        self._limiter = limiter
        self._principal = principal
        self.headers = headers

    def release(self) -> None:
        """Say that the exchange ended. Releasing twice is releasing once."""
        limiter, self._limiter = self._limiter, None
        if limiter is not None:
            limiter.leave(self._principal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Limiter:
    """The limits of all keys. Made once, before the fork; then each worker calls `attach`.

    ``descriptor`` is the nameless file that all of them share.
    """

    def __init__(self) -> None:
        self.descriptor = _anonymous_file(2 * _SETS * _SET_BYTES)
        self._memory = mmap.mmap(self.descriptor, 2 * _SETS * _SET_BYTES)
        self._threads = threading.Lock()
        self._worker = 0

    def attach(self, worker: int) -> None:
        """Become the worker of this number, which nobody else alive may have; forgets what an
        earlier worker of the number left. Raises ValueError outside 0 to `WORKERS` - 1."""
        self.forget(worker)
        self._threads = threading.Lock()
        self._worker = worker

    def admit(self, principal: Principal, now_s: float) -> Permit:
        """Let one exchange in (monotonic seconds, the same clock in all workers).

        Raises TooManyRequests, with ``retry_after_s``, if the key's requests of this minute are
        used up or as many run as may; Overloaded if sixteen other keys are at work in its set.
        """
        per_minute, at_once = principal.requests_per_minute, principal.concurrent
        if per_minute is None and at_once is None:
            return Permit(None, principal, ())
        with self._locked(principal) as set_at:
            slot = self._slot(set_at, principal, now_s)
            running = sum(self._counts(slot))
            if at_once is not None and running >= min(at_once, _MOST_AT_ONCE):
                raise TooManyRequests(
                    f"At most {at_once} at once for this key.", retry_after_s=_RETRY_S
                )
            tokens = _refilled(slot, per_minute, now_s)
            if per_minute is not None:
                if tokens < 1.0:
                    wait_s = (1.0 - tokens) * _MINUTE_S / per_minute if per_minute else _MINUTE_S
                    raise TooManyRequests(
                        f"At most {per_minute} requests per minute for this key.",
                        retry_after_s=round(wait_s, 3),
                    )
                tokens -= 1.0
            latest_s = max(now_s, slot.time_s)
            _HEAD.pack_into(self._memory, slot.at, slot.key, tokens, latest_s)
            self._count(slot, 1)
        return Permit(self, principal, _headers(per_minute, tokens))

    def standing(self, principal: Principal, now_s: float) -> Headers:
        """Return where a key stands, for the answer to a refused request; changes nothing."""
        if principal.requests_per_minute is None:
            return ()
        with self._locked(principal) as set_at:
            slot = self._find(set_at, _hash(principal))
            tokens = (
                float(principal.requests_per_minute)
                if slot is None
                else _refilled(slot, principal.requests_per_minute, now_s)
            )
        return _headers(principal.requests_per_minute, tokens)

    def running(self, principal: Principal) -> int:
        """Return how many exchanges of a key run now, in all workers."""
        with self._locked(principal) as set_at:
            slot = self._find(set_at, _hash(principal))
            return 0 if slot is None else sum(self._counts(slot))

    def leave(self, principal: Principal) -> None:
        """Count one exchange of this worker out (`Permit.release` does)."""
        with self._locked(principal) as set_at:
            slot = self._find(set_at, _hash(principal))
            if slot is not None:
                self._count(slot, -1)

    def forget(self, worker: int) -> None:
        """Count a dead worker's exchanges out; for the supervisor.

        Raises ValueError outside 0 to `WORKERS` - 1.
        """
        if not 0 <= worker < WORKERS:
            raise ValueError(f"a worker's number is from 0 to {WORKERS - 1}")
        for number in range(2 * _SETS):
            if not os.pread(self.descriptor, _SET_BYTES, number * _SET_BYTES).strip(b"\0"):
                continue  # nobody used it, so it takes no memory; writing there would
            with self._locked_set(number) as set_at:
                for at in range(set_at, set_at + _SET_BYTES, _SLOT_BYTES):
                    _COUNT.pack_into(self._memory, at + _HEAD.size + 2 * worker, 0)

    def close(self) -> None:
        """Let go of this process's view of the memory."""
        self._memory.close()
        os.close(self.descriptor)

    @contextmanager
    def _locked(self, principal: Principal) -> Iterator[int]:
        number = int.from_bytes(_hash(principal)[:4], "little") % _SETS
        with self._locked_set(number + (_SETS if principal.kind == "gateway_key" else 0)) as set_at:
            yield set_at

    @contextmanager
    def _locked_set(self, number: int) -> Iterator[int]:
        """Hold the lock of one set, against other processes and other threads; gives its offset."""
        with self._threads:
            fcntl.lockf(self.descriptor, fcntl.LOCK_EX, 1, number)
            try:
                yield number * _SET_BYTES
            finally:
                fcntl.lockf(self.descriptor, fcntl.LOCK_UN, 1, number)

    def _slots(self, set_at: int) -> Iterator[_Slot]:
        for at in range(set_at, set_at + _SET_BYTES, _SLOT_BYTES):
            yield _Slot(at, *_HEAD.unpack_from(self._memory, at))

    def _find(self, set_at: int, key: bytes) -> _Slot | None:
        for slot in self._slots(set_at):
            if slot.key == key:
                return slot
        return None

    def _slot(self, set_at: int, principal: Principal, now_s: float) -> _Slot:
        """Return the key's slot, taking over an empty or idle one if it has none."""
        key = _hash(principal)
        found = self._find(set_at, key)
        if found is not None:
            return found
        idle = [slot for slot in self._slots(set_at) if not any(self._counts(slot))]
        if not idle:
            raise Overloaded("Too many keys are at work.", retry_after_s=_RETRY_S)
        free = min(idle, key=lambda slot: -math.inf if slot.key == _EMPTY else slot.time_s)
        return _Slot(free.at, key, float(principal.requests_per_minute or 0), now_s)

    def _counts(self, slot: _Slot) -> tuple[int, ...]:
        return _COUNTS.unpack_from(self._memory, slot.at + _HEAD.size)

    def _count(self, slot: _Slot, by: int) -> None:
        at = slot.at + _HEAD.size + 2 * self._worker
        (running,) = _COUNT.unpack_from(self._memory, at)
        _COUNT.pack_into(self._memory, at, min(max(0, running + by), _MOST_AT_ONCE))


def _hash(principal: Principal) -> bytes:
    name = f"{principal.kind}\0{principal.tenant}\0{principal.key}"
    return blake2b(name.encode(), digest_size=_KEY_BYTES).digest()


def _refilled(slot: _Slot, per_minute: int | None, now_s: float) -> float:
    if per_minute is None:
        return 0.0
    passed_s = max(0.0, now_s - slot.time_s)
    return min(float(per_minute), slot.tokens + passed_s * per_minute / _MINUTE_S)


def _headers(per_minute: int | None, tokens: float) -> Headers:
    """Return the usual three headers; the reset is when the bucket is full again, as ``1.5s``."""
    if per_minute is None:
        return ()
    full_s = (per_minute - tokens) * _MINUTE_S / per_minute if per_minute else _MINUTE_S
    reset = f"{max(0.0, full_s):.3f}".rstrip("0").rstrip(".") + "s"
    return (
        (b"x-ratelimit-limit-requests", str(per_minute).encode()),
        (b"x-ratelimit-remaining-requests", str(int(tokens)).encode()),
        (b"x-ratelimit-reset-requests", reset.encode()),
    )


def _anonymous_file(size: int) -> int:
    """Return a descriptor of a nameless file of zeros; in memory where the system can."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("sealgate-limits")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
