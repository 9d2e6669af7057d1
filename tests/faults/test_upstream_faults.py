"""The upstream fails in every way: a clear error or a clean end, and a true record."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import Starter
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    FIRST,
    SSE,
    WHOLE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    say_stream,
    still_alive,
)

ERROR = b'{"error":{"message":"no","type":"x","param":null,"code":"model_not_found"}}'


async def test_refused_connection(
    start: Starter, upstream: ScriptedUpstream, free_port: int
) -> None:
    """Nobody listens: 502 in the protocol's shape, after the allowed second try."""
    here = await start(upstream={"url": f"http://127.0.0.1:{free_port}", "retries": 1})
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_unreachable")
    closed = await here.closed()
    assert (closed.outcome, closed.error, closed.status) == (
        "upstream_error", "upstream_unreachable", 502,
    )  # fmt: skip


async def test_unknown_host(start: Starter) -> None:
    """The host name does not exist: the same, naming the setting."""
    here = await start(upstream={"url": "http://nowhere.invalid", "retries": 0})
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_unreachable")
    assert b"upstream.url" in got.body


async def test_reset_before_the_first_byte(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Reset after the request went up: 502, and the request is not sent twice."""

    async def script(talk: Conversation) -> None:
        talk.reset()

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_broken")
    assert len(upstream.heard) == 1
    await still_alive(here, upstream)


async def test_hang_before_the_first_byte(start: Starter, upstream: ScriptedUpstream) -> None:
    """Silence instead of a status: 504 after first_byte_s, and the upstream is let go."""
    left = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.left()
        left.set()

    upstream.script = script
    here = await start(upstream={"first_byte_s": 0.3})
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (504, "upstream_timeout")
    assert b"upstream.first_byte_s" in got.body
    async with asyncio.timeout(60):
        await left.wait()


async def test_hang_mid_stream(start: Starter, upstream: ScriptedUpstream) -> None:
    """Silence between events: what came stays, then the stream's own error and its end."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await talk.left()

    upstream.script = script
    here = await start(upstream={"idle_s": 0.3})
    got = await ask(here.port, CHAT_STREAM)
    assert got.status == 200
    assert got.body.startswith(FIRST)
    assert b'"upstream_timeout"' in got.body
    assert got.body.endswith(DONE)
    closed = await here.closed()
    assert (closed.outcome, closed.error) == ("upstream_error", "upstream_timeout")
    assert closed.sent_bytes == len(got.body)


async def test_hang_inside_a_whole_answer(start: Starter, upstream: ScriptedUpstream) -> None:
    """Silence inside a whole answer: nothing was sent yet, so a 504."""

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: application/json", "content-length: 99")
        await talk.raw(WHOLE[:20])
        await talk.left()

    upstream.script = script
    here = await start(upstream={"idle_s": 0.3})
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (504, "upstream_timeout")


async def test_endless_stream_meets_the_total_limit(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """A stream that never ends is ended after total_s."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        for _ in range(500):
            await talk.chunk(FIRST)
            await asyncio.sleep(0.02)

    upstream.script = script
    here = await start(upstream={"total_s": 0.5})
    got = await ask(here.port, CHAT_STREAM)
    assert b"upstream.total_s" in got.body
    assert got.body.endswith(DONE)


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_break_mid_stream(here: GatewayHere, upstream: ScriptedUpstream, how: str) -> None:
    """The connection breaks between chunks: the client is told, not left with a half answer."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.05)
        if how == "reset":
            talk.reset()
        raise ConnectionError

    upstream.script = script
    got = await ask(here.port, CHAT_STREAM)
    assert got.body.startswith(FIRST)
    assert b'"upstream_broken"' in got.body
    assert (await here.closed()).outcome == "upstream_error"
    await still_alive(here, upstream)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 502, 503, 529])
async def test_error_statuses_pass(
    here: GatewayHere, upstream: ScriptedUpstream, status: int
) -> None:
    """An upstream's own error comes as it is, retry-after too, for stream requests as well."""

    async def script(talk: Conversation) -> None:
        await talk.whole(ERROR, "retry-after: 7", status=status)

    upstream.script = script
    for body in (CHAT, CHAT_STREAM):
        got = await ask(here.port, body)
        assert (got.status, got.body) == (status, ERROR)
        assert got.headers["retry-after"] == "7"
        assert got.headers["content-type"] == "application/json"
    assert {fact.outcome.value for fact in here.counts.facts} == {"upstream_error"}


