"""A classifier of a folder, run in a process beside the worker and asked in batches.

Texts of all requests that come within a moment, or until a batch is full, go to the model together.
No stream waits for the model in the worker's own thread. A process that ends takes its questions
with it; the next question starts another one, unless the breaker is open.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from models.circuit_breaker import CircuitBreaker

_LONGEST_LINE = 64 * 1024 * 1024
_FAILURES = 3
_PAUSE_S = 10.0
_PASSED_ON = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "TMPDIR")

Scores = Mapping[str, float]


class Folder(NamedTuple):
    """Where a model lies and how it runs. ``batch`` bounds the texts of one go, ``linger_s`` is how
    long the first of them waits for others."""

    path: str
    runtime: str
    device: str = "cpu"
    batch: int = 16
    linger_s: float = 0.005


class LocalScorer:
    """Scores texts with the model of a folder; a ScoreRuntime. Use it from one event loop."""

    def __init__(self, folder: Folder, program: Sequence[str] = ()) -> None:
        self._folder = folder
        self._program = tuple(program) or (
            sys.executable, "-m", "models.scoring_child", folder.path,
            "--runtime", folder.runtime, "--device", folder.device,
        )  # fmt: skip
        self._breaker = CircuitBreaker(_FAILURES, _PAUSE_S, time.monotonic)
        self._waiting: list[tuple[str, asyncio.Future[Scores]]] = []
        self._arrived = asyncio.Event()
        self._child: asyncio.subprocess.Process | None = None
        self._runner: asyncio.Task[None] | None = None
        self._ending = False
        self.batches: list[int] = []
        """Sizes of the last batches, newest last."""

    async def score(self, texts: Sequence[str], *, deadline_s: float) -> list[Scores]:
        """Return the probabilities of the labels per text, in order.

        Raises TimeoutError after ``deadline_s`` seconds (also while the model loads),
        ConnectionError if the model does not run, ValueError if it could not score.
        """
        loop = asyncio.get_running_loop()
        hopes: list[asyncio.Future[Scores]] = [loop.create_future() for _ in texts]
        try:
            async with asyncio.timeout(deadline_s):
                await self._be_running()
                self._waiting += zip(texts, hopes, strict=True)
                self._arrived.set()
                return [await hope for hope in hopes]
        except TimeoutError:
            raise TimeoutError("the model did not answer before the deadline") from None
        finally:
            for hope in hopes:
                if not hope.cancel() and not hope.cancelled():
                    hope.exception()  # seen, though somebody else's was raised

    async def _be_running(self) -> None:
        """Start a process unless one is there; one that is about to end is waited for."""
        while self._runner is not None and self._ending:
            await asyncio.wait({self._runner})
        if self._runner is None or self._runner.done():
            if not self._breaker.admit():
                raise ConnectionError("the model failed repeatedly; it is tried again later")
            self._runner = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """End the process."""
        runner, self._runner = self._runner, None
        if runner is not None:
            if not self._ending:  # whoever ends already is let finish
                runner.cancel()
            await asyncio.wait({runner})

    async def _run(self) -> None:
        """Keep a process, and feed it batches until it fails or this is cancelled."""
        try:
            child = await self._start()
            while True:
                await self._arrived.wait()
                if len(self._waiting) < self._folder.batch:
                    await asyncio.sleep(self._folder.linger_s)
                await self._feed(child)
                self._breaker.worked()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            self._breaker.failed()
        finally:
            self._ending = True
            await self._end()
            self._ending = False

    async def _start(self) -> asyncio.subprocess.Process:
        environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._child = await asyncio.create_subprocess_exec(
            *self._program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, limit=_LONGEST_LINE, env=environ,
        )  # fmt: skip
        await _read(self._child)
        return self._child

    async def _feed(self, child: asyncio.subprocess.Process) -> None:
        """Have the next batch scored; those who gave up are left out."""
        size = self._folder.batch
        batch = [(text, hope) for text, hope in self._waiting[:size] if not hope.done()]
        del self._waiting[:size]
        if not self._waiting:
            self._arrived.clear()
        if not batch:
            return
        assert child.stdin is not None
        try:
            child.stdin.write(msgspec.json.encode({"texts": [text for text, _ in batch]}) + b"\n")
            await child.stdin.drain()
            answer = await _read(child)
        except BaseException:
            _fail(batch, ConnectionError("the model's process ended"))
            raise
        self.batches = [*self.batches[-9:], len(batch)]
        scores = answer.get("scores")
        if not isinstance(scores, list) or len(scores) != len(batch):
            _fail(batch, ValueError("the model could not score the text"))
            return
        for (_, hope), one in zip(batch, scores, strict=True):
            if not hope.done():
                hope.set_result(one)

    async def _end(self) -> None:
        child, self._child = self._child, None
        waiting, self._waiting = self._waiting, []
        self._arrived.clear()
        _fail(waiting, ConnectionError("the model does not run"))
        if child is not None:
            with suppress(ProcessLookupError):
                child.kill()
            await _gone(child)


def _fail(batch: Sequence[tuple[str, asyncio.Future[Scores]]], error: Exception) -> None:
    for _, hope in batch:
        if not hope.done():
            hope.set_exception(error)


async def _gone(child: asyncio.subprocess.Process) -> None:
    """Wait until a killed process and its pipes are gone."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    with suppress(OSError):
        await child.stdout.read()
    await child.wait()


async def _read(child: asyncio.subprocess.Process) -> dict[str, object]:
    assert child.stdout is not None
    line = await child.stdout.readline()
    if not line:
        raise ConnectionError("the model's process ended")
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = None
    if not isinstance(value, dict):
        raise ValueError("the model's process talks nonsense")
    return value
