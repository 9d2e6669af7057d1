"""Gateway keys over two workers: limits hold over both, changes are seen by both, none goes up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.edge_kit import DONE, Client, Conversation, Got, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import FINISH, Program, chat, event, read_stream, until, whole

UPSTREAM_KEY = "sk-upstream-0123456789"


@pytest.fixture
async def keyed(
    launch: Launch, upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Program:
    """Two workers that only know gateway keys; the upstream has a key of its own."""

    async def script(talk: Conversation) -> None:
        await talk.whole(whole("好的"))

    upstream.script = script
    secret = tmp_path_factory.mktemp("secret") / "key"
    secret.write_text(UPSTREAM_KEY)
    return await launch(
        workers=2, access={"mode": "keys"},
        upstream={"url": f"http://127.0.0.1:{upstream.port}", "key": f"file:{secret}"},
    )  # fmt: skip


async def create(program: Program, *words: str) -> tuple[str, str]:
    """Make a key; returns its id and the key."""
    return await program.new_key("test", *words)


async def ask(program: Program, key: str, **more: Any) -> Got:
    """Ask with a gateway key."""
    return await program.ask(chat(**more), f"authorization: Bearer {key}")


async def all_answer(program: Program, key: str, status: int) -> None:
    """Wait until every one of several requests on new connections is answered so."""

    async def look() -> bool:
        return {(await ask(program, key)).status for _ in range(8)} == {status}

    await until(look)


async def test_rate_limit(keyed: Program, upstream: ScriptedUpstream) -> None:
    """Twelve a minute over both workers: twelve pass, the rest get 429 with the usual headers."""
    _, key = await create(keyed, "--requests-per-minute", "12")
    _, newer = await create(keyed)
    await all_answer(keyed, newer, 200)  # so both workers know the older one too
    before = len(upstream.heard)
    answers = await asyncio.gather(*(ask(keyed, key) for _ in range(30)))
    passed = [got for got in answers if got.status == 200]
    refused = [got for got in answers if got.status == 429]
    assert len(passed) + len(refused) == 30
    spent = len(upstream.heard) - before
    assert 12 <= spent <= 14  # a token comes back every five seconds
    left = [int(got.headers["x-ratelimit-remaining-requests"]) for got in passed]
    assert len(set(left)) == len(left), "two workers gave the same place away"
    for got in refused:
        assert got.code == "rate_limit_exceeded"
        assert got.headers["x-ratelimit-limit-requests"] == "12"
        assert got.headers["x-ratelimit-remaining-requests"] == "0"
        assert 1 <= int(got.headers["retry-after"]) <= 5
        assert got.headers["x-ratelimit-reset-requests"].endswith("s")
    numbers = await keyed.counted("rate_limited_total", len(refused))
    assert numbers.sum("rate_limited_total") == len(refused)


async def test_concurrency_limit(keyed: Program, upstream: ScriptedUpstream) -> None:
    """Two at once over both workers, whoever has them; a place is free as soon as an answer ended,
    was refused, or its client left."""
    go = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("一"))
        await go.wait()
        await talk.chunk(FINISH)
        await talk.chunk(DONE)
        await talk.end_stream()

    _, key = await create(keyed, "--concurrent", "2")
    await all_answer(keyed, key, 200)
    upstream.script = script
    streams = []
    for _ in range(2):
        reader, writer = await asyncio.open_connection("127.0.0.1", keyed.port)
        client = Client(reader, writer)
        await client.post(chat(stream=True), f"authorization: Bearer {key}")
        assert (await client.head())[0] == 200
        streams.append(client)
    refused = [await ask(keyed, key, stream=True) for _ in range(6)]
    assert {got.status for got in refused} == {429}
    assert all(int(got.headers["retry-after"]) >= 1 for got in refused)
    go.set()
    assert DONE in await read_stream(streams[0])
    assert (await ask(keyed, key, stream=True)).status == 200
    streams[1].writer.transport.abort()
    streams[0].writer.transport.abort()

    async def free() -> bool:
        both = await asyncio.gather(*(ask(keyed, key, stream=True) for _ in range(2)))
        return {got.status for got in both} == {200}

    await until(free)


async def test_keys_come_and_go(keyed: Program, upstream: ScriptedUpstream) -> None:
    """A key that was made, replaced or revoked is that in both workers soon, without a reload, and
    none of them is ever seen by the upstream."""
    unknown = "sk-sg-" + "x" * 43
    assert (await ask(keyed, unknown)).code == "invalid_api_key"
    name, key = await create(keyed)
    await all_answer(keyed, key, 200)
    code, rotated = await keyed.run("key", "rotate", name, "--grace", "0s")
    assert code == 0, rotated
    await all_answer(keyed, key, 401)
    await all_answer(keyed, rotated["key"], 200)
    assert (await keyed.run("key", "revoke", name))[0] == 0
    await all_answer(keyed, rotated["key"], 401)
    assert upstream.heard
    for heard in upstream.heard:
        assert heard.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
        assert "sk-sg-" not in json.dumps(heard.headers) + heard.body.decode()
    at_rest = b"".join(path.read_bytes() for path in keyed.state.rglob("*") if path.is_file())
    assert key.encode() not in at_rest
    assert rotated["key"].encode() not in at_rest
    assert key not in keyed.log


async def test_keys_go_while_their_streams_run(
    keyed: Program, upstream: ScriptedUpstream
) -> None:
    """What was let in goes on to its end; a new secret of the key has the key's places, not new
    ones; nobody else gets in."""
    go = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("一"))
        await go.wait()
        await talk.chunk(event("二") + FINISH + DONE)
        await talk.end_stream()

    name, key = await create(keyed, "--concurrent", "2")
    await all_answer(keyed, key, 200)
    upstream.script = script
    async with Client.to(keyed.port) as first, Client.to(keyed.port) as second:
        for client in (first, second):
            await client.post(chat(stream=True), f"authorization: Bearer {key}")
            assert (await client.head())[0] == 200
        _, rotated = await keyed.run("key", "rotate", name, "--grace", "0s")
        await all_answer(keyed, key, 401)
        await all_answer(keyed, rotated["key"], 429)
        assert (await keyed.run("key", "revoke", name))[0] == 0
        await all_answer(keyed, rotated["key"], 401)
        go.set()
        for client in (first, second):
            assert "二".encode() in await read_stream(client)
