"""SIGTERM during streams: they finish, or end at the drain's limit; every record is true."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from contextlib import suppress

from tests.edge_kit import DONE, Client, Conversation, Script, ScriptedUpstream
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
)

STREAMS = 4


async def begin(program: Program) -> tuple[Client, str, bytes]:
    """Begin a stream; returns its client, its exchange and its first bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
    client = Client(reader, writer)
    await client.post(chat(stream=True), PROVIDER_KEY)
    _, headers = await client.head()
    return client, headers["x-sealgate-exchange"], await client.chunk()


def slow_stream(go: asyncio.Event) -> Script:
    """Return an upstream that waits in the middle of its stream."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("前半"))
        await go.wait()
        for piece in (event("后半"), FINISH, DONE):
            await talk.chunk(piece)
        await talk.end_stream()

    return script


async def test_streams_finish(launch: Launch, upstream: ScriptedUpstream) -> None:
    """The streams of both workers end as if nothing was, the records are closed, exit code 0."""
    go = asyncio.Event()
    upstream.script = slow_stream(go)
    program = await launch(workers=2)
    streams = [await begin(program) for _ in range(STREAMS)]
    program.signal(signal.SIGTERM)

    async def draining() -> bool:
        got = await program.get("/readyz")
        return got.status == 503 and json.loads(got.body)["status"] == "draining"

    await until(draining)

    async def refused() -> bool:
        with suppress(ConnectionResetError):  # taken by the system, and closed unread
            try:
                await program.get("/livez", program.port)
            except ConnectionRefusedError:
                return True
        return False

    await until(refused)
    go.set()
    for client, _, first in streams:
        assert said(first + await read_stream(client)).endswith("前半后半")
        client.writer.transport.abort()
    assert await program.ended() == 0
    for _, exchange, _ in streams:
        record = await program.record(exchange)
        assert (record.state, record.facts["close"]["outcome"]) == ("closed", "passed")
    assert not program.verify().fault


async def test_ends_at_the_limit(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Beyond ``drain_s`` a stream is ended with an error of the protocol, and its record says what
    was released and why it ended."""
    upstream.script = slow_stream(asyncio.Event())
    program = await launch(workers=1, drain_s=1.0)
    client, exchange, first = await begin(program)
    began_s = time.monotonic()
    program.signal(signal.SIGTERM)
    rest = await read_stream(client)
    assert await program.ended() == 0
    assert time.monotonic() - began_s > 0.8
    await is_cut(program, client, exchange, first + rest)


async def test_a_reload_before_the_end(launch: Launch, upstream: ScriptedUpstream) -> None:
    """A stream that outlived a reload has ``drain_s`` like all others once the program ends."""
    upstream.script = slow_stream(asyncio.Event())
    program = await launch(workers=1, drain_s=1.0)
    client, exchange, first = await begin(program)
    program.signal(signal.SIGHUP)

    async def reloaded() -> bool:
        return int((await program.ready())["generation"]) == 2

    await until(reloaded)
    program.signal(signal.SIGTERM)
    rest = await read_stream(client)
    assert await program.ended() == 0
    await is_cut(program, client, exchange, first + rest)


async def is_cut(program: Program, client: Client, exchange: str, got: bytes) -> None:
    """A stream ended with the protocol's error, and its record says how far it came and why."""
    assert b'"error"' in got
    client.writer.transport.abort()
    record = await program.record(exchange)
    close = record.facts["close"]
    assert record.state == "closed"
    assert (close["outcome"], close["error"]) == ("gateway_error", "draining")
    assert said(got) in answered(record)