async def test_content_refusal_of_the_upstream(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """The upstream's own content refusal has an outcome of its own."""
    body = b'{"error":{"message":"no","type":"x","param":null,"code":"content_filter"}}'

    async def script(talk: Conversation) -> None:
        await talk.whole(body, status=400)

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.body) == (400, body)
    assert (await here.closed()).outcome == "upstream_blocked"


@pytest.mark.parametrize("status", [200, 502, 429])
async def test_web_page_instead_of_the_api(
    here: GatewayHere, upstream: ScriptedUpstream, status: int
) -> None:
    """HTML never reaches an API client: our error, with the upstream's status if it was one."""

    async def script(talk: Conversation) -> None:
        await talk.whole(
            b"<html>secret</html>", "content-type: text/html", "retry-after: 9", status=status
        )

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502 if status == 200 else status, "upstream_broken")
    assert b"secret" not in got.body
    assert got.headers.get("retry-after") == (None if status == 200 else "9")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_not_followed(
    here: GatewayHere, upstream: ScriptedUpstream, status: int
) -> None:
    """A redirect is an error that names the setting; the key goes nowhere else."""

    async def script(talk: Conversation) -> None:
        where = f"location: http://127.0.0.1:{upstream.port}/elsewhere"
        await talk.whole(b"", where, status=status)

    upstream.script = script
    got = await ask(here.port, CHAT, "authorization: Bearer k")
    assert (got.status, got.code) == (502, "upstream_broken")
    assert b"upstream.url" in got.body
    assert len(upstream.heard) == 1


async def test_connection_closed_in_place_of_a_length(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """An HTTP/1.0 upstream ends its answer by closing."""

    async def script(talk: Conversation) -> None:
        await talk.raw(b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + WHOLE)
        raise ConnectionError

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.body) == (200, WHOLE)


async def test_garbage_instead_of_http(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Something that is no HTTP at all: 502."""

    async def script(talk: Conversation) -> None:
        await talk.raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        raise ConnectionError

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_broken")


@pytest.mark.parametrize("status", [0, 101, 600, 999])
async def test_status_outside_of_http(
    here: GatewayHere, upstream: ScriptedUpstream, status: int
) -> None:
    """A status that ends no request is a 502, and no client waits for more."""

    async def script(talk: Conversation) -> None:
        await talk.raw(b"HTTP/1.1 %03d X\r\ncontent-length: 2\r\n\r\n{}" % status)

    upstream.script = script
    for body in (CHAT, CHAT_STREAM):
        got = await ask(here.port, body)
        assert (got.status, got.code) == (502, "upstream_broken")
    await still_alive(here, upstream)


async def test_header_values_that_are_none(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Control characters and what nobody judges stay behind; the answer comes."""

    async def script(talk: Conversation) -> None:
        await talk.whole(
            WHOLE, "openai-processing-ms: 1\x01", "openai-version: 绿皮大象", "openai-model: m"
        )

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.body) == (200, WHOLE)
    assert [name for name in got.headers if name.startswith("openai-")] == ["openai-model"]


async def test_plain_route_breaks(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A plain answer that breaks after its start cannot be mended: the connection is cut."""

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: application/json", "content-length: 99")
        await talk.raw(b'{"data"')
        await asyncio.sleep(0.05)
        talk.reset()

    upstream.script = script
    async with Client.to(here.port) as client:
        await client.send(b"GET /v1/models HTTP/1.1\r\nhost: g\r\n\r\n")
        await client.head()
        rest = await client.reader.read(-1)
        assert b"0\r\n\r\n" not in rest


async def test_keep_alive_while_the_upstream_thinks(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """Silence brings one comment line without an empty line, between events only."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await asyncio.sleep(0.8)
        await talk.chunk(FIRST)
        await talk.chunk(DONE)
        await talk.end_stream()

    upstream.script = script
    here = await start(keep_alive_s=0.3)
    got = await ask(here.port, CHAT_STREAM)
    kept = got.body.count(b": keep-alive\n")
    assert kept >= 1
    assert b": keep-alive\n\n" not in got.body
    assert got.body.replace(b": keep-alive\n", b"") == FIRST + DONE


async def test_stream_of_a_whole_request(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """What the upstream sends decides: an event stream to a plain request is still guarded."""
    upstream.script = say_stream
    got = await ask(here.port, CHAT)
    assert got.body == b"".join(SSE)
    assert [text.text for text in here.entry.texts] == ["one", "two"]
