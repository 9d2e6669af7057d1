"""The client does everything wrong: a clear 4xx or a clean end, and the server alive."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket

import msgspec
import pytest

from gateway.nouns.errors import TooManyRequests, Unauthorized
from gateway.nouns.policy import Policy, StreamRules, SubjectSource
from gateway.nouns.verdict import Refusal
from tests.conftest import Starter
from tests.edge_doubles import Listening
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    FIRST,
    SSE,
    WHOLE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    request_bytes,
    say_whole,
    still_alive,
)

BAD_BODIES = {
    "nothing": b"",
    "no json": b"{",
    "a list": b"[]",
    "a number for messages": b'{"model":"m","messages":7}',
    "no messages": b'{"model":"m"}',
    "empty messages": b'{"model":"m","messages":[]}',
    "a message that is no object": b'{"model":"m","messages":["hi"]}',
    "not utf-8": b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep inside": b'{"model":"m","messages":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
    "not a number": b'{"model":"m","messages":[{"role":"user","content":NaN}]}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_bad_bodies(here: GatewayHere, upstream: ScriptedUpstream, name: str) -> None:
    """A body that is not the protocol is a 400 in its shape, and nobody is asked."""
    got = await ask(here.port, BAD_BODIES[name])
    assert (got.status, got.code) == (400, "invalid_request")
    assert upstream.heard == []
    assert here.counts.facts[0].outcome.value == "client_error"
    await still_alive(here, upstream)


async def test_lone_surrogates_pass(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A lone surrogate escape is legal JSON: the upstream gets the same bytes."""
    body = b'{"model":"m","messages":[{"role":"user","content":"a\\ud800b"}]}'
    assert (await ask(here.port, body)).status == 200
    assert upstream.heard[0].body == body


