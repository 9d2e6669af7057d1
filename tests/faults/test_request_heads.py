"""Heads of requests that are odd: refused before anybody is asked, and the server alive."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.nouns.policy import Policy
from tests.conftest import Starter
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    PATH,
    SSE,
    WHOLE,
    Client,
    GatewayHere,
    ScriptedUpstream,
    ask,
    open_path,
    request_bytes,
    say_stream,
    still_alive,
)


async def test_huge_headers(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Headers above the limit are a 431 in the protocol's shape, however many they are."""
    for lines in (["x-a: " + "b" * 70_000], [f"x-{n}: {'b' * 100}" for n in range(1000)]):
        async with Client.to(here.port) as client:
            await client.post(CHAT, *lines)
            got = await client.get()
            assert (got.status, got.code) == (431, "request_too_large")
    await still_alive(here, upstream)


SMUGGLED = b"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\n"


async def test_hosts(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """HTTP/1.1 asks for exactly one; HTTP/1.0 did not know it."""
    head, host, body = request_bytes(CHAT).partition(b"host: g\r\n")
    for hosts in (b"", host * 2):
        async with Client.to(here.port) as client:
            await client.send(head + hosts + body)
            assert (await client.get()).status == 400
            await client.reader.read()
    async with Client.to(here.port) as client:
        await client.send((head + body).replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert (await client.get()).body == WHOLE
    await still_alive(here, upstream)


async def test_a_client_of_the_first_http(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """HTTP/1.0 knows no chunks: a stream comes as it is, and ends with the connection."""
    upstream.script = say_stream
    async with Client.to(here.port) as client:
        await client.send(request_bytes(CHAT_STREAM).replace(b"HTTP/1.1", b"HTTP/1.0"))
        status, headers = await client.head()
        assert (status, headers["connection"]) == (200, "close")
        assert "transfer-encoding" not in headers
        assert await client.reader.read() == b"".join(SSE)


async def test_a_charset_that_hides_words(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A server that obeys it would read other words than were judged."""
    got = await ask(here.port, CHAT, "content-type: application/json; charset=utf-7")
    assert (got.status, got.code) == (415, "invalid_request")
    assert upstream.heard == []


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
        b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        b"content-length: +5\r\n\r\nabcde",
        b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n5;\x00\r\nabcde\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"x: a\nx-b: c\r\n\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n+5\r\nabcde\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n5\nabcde\n0\n\n",
        b"transfer-encoding: chunked\r\n\r\n5\r\nabcdeX0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n1ffffffffffffffff\r\nabc",
        b"content-length: 5\r\ncontent-length: 5\r\n\r\nabcde",
        b"content-length: 5, 5\r\n\r\nabcde",
        b"content-length : 5\r\n\r\nabcde",
        b"content-length: 99999999999999999999999\r\n\r\nabcde",
        b"x-user-id: a\r\n mallory\r\ncontent-length: 5\r\n\r\nabcde",
        b"x-user-id: a\rb: c\r\ncontent-length: 5\r\n\r\nabcde",
        b"x-user-id: a\0b\r\ncontent-length: 5\r\n\r\nabcde",
        b" host: folded\r\ncontent-length: 5\r\n\r\nabcde",
    ],
)
async def test_lengths_that_disagree(
    here: GatewayHere, upstream: ScriptedUpstream, head: bytes
) -> None:
    """What two readers could take for two things is refused, and the connection ends."""
    async with Client.to(here.port) as client:
        await client.send(SMUGGLED + head)
        got = await client.get()
        assert got.status == 400
        await client.reader.read()
    assert upstream.heard == []
    await still_alive(here, upstream)


@pytest.mark.parametrize("pause", [False, True])
async def test_trailers_are_no_headers(
    here: GatewayHere, upstream: ScriptedUpstream, *, pause: bool
) -> None:
    """What stands behind a chunked body names no user, no key, no encoding; the next request on
    the connection is served."""
    trailers = ("x-user-id: mallory", "authorization: Bearer other", "content-encoding: gzip",
                "idempotency-key: mallory")  # fmt: skip
    line = "transfer-encoding: chunked"
    async with Client.to(here.port) as client:
        await client.send(request_bytes(b"", line, length=False))
        await asyncio.sleep(0.1 if pause else 0)
        body = b"%x\r\n%s\r\n0\r\n" % (len(CHAT), CHAT)
        await client.send(body + "\r\n".join([*trailers, "", ""]).encode())
        assert (await client.get()).body == WHOLE
        await client.post(CHAT)
        assert (await client.get()).body == WHOLE
    assert [heard.body for heard in upstream.heard] == [CHAT, CHAT]
    assert not any("mallory" in str(heard.headers) for heard in upstream.heard)


ODD_PATHS = [
    "/", "/v1", "/v1/", "/v1//chat/completions", "//v1/chat/completions", "/v1/./chat/completions",
    "/v1/../v1/chat/completions", "/v1/chat%2fcompletions", "/v1/chat%252fcompletions",
    "/v1/chat/completions/", "/V1/chat/completions", "/v1/Chat/Completions",
    "/v1/v1/chat/completions", "/v1/chat/completions;x", "/v1/chat\\completions",
    "/v1/%2e%2e/metrics", "/metrics", "/sealgate/../v1/files", "/v1/chat/completions%00",
    "/livez/../v1/files", "/v1/embeddings", "/v1/chat/completions%0d%0ax:y", "/.env",
]  # fmt: skip


@pytest.mark.parametrize("path", ODD_PATHS)
async def test_odd_paths(here: GatewayHere, upstream: ScriptedUpstream, path: str) -> None:
    """No spelling reaches anything but what the table names; the answer is an error object."""
    got = await ask(here.port, CHAT, path=path)
    assert got.status in {400, 404}
    assert "error" in json.loads(got.body)
    assert upstream.heard == []


@pytest.mark.parametrize("path", ["/%76%31/chat/completions", "/v1/chat/%63ompletions"])
async def test_needless_encoding_is_read_once(
    here: GatewayHere, upstream: ScriptedUpstream, path: str
) -> None:
    """A path with needless encoding is the same path: guarded, and forwarded in plain form."""
    assert (await ask(here.port, CHAT, path=path)).status == 200
    assert upstream.heard[0].path == PATH
    assert len(here.journal.entries) == 1


async def test_absolute_target(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A target with a host in it is served by its path; the host is nobody's business."""
    assert (await ask(here.port, CHAT, path=f"http://evil.example{PATH}")).status == 200
    assert upstream.heard[0].path == PATH


async def test_closed_path_names_the_policy_line(here: GatewayHere) -> None:
    """The refusal of a path tells how to open it."""
    got = await ask(here.port, CHAT, path="/v1/embeddings")
    assert (got.status, got.code) == (404, "path_not_open")
    assert b"paths: [{path: /v1/embeddings, kind: generic}]" in got.body


async def test_opened_path(start: Starter, upstream: ScriptedUpstream) -> None:
    """The line that the refusal names does open the path, with and without /v1."""
    here = await start(policy=Policy(paths=(open_path("/v1/embeddings", "generic"),)))
    for path in ("/v1/embeddings", "/embeddings"):
        assert (await ask(here.port, b'{"input":"x"}', path=path)).status == 200
        assert upstream.heard[-1].path == "/v1/embeddings"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods(here: GatewayHere, method: str) -> None:
    """A known path with another method is a 405 that names the right one."""
    got = await ask(here.port, b"", path=PATH, method=method)
    assert (got.status, got.code) == (405, "method_not_allowed")
    assert b"POST" in got.body


@pytest.mark.parametrize("query", ["prompt=hello", "api-version=%68", "x=1&api-version=2"])
async def test_query_of_a_guarded_path(
    here: GatewayHere, upstream: ScriptedUpstream, query: str
) -> None:
    """Text in the query string would pass unjudged: it is refused."""
    got = await ask(here.port, CHAT, path=f"{PATH}?{query}")
    assert (got.status, got.code) == (400, "invalid_request")
    assert upstream.heard == []


async def test_known_query_passes(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """The version parameter that some upstreams need goes up."""
    assert (await ask(here.port, CHAT, path=f"{PATH}?api-version=2024-10-21")).status == 200
    assert upstream.heard[0].path == f"{PATH}?api-version=2024-10-21"


@pytest.mark.parametrize("path", [PATH, "/v1/responses", "/v1/realtime", "/v1/models"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_websocket_upgrade(
    here: GatewayHere, upstream: ScriptedUpstream, path: str, method: str
) -> None:
    """An upgrade is refused with 403 on every path, and the connection ends."""
    lines = (
        "connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    )  # fmt: skip
    async with Client.to(here.port) as client:
        await client.send(request_bytes(b"", *lines, path=path, method=method))
        got = await client.get()
        assert (got.status, got.code) == (403, "path_not_open")
        assert await client.reader.read() == b""
    assert upstream.heard == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_offer_of_http2(here: GatewayHere, upstream: ScriptedUpstream, method: str) -> None:
    """Clients that offer HTTP/2 on every connection are served in HTTP/1.1, and again."""
    lines = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAEAAEAAAAI")
    body, path = (CHAT, PATH) if method == "POST" else (b"", "/v1/models")
    async with Client.to(here.port) as client:
        await client.send(request_bytes(body, *lines, path=path, method=method))
        got = await client.get()
        assert (got.status, got.body) == (200, WHOLE)
        await client.post(CHAT)
        assert (await client.get()).body == WHOLE
    assert [heard.body for heard in upstream.heard] == [body, CHAT]
