"""The pools of processes beside one worker: made on the first file, bounded, each replaceable.

Marks on a file may take seconds of work, to write and to read; here it is done beside the worker,
with low priority, so that no stream waits for it. A process that dies, hangs or grows too large is
replaced, and its order fails: nothing leaves unmarked because of it.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import subprocess
import sys
from contextlib import suppress
from pickle import PickleBuffer
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from gateway.config.settings import MediaSettings
from gateway.edge.media_child import LENGTH_BYTES, Make, Payload, Reply, Setup, frame, packed
from gateway.nouns.errors import MarkFailed, Overloaded, SealgateError
from gateway.ports.media import Reading, ReadOrder
from gateway.ports.session import Sealed, SealOrder

_START_S = 60.0
_REPLY_BYTES = 512 * 1024 * 1024
Order = TypeVar("Order")
Done = TypeVar("Done")
_ENDED_OVER_IT = "The process ended over it (media.memory, a broken file)."
_NOT_STARTED = "The process for it did not start (media.memory, what the system forbids)."
_LOST = (EOFError, ConnectionError, OSError, msgspec.DecodeError, msgspec.ValidationError)


class _Member:
    """One process and the socket to it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._link, self._far = socket.socketpair()
        self._link.setblocking(False)  # noqa: FBT003 -- the library's form
        self._decode = msgspec.msgpack.Decoder(Reply).decode

    async def start(self, setup: bytes) -> None:
        """Start the process. Raises one of `_LOST`, or TimeoutError."""
        launching = asyncio.ensure_future(asyncio.to_thread(self._launch))
        try:
            await asyncio.shield(launching)
        except asyncio.CancelledError:
            await launching  # so that `end` finds the process
            raise
        async with asyncio.timeout(_START_S):
            await self._send(setup)
            await self._receive_frame()

    def _launch(self) -> None:
        far = self._far.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gateway.edge.media_child", str(far)],
            pass_fds=(far,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a library's last words may quote the file
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        self._far.close()

    async def carry_out(self, order: list[Payload]) -> Reply:
        """Have a packed order carried out. Raises one of `_LOST`."""
        for payload in order:
            await self._send(payload)
        return self._decode(await self._receive_frame())

    async def _send(self, payload: Payload) -> None:
        loop = asyncio.get_running_loop()
        for part in frame(payload):
            await loop.sock_sendall(self._link, part)

    async def _receive_frame(self) -> memoryview:
        length = int.from_bytes(await self._receive(LENGTH_BYTES), "big")
        if length > _REPLY_BYTES:
            raise EOFError
        return await self._receive(length)

    async def _receive(self, count: int) -> memoryview:
        loop = asyncio.get_running_loop()
        view, at = np.empty(count, np.uint8).data, 0  # not filled with zeros first
        while at < count:
            got = await loop.sock_recv_into(self._link, view[at:])
            if not got:
                raise EOFError
            at += got
        return view

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._link.close()
        self._far.close()
        if self.process is not None:
            with suppress(OSError):
                self.process.kill()
            self.process.wait()


class ChildPool(Generic[Order, Done]):
    """Has orders carried out beside the worker. ``make`` is called in each process, once, to make
    what carries them out; ``done`` is the type of what comes back."""

    def __init__(self, make: Make, settings: MediaSettings, done: type[Done]) -> None:
        self._setup = pickle.dumps(Setup(make, settings.memory))
        self._settings = settings
        self._decode = msgspec.msgpack.Decoder(done).decode
        self._free = asyncio.Semaphore(settings.workers)
        self._idle: list[_Member] = []
        self._busy: set[_Member] = set()
        self._tasks: set[asyncio.Task[Done | SealgateError]] = set()
        self._waiting = 0
        self._closed = False

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that run now."""
        members = (*self._idle, *self._busy)
        return tuple(one.process.pid for one in members if one.process is not None)

    @property
    def busy(self) -> int:
        """How many of them work now."""
        return len(self._busy)

    async def carry_out(self, order: Order) -> Done | SealgateError:
        """Return what was made of an order, MarkFailed if nothing could be, or Overloaded.

        A caller that is cancelled leaves an order that is being carried out to its own end.
        """
        if self._waiting >= self._settings.queue or self._closed:
            return Overloaded(
                f"{self._waiting} files wait for their marks (media.queue).", retry_after_s=1.0
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        task = asyncio.get_running_loop().create_task(self._work(order))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _work(self, order: Order) -> Done | SealgateError:
        member = self._idle.pop() if self._idle else None
        try:
            if member is None:
                member = await self._started()
            self._busy.add(member)
            async with asyncio.timeout(self._settings.job_s):
                reply = await member.carry_out(packed(order))
            done = None if reply.problem else self._decode(reply.done)
        except TimeoutError:
            self._drop(member)
            return MarkFailed(f"It took longer than media.job_s ({self._settings.job_s:g} s).")
        except _LOST:
            self._drop(member)
            return MarkFailed(_ENDED_OVER_IT if member else _NOT_STARTED)
        except asyncio.CancelledError:
            self._drop(member)
            raise
        finally:
            self._free.release()
        self._busy.discard(member)
        self._idle.append(member)
        return MarkFailed(reply.problem) if done is None else done

    async def _started(self) -> _Member:
        member = _Member()
        self._busy.add(member)
        try:
            await member.start(self._setup)
        except BaseException:
            self._drop(member)
            raise
        return member

    def _drop(self, member: _Member | None) -> None:
        if member is not None:
            self._busy.discard(member)
            member.end()

    async def close(self) -> None:
        """End all processes; what they still did is lost."""
        self._closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._idle:
            self._idle.pop().end()


class MediaPool(ChildPool[SealOrder, Sealed]):
    """Seals files beside the worker."""

    def __init__(self, make: Make, settings: MediaSettings) -> None:
        super().__init__(make, settings, Sealed)

    async def seal(self, order: SealOrder) -> Sealed | SealgateError:
        """Return the sealed file, MarkFailed if it cannot be sealed, or Overloaded."""
        most = self._settings.bytes
        if sum(map(len, order.parts)) > (most if order.coding.value == "raw" else most * 4 // 3):
            return MarkFailed(f"It is larger than media.bytes ({most}).")
        sources = tuple(map(_in_place, order.claim.sources))
        claim = order.claim._replace(sources=sources)
        parts = tuple(map(_in_place, order.parts))
        return await self.carry_out(order._replace(parts=parts, claim=claim))


class ReadPool(ChildPool[ReadOrder, Reading]):
    """Reads files beside the worker."""

    async def read(self, order: ReadOrder) -> Reading | SealgateError:
        """Return what was read in a file, MarkFailed if it ended its process, or Overloaded."""
        return await self.carry_out(order._replace(content=_in_place(order.content)))


def _in_place(part: bytes | str) -> Any:
    """Return a file, or a part of one, so that it is sent from where it lies: pickled, it would be
    copied several times, and all streams would wait."""
    return PickleBuffer(part if isinstance(part, bytes) else part.encode(errors="surrogatepass"))