async def test_large_body_is_forwarded_whole(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Nine megabytes are below the limit and arrive as they are."""
    text = json.dumps("x" * 9_000_000).encode()
    body = b'{"model":"m","messages":[{"role":"user","content":' + text + b"}]}"
    async with asyncio.timeout(60):
        assert (await ask(here.port, body)).status == 200
    assert upstream.heard[0].body == body


@pytest.mark.parametrize("chunked", [False, True])
async def test_body_of_100_megabytes(
    here: GatewayHere, upstream: ScriptedUpstream, *, chunked: bool
) -> None:
    """100 MB are thrown away as they come; a client that writes all of it reads a 413."""
    piece = b" " * 1_000_000
    async with Client.to(here.port) as client:
        line = "transfer-encoding: chunked" if chunked else "content-length: 100000000"
        await client.send(request_bytes(b"", line, length=False))
        for _ in range(100):
            await client.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        await client.send(b"0\r\n\r\n" if chunked else b"")
        got = await client.get()
    assert (got.status, got.code) == (413, "request_too_large")
    assert upstream.heard == []
    await still_alive(here, upstream)


async def test_body_declared_beyond_reason(here: GatewayHere) -> None:
    """A declared terabyte is refused before a byte of it is read."""
    async with Client.to(here.port) as client:
        await client.send(request_bytes(b"", "content-length: 1000000000000", length=False))
        got = await client.get()
        assert (got.status, got.headers["connection"]) == (413, "close")
        assert await client.reader.read() == b""


async def test_slow_body(start: Starter) -> None:
    """A body that trickles is refused after its time, and the connection ends."""
    here = await start(limits={"request_body_s": 0.5})
    async with Client.to(here.port) as client:
        await client.send(request_bytes(b"", "content-length: 1000", length=False))
        await client.send(b"{")
        got = await client.get()
        assert (got.status, got.code) == (400, "invalid_request")
        assert b"limits.request_body_s" in got.body
        assert await client.reader.read() == b""


@pytest.mark.parametrize("start_of_request", [b"", b"POST /v1/chat/completions HTTP/1.1\r\nhos"])
async def test_slow_headers(start: Starter, start_of_request: bytes) -> None:
    """A connection that never brings its headers is closed after the same time."""
    here = await start(limits={"request_body_s": 0.5})
    async with Client.to(here.port) as client:
        await client.send(start_of_request)
        async with asyncio.timeout(60):
            assert await client.reader.read() == b""


@pytest.mark.parametrize("phase", ["body", "waiting", "streaming"])
async def test_client_leaves(here: GatewayHere, upstream: ScriptedUpstream, phase: str) -> None:
    """When the client leaves, the upstream is let go at once, and the record says so."""
    asked, left = asyncio.Event(), asyncio.Event()

    async def script(talk: Conversation) -> None:
        if phase == "streaming":
            await talk.start_stream()
            await talk.chunk(FIRST)
        asked.set()
        await talk.left()
        left.set()

    upstream.script = script
    async with Client.to(here.port) as client:
        if phase == "body":
            await client.send(request_bytes(b"", "content-length: 1000", length=False))
            await asyncio.sleep(0.05)
        else:
            await client.post(CHAT_STREAM)
            await asked.wait()
        if phase == "streaming":
            await client.head()
            assert await client.chunk() == FIRST
    await here.quiet(2)
    assert here.counts.facts[0].outcome.value == "client_gone"
    if phase == "body":
        assert here.journal.entries == []
        return
    async with asyncio.timeout(60):
        await left.wait()
    closed = await here.closed()
    assert closed.outcome == "client_gone"
    assert closed.sent_bytes == (len(FIRST) if phase == "streaming" else 0)
    await still_alive(here, upstream)


@pytest.mark.parametrize("events", [(), SSE])
async def test_client_that_sends_no_more_gets_its_answer(
    here: GatewayHere, upstream: ScriptedUpstream, events: tuple[bytes, ...]
) -> None:
    """It closed its own end only: the answer comes, and ends the connection."""
    go = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await go.wait()
        await (talk.stream(*events) if events else talk.whole(WHOLE))

    upstream.script = script
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM if events else CHAT)
        client.writer.write_eof()
        assert (await client.head())[0] == 100
        await asyncio.sleep(0.6)  # it is looked at some times
        go.set()
        assert (await client.get()).body == (b"".join(events) or WHOLE)
        async with asyncio.timeout(60):
            assert await client.reader.read() == b""
    assert (await here.closed()).outcome == "passed"


async def test_all_requests_before_the_clients_end_are_served(here: GatewayHere) -> None:
    """No interim word comes between answers that stand in a row."""
    async with Client.to(here.port) as client:
        await client.send(request_bytes(CHAT) * 2)
        client.writer.write_eof()
        assert [(await client.get()).body for _ in range(2)] == [WHOLE] * 2
        async with asyncio.timeout(60):
            assert await client.reader.read() == b""


async def test_client_leaves_and_the_policy_drains(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """on_disconnect: drain reads the upstream to its end for the usage, and sends nothing."""
    go = asyncio.Event()
    usage = b'data: {"id":"c","choices":[],"usage":{"total_tokens":7}}\n\n'

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await go.wait()
        await talk.chunk(usage)
        await talk.end_stream()

    upstream.script = script
    here = await start(policy=Policy(stream=StreamRules(on_disconnect="drain")))
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        await client.chunk()
    await asyncio.sleep(0.05)
    go.set()
    closed = await here.closed()
    assert (closed.outcome, closed.sent_bytes) == ("client_gone", len(FIRST))
    assert closed.usage == {"total_tokens": 7}


async def _flood(talk: Conversation, told: list[int]) -> None:
    """Send events without end, noting how many bytes the gateway took."""
    await talk.start_stream()
    while True:
        await talk.chunk(FIRST * 100)
        told[0] += len(FIRST) * 100


async def test_slow_reader_pauses_the_upstream_and_is_cut(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """A client that does not read stops the upstream's reading, and is cut after its time."""
    told = [0]
    upstream.script = lambda talk: _flood(talk, told)
    here = await start(limits={"slow_reader_s": 3.0})
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", here.port))
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_sendall(sock, request_bytes(CHAT_STREAM))
        before, still = -1, 0
        async with asyncio.timeout(60):  # the sockets' own buffers take some megabytes
            while still < 3:  # once proves little on a busy machine
                await asyncio.sleep(0.2)
                still = still + 1 if told[0] == before > 0 else 0
                before = told[0]
        assert here.proxy.running == 1
        await here.quiet(10)
        assert told[0] == before
    finally:
        sock.close()
    closed = await here.closed()
    assert (closed.outcome, closed.error) == ("client_gone", "reader_too_slow")
    assert closed.sent_bytes < told[0]


async def test_reader_that_pauses_gets_everything(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """A reader that rests less than the limit loses nothing."""
    events = [FIRST * 100] * 200

    async def script(talk: Conversation) -> None:
        await talk.stream(*events)

    upstream.script = script
    here = await start(limits={"slow_reader_s": 5.0})
    async with Client.to(here.port, limit=4096) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        await asyncio.sleep(0.5)
        size = 0
        while piece := await client.chunk():
            size += len(piece)
    assert size == len(events) * len(FIRST) * 100


@pytest.mark.parametrize("coding", ["gzip", "br", "x-unknown"])
async def test_encoded_body(here: GatewayHere, upstream: ScriptedUpstream, coding: str) -> None:
    """A gzip body is decoded and goes up decoded; what is not of its encoding is a 415."""
    body = gzip.compress(CHAT)
    got = await ask(here.port, body, f"content-encoding: {coding}")
    if coding == "gzip":
        assert got.status == 200
        assert upstream.heard[0].body == CHAT
        assert "content-encoding" not in upstream.heard[0].headers
    else:
        assert (got.status, got.code) == (415, "invalid_request")
        assert upstream.heard == []


async def test_body_that_explodes(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A small gzip body that becomes a large one is refused."""
    got = await ask(here.port, gzip.compress(b" " * 50_000_000), "content-encoding: gzip")
    assert (got.status, got.code) == (413, "request_too_large")
    assert upstream.heard == []


async def test_no_key(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Who is not let in gets a 401 and leaves no record."""
    here.door.failure = Unauthorized()
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (401, "invalid_api_key")
    assert here.journal.entries == []
    assert here.counts.facts[0].outcome.value == "refused"


async def test_too_many(here: GatewayHere) -> None:
    """Above its limit a key gets a 429 with the usual header lines."""

    def full(principal: object, now_s: float) -> None:
        raise TooManyRequests(retry_after_s=3)

    here.door.admit = full  # type: ignore[assignment,method-assign]
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (429, "rate_limit_exceeded")
    assert got.headers["retry-after"] == "3"
    assert got.headers["x-ratelimit-remaining-requests"] == "0"


async def test_subject_wanted(start: Starter, upstream: ScriptedUpstream) -> None:
    """A policy that wants the end user refuses a request without one, and says where to put it."""
    here = await start(policy=Policy(subject=SubjectSource(missing="refuse")))
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (400, "invalid_request")
    assert b"header:x-user-id" in got.body
    with_user = CHAT.replace(b'"model"', b'"user":"u","model"')
    assert (await ask(here.port, with_user)).status == 200


@pytest.mark.parametrize("style", ["error", "completion", "field"])
async def test_refused_input(start: Starter, upstream: ScriptedUpstream, style: str) -> None:
    """A refusal of the input is said in the policy's style, recorded, and nobody is asked."""
    policy = Policy()
    here = await start(policy=_with_style(policy, style))
    refusal = Refusal("content_filter", "not this", "r1", "A1")
    here.judge.make_input = lambda admission: Listening(refusal)
    for body in (CHAT, CHAT_STREAM):
        got = await ask(here.port, body)
        assert got.status == (400 if style == "error" else 200)
        assert b"not this" in got.body
        assert got.headers["x-sealgate-verdict"] == "blocked_input"
    await here.quiet()
    assert upstream.heard == []
    assert [entry.body for entry in here.journal.entries] == [CHAT, CHAT_STREAM]
    assert {entry.closed.outcome for entry in here.journal.entries if entry.closed} == {
        "blocked_input"
    }


def _with_style(policy: Policy, style: str) -> Policy:
    return msgspec.structs.replace(
        policy, answer=msgspec.structs.replace(policy.answer, input=style)
    )


async def test_more_exchanges_than_allowed(start: Starter, upstream: ScriptedUpstream) -> None:
    """Above the limit of exchanges one is told to come again; the running one goes on."""
    go, asked = asyncio.Event(), asyncio.Event()

    async def script(talk: Conversation) -> None:
        asked.set()
        await go.wait()
        await say_whole(talk)

    upstream.script = script
    here = await start(limits={"exchanges": 1})
    async with Client.to(here.port) as client:
        await client.post(CHAT)
        await asked.wait()
        got = await ask(here.port, CHAT)
        assert (got.status, got.code) == (503, "overloaded")
        assert got.headers["retry-after"] == "1"
        go.set()
        assert (await client.get()).body == WHOLE


async def test_probes_need_no_key(here: GatewayHere) -> None:
    """The probes answer without a key, and readiness ends when draining begins."""
    here.door.failure = Unauthorized()
    for path in ("/livez", "/readyz", "/health/liveliness", "/health/readiness"):
        assert (await ask(here.port, b"", path=path, method="GET")).status == 200
    here.proxy.draining = True
    assert (await ask(here.port, b"", path="/livez", method="GET")).status == 200
    got = await ask(here.port, b"", path="/readyz", method="GET")
    assert (got.status, json.loads(got.body)["status"]) == (503, "draining")
