"""The store away, the disk full, syncing: exchanges go on or are refused, no record is lost."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import (
    FINISH,
    PROVIDER_KEY,
    Program,
    answered,
    chat,
    event,
    read_stream,
    said,
    until,
    whole,
)


async def answer(talk: Conversation) -> None:
    """The usual answers."""
    if b'"stream"' in talk.heard.body:
        await talk.stream(event("一"), event("二"), FINISH, DONE)
    else:
        await talk.whole(whole("好的"))


@contextmanager
def locked(program: Program) -> Iterator[None]:
    """Somebody else holds the database's write lock and does not let go."""
    other = sqlite3.connect(program.state / "ledger.db", timeout=10, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


@contextmanager
def a_folder_in_its_place(program: Program) -> Iterator[None]:
    """The database is elsewhere, and what has its name cannot be one."""
    place = program.state / "ledger.db"
    away = program.state / "away.db"
    place.rename(away)
    place.mkdir()
    try:
        yield
    finally:
        place.rmdir()
        away.rename(place)


async def in_order(program: Program, count: int) -> list[str]:
    """Ask several at once; every one is answered. Returns their exchanges."""
    answers = await asyncio.gather(*(program.ask(chat(stream=n % 2 == 0)) for n in range(count)))
    assert {got.status for got in answers} == {200}
    return [got.headers["x-sealgate-exchange"].upper() for got in answers]


async def test_store_locked_for_a_while(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Exchanges go on, the spool and the age of its oldest record grow, failures are counted; when
    the store is back everything is shipped, once."""
    upstream.script = answer
    program = await launch(workers=2)
    before = await in_order(program, 5)
    await program.counted("shipped_records_total", 5)
    empty = (await program.numbers()).sum("spool_bytes")
    with locked(program):
        during = await in_order(program, 40)
        numbers = await program.counted("ship_errors_total", 1)
        assert numbers.sum("spool_oldest_unshipped_seconds") > 0
        assert numbers.sum("spool_bytes") > empty + 10_000
        assert numbers.sum("shipped_records_total") == 5
        during += await in_order(program, 5)
    numbers = await program.counted("shipped_records_total", 50)

    async def caught_up() -> bool:
        return (await program.numbers()).sum("spool_oldest_unshipped_seconds") == 0

    await until(caught_up)
    assert await program.stop() == 0
    report = program.verify()
    assert not report.fault
    assert report.records == len({*before, *during}) == 50


async def test_started_without_its_store(launch: Launch, upstream: ScriptedUpstream) -> None:
    """A gateway that is restarted and reloaded while its store is away serves all the same; its
    records wait in the spool and are shipped when the store is back."""
    upstream.script = answer
    program = await launch()
    first = await in_order(program, 3)
    assert await program.stop() == 0
    with a_folder_in_its_place(program):
        await program.start()
        second = await in_order(program, 3)
        await program.counted("ship_errors_total", 1)
        program.signal(1)
        await program.counted("reload_total", 1, result="ok")
        second += await in_order(program, 3)
    await program.counted("shipped_records_total", 6)
    assert await program.stop() == 0
    report = program.verify()
    assert not report.fault
    assert report.records == len({*first, *second}) == 9


def disk_is_full(program: Program, *, full: bool) -> None:
    """Let no file of a worker grow any more, or let it again: each write fails as on a full disk.

    (A limit of the system on the worker's process: EFBIG where a disk says ENOSPC.)
    """
    size = 0 if full else resource.RLIM_INFINITY
    for worker in program.workers:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def test_disk_full(launch: Launch, upstream: ScriptedUpstream) -> None:
    """New exchanges are refused with 503 and are not forwarded; a running stream ends with an error
    and nothing of it leaves unrecorded; the gateway lives, and serves when there is space."""
    go = asyncio.Event()

    async def script(talk: Conversation) -> None:
        if go.is_set() or b'"stream"' not in talk.heard.body:
            await answer(talk)
            return
        await talk.start_stream()
        await talk.chunk(event("前半"))
        await go.wait()
        await talk.chunk(event("没有记录的后半"))
        await talk.left()

    upstream.script = script
    program = await launch()
    alive = program.workers
    async with Client.to(program.port) as client:
        await client.post(chat(stream=True), PROVIDER_KEY)
        _, headers = await client.head()
        first = await client.chunk()
        disk_is_full(program, full=True)
        forwarded = len(upstream.heard)
        for _ in range(6):
            got = await program.ask(chat())
            assert (got.status, got.code) == (503, "ledger_unavailable")
        assert len(upstream.heard) == forwarded
        go.set()
        rest = await read_stream(client)
    assert said(first).endswith("前半")
    assert "后半" not in rest.decode()
    assert json.loads(rest.split(b"data: ")[1])["error"]["code"] == "ledger_unavailable"
    numbers = await program.counted("errors_total", 7, code="ledger_unavailable")
    assert numbers.sum("workers") == 1
    disk_is_full(program, full=False)
    kept = await in_order(program, 8)
    assert program.workers == alive
    record = await program.record(headers["x-sealgate-exchange"])
    assert answered(record) == said(first)
    assert record.facts["close"]["error"] == "ledger_unavailable"
    assert await program.stop() == 0
    report = program.verify()
    assert not report.fault
    assert report.records == len(kept) + 1


async def test_spool_limit(launch: Launch, upstream: ScriptedUpstream) -> None:
    """While the store is away, ``spool_limit_bytes`` less the reserve stops admission; what is
    running goes on in the reserve; when records are shipped new exchanges are let in."""
    upstream.script = answer
    limits = {"spool_limit_bytes": 96 * 1024, "spool_reserve_bytes": 32 * 1024,
              "segment_bytes": 16 * 1024}  # fmt: skip
    program = await launch(ledger=limits)
    with locked(program):

        async def refused() -> bool:
            got = await program.ask(chat("长" * 2000))
            assert got.status == 200 or (got.status, got.code) == (503, "ledger_unavailable")
            return got.status == 503

        await until(refused, 10)
        size = sum(path.stat().st_size for path in (program.state / "spool").glob("*.spool"))
        assert 48 * 1024 < size <= 96 * 1024

    async def let_in() -> bool:
        return (await program.ask(chat())).status == 200

    await until(let_in, 30)
    assert await program.stop() == 0
    assert not program.verify().fault


@asynccontextmanager
async def verifying(program: Program) -> AsyncIterator[list[int]]:
    """Verify the chain again and again while the gateway writes it."""
    codes: list[int] = []
    stop = asyncio.Event()

    async def work() -> None:
        while not stop.is_set():
            codes.append((await program.run("ledger", "verify"))[0])

    task = asyncio.create_task(work())
    try:
        yield codes
    finally:
        stop.set()
        await task


@pytest.mark.parametrize("fsync", ["interval", "always"])
async def test_fsync_under_load(launch: Launch, upstream: ScriptedUpstream, fsync: str) -> None:
    """With every kind of syncing, many streams at once end well, are all recorded, and the chain
    verifies at any moment in between."""
    upstream.script = answer
    program = await launch(workers=2, ledger={"fsync": fsync})
    async with verifying(program) as codes:
        exchanges = [one for _ in range(4) for one in await in_order(program, 60)]
        await program.counted("shipped_records_total", len(exchanges))
    assert set(codes) == {0}
    assert await program.stop() == 0
    report = program.verify()
    assert not report.fault
    assert report.records == len(set(exchanges)) == 240
