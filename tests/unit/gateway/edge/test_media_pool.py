"""The pool of sealing processes. (What goes through it: tests/faults/test_generated_files.py.)"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from gateway.config.settings import MediaSettings
from gateway.edge.media_pool import MediaPool, ReadPool
from gateway.engine.file_seal import seal_process
from gateway.nouns.errors import MarkFailed, Overloaded
from gateway.ports.adapter import Coding
from gateway.ports.media import Reading, ReadOrder
from gateway.ports.session import Sealed, SealOrder
from tests.media_kit import claim, png, recipe


def _order(content: bytes = b"") -> SealOrder:
    return SealOrder(1, (content or png(),), Coding.RAW, "", claim())


async def test_processes_are_made_when_they_are_needed() -> None:
    """One serves one order after another; it is nice, and dies with the pool."""
    pool = MediaPool(seal_process(recipe()), MediaSettings())
    assert pool.processes == ()
    assert isinstance(await pool.seal(_order()), Sealed)
    (pid,) = pool.processes
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 15
    assert isinstance(await pool.seal(_order()), Sealed)
    assert pool.processes == (pid,)
    os.kill(pid, signal.SIGKILL)
    assert isinstance(await pool.seal(_order()), MarkFailed)
    assert isinstance(await pool.seal(_order()), Sealed)
    await pool.close()
    assert pool.processes == ()
    assert isinstance(await pool.seal(_order()), Overloaded)


async def test_closing_ends_what_runs() -> None:
    """Whoever waits is not left waiting."""
    pool = MediaPool(seal_process(recipe()), MediaSettings())
    waiting = asyncio.create_task(pool.seal(_order(png() + b"!hang!")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await pool.close()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.done()
    assert pool.processes == ()


def _echo() -> Callable[[ReadOrder], Reading]:
    return lambda order: Reading(sound=bytes(order.content), fault=str(order.coded))  # type: ignore[arg-type]


async def test_a_file_is_read_as_it_came() -> None:
    """A file in a string arrives as its bytes, lone surrogates too."""
    pool = ReadPool(_echo, MediaSettings(), Reading)
    text = "QUJD" * 50_000 + "\ud800"
    read = await pool.read(ReadOrder(text, coded=True))
    assert read == Reading(sound=text.encode(errors="surrogatepass"), fault="True")
    assert await pool.read(ReadOrder(b"ABC")) == Reading(sound=b"ABC", fault="False")
    await pool.close()
