"""Several workers: numbers hold over all of them, and one that is killed leaves nothing undone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import (
    FINISH,
    PROVIDER_KEY,
    TERM,
    Program,
    answered,
    chat,
    event,
    said,
    until,
    whole,
)

ROUNDS = 12


async def answer(talk: Conversation) -> None:
    """Say what the request's last words ask for."""
    body = talk.heard.body
    if b"fail" in body:
        await talk.whole(b'{"error":{"message":"no"}}', status=500)
    elif b"stream" in body:
        await talk.stream(event("一"), event("二"), FINISH, DONE)
    else:
        await talk.whole(whole("绿皮大象来了" if b"tell" in body else "好的"))


async def served_by(program: Program) -> set[int]:
    """Ask the data plane who answers until every worker did."""

    async def both() -> set[int]:
        answers = [await program.get("/readyz", program.port) for _ in range(8)]
        found = {json.loads(got.body)["worker"] for got in answers}
        return found if len(found) == program.settings["workers"] else set()

    return await until(both)


async def test_numbers_hold_over_all_workers(launch: Launch, upstream: ScriptedUpstream) -> None:
    """What was sent over many connections to two workers is what one scrape counts, by outcome,
    and what the one steward shipped; the chain of both workers' records verifies."""
    upstream.script = answer
    program = await launch(workers=2, upstream={"url": f"http://127.0.0.1:{upstream.port}",
                                                "retries": 0})  # fmt: skip
    assert await served_by(program) == {0, 1}
    kinds = {
        "passed": chat("plain"), "blocked_input": chat(TERM), "blocked_output": chat("tell"),
        "upstream_error": chat("fail"), "client_error": b"{",
    }  # fmt: skip
    each = [*kinds.values(), chat("all", stream=True)]
    bodies = each * ROUNDS
    for _ in range(ROUNDS):  # a worker accepts all that wait: at once, one might take everything
        await asyncio.gather(*(program.ask(body) for body in each))
    numbers = await program.counted("exchanges_total", len(bodies))
    counted = {kind: numbers.sum("exchanges_total", outcome=kind) for kind in kinds}
    assert counted == {**dict.fromkeys(kinds, ROUNDS), "passed": 2 * ROUNDS}
    assert numbers.sum("exchanges_total") == len(bodies)
    assert numbers.sum("exchanges_total", stream="true") == ROUNDS
    assert (numbers.sum("workers"), numbers.sum("in_flight")) == (2, 0)
    assert numbers.sum("did_block_total", direction="input") == ROUNDS
    both = [path.stat().st_size for path in (program.state / "spool").glob("*.spool")]
    assert len(both) == 2
    assert min(both) > 1_000, "one worker had nothing to do"
    kept = len(bodies) - ROUNDS  # what cannot be read has no record
    await program.counted("shipped_records_total", kept)
    assert await program.stop() == 0
    code, report = await program.run("ledger", "verify")
    assert (code, report["fault"]) == (0, "")
    assert report["records"] >= kept


def holds(program: Program, client: Client) -> int:
    """Return which worker has the client's connection: the one with its port among its sockets."""
    port = client.writer.get_extra_info("sockname")[1]
    wanted = f"0100007F:{program.port:04X} 0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    (inode,) = [line.split()[9] for line in lines if wanted in line]

    def has(pid: int) -> bool:
        links = Path(f"/proc/{pid}/fd").iterdir()
        return any(str(link.readlink()) == f"socket:[{inode}]" for link in links)

    (worker,) = [pid for pid in program.workers if has(pid)]
    return worker


async def test_killed_worker(launch: Launch, upstream: ScriptedUpstream) -> None:
    """kill -9 of the worker that streams: it is replaced, what the client got is on record, its
    gauges are gone, and the key's only permit is free again."""

    async def hang(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("从前有一座庙"))
        await talk.left()

    upstream.script = hang
    program = await launch(workers=2, access={"concurrent": 1})
    async with Client.to(program.port) as client:
        await client.post(chat(stream=True), PROVIDER_KEY)
        _, headers = await client.head()
        got = await client.chunk()
        numbers = await program.numbers()
        assert (numbers.sum("in_flight"), numbers.sum("workers")) == (1, 2)
        assert (await program.ask(chat())).status == 429
        victim = holds(program, client)
        before = program.children
        os.kill(victim, signal.SIGKILL)
        assert victim in before
        assert await client.reader.read() == b""
    upstream.script = answer

    async def replaced() -> bool:
        numbers = await program.numbers()
        ours = program.workers
        return numbers.sum("workers") == 2 == len(ours) and victim not in ours

    await until(replaced)
    assert (await program.numbers()).sum("in_flight") == 0
    assert len(program.children) == 3
    assert len(program.children & before) == 2
    for _ in range(8):
        assert (await program.ask(chat())).status == 200
    record = await program.record(headers["x-sealgate-exchange"])
    assert record.state == "recovered"
    assert "从前有一座庙" in said(got)
    assert said(got) in answered(record)
    assert not program.verify().fault


async def test_killed_steward(launch: Launch, upstream: ScriptedUpstream) -> None:
    """kill -9 of the steward while records are on their way: the next one ships every one once."""
    upstream.script = answer
    program = await launch(workers=2)
    (steward,) = program.children - program.workers
    asked = asyncio.gather(*(program.ask(chat("plain")) for _ in range(60)))
    await asyncio.sleep(0.1)
    os.kill(steward, signal.SIGKILL)
    exchanges = [got.headers["x-sealgate-exchange"] for got in await asked]
    await program.counted("workers", 2)
    assert steward not in program.children
    assert len(program.children) == 3
    assert await program.stop() == 0
    report = program.verify()
    assert not report.fault
    assert report.records == len(set(exchanges)) == 60
