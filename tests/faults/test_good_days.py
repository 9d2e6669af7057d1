"""Before faults: what works must work, byte for byte."""

from __future__ import annotations

import gzip

from gateway.nouns.policy import Policy
from tests.conftest import Starter
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    SSE,
    WHOLE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    open_path,
    request_bytes,
    say_stream,
)


async def test_whole_answer_is_the_upstreams(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A whole answer has the upstream's bytes, its length and our headers."""
    got = await ask(here.port, CHAT)
    assert (got.status, got.body) == (200, WHOLE)
    assert got.headers["content-type"] == "application/json"
    exchange = here.entry.opened.exchange
    assert got.headers["x-sealgate-exchange"] == exchange.lower()
    assert got.headers["x-request-id"] == exchange.lower()
    assert got.headers["x-sealgate-aigc"] == "{}"
    assert upstream.heard[0].body == CHAT
    assert upstream.heard[0].path == "/v1/chat/completions"


async def test_stream_is_the_upstreams(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A stream has the upstream's bytes, and the record says so."""
    upstream.script = say_stream
    got = await ask(here.port, CHAT_STREAM)
    assert (got.status, got.body) == (200, b"".join(SSE))
    assert got.headers["content-type"] == "text/event-stream"
    assert got.headers["cache-control"] == "no-cache"
    closed = await here.closed()
    assert (closed.outcome, closed.status, closed.sent_bytes) == ("passed", 200, len(got.body))
    assert [text.text for text in here.entry.texts] == ["one", "two"]


async def test_connections_are_used_again(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Ten exchanges on one client connection take one upstream connection, streams too."""
    async with Client.to(here.port) as client:
        for script in (say_stream, say_stream, None, say_stream):
            if script is not None:
                upstream.script = script
            await client.post(CHAT_STREAM)
            assert (await client.get()).status == 200
            await here.quiet()
    assert upstream.connections == 1


async def test_base_url_without_version(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A client may leave /v1 out; the upstream gets it."""
    got = await ask(here.port, CHAT, path="/chat/completions")
    assert got.status == 200
    assert upstream.heard[0].path == "/v1/chat/completions"


async def test_upstream_headers_pass_by_list(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """The upstream's request id and limits pass; cookies and servers' names do not."""

    async def script(talk: Conversation) -> None:
        await talk.whole(
            WHOLE, "x-request-id: up-1", "openai-processing-ms: 7", "set-cookie: a=b",
            "x-ratelimit-remaining-tokens: 9", "server: secret", "retry-after: 3",
        )  # fmt: skip

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert got.headers["x-request-id"] == "up-1"
    assert got.headers["openai-processing-ms"] == "7"
    assert got.headers["x-ratelimit-remaining-tokens"] == "9"
    assert not {"set-cookie", "server"} & set(got.headers)
    assert (await here.closed()).upstream_request_id == "up-1"


async def test_models_pass_without_record(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A plain GET is forwarded untouched, its query too, and leaves no record."""

    async def script(talk: Conversation) -> None:
        await talk.whole(b'{"object":"list","data":[]}')

    upstream.script = script
    got = await ask(here.port, b"", path="/v1/models?limit=2", method="GET")
    assert got.body == b'{"object":"list","data":[]}'
    assert upstream.heard[0].path == "/v1/models?limit=2"
    assert here.journal.entries == []


async def test_plain_post_is_recorded_as_unjudged(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """What a policy opens as plain passes unseen, and the record says so."""
    here = await start(policy=Policy(paths=(open_path("/v1/files", "plain"),)))
    got = await ask(here.port, b"\x00\xff", path="/v1/files")
    assert got.body == WHOLE
    assert upstream.heard[0].body == b"\x00\xff"
    assert (await here.closed()).unjudged == ("body",)


async def test_plain_post_in_an_encoding(start: Starter, upstream: ScriptedUpstream) -> None:
    """A plain body goes up without its encoding, of which the upstream is not told."""
    here = await start(policy=Policy(paths=(open_path("/v1/files", "plain"),)))
    line = "content-encoding: gzip"
    got = await ask(here.port, gzip.compress(b"\x00\xff"), line, path="/v1/files")
    assert got.status == 200
    assert upstream.heard[0].body == b"\x00\xff"


async def test_pipelined_requests_are_both_served(here: GatewayHere) -> None:
    """Two requests in one packet get two answers in order."""
    async with Client.to(here.port) as client:
        await client.send(request_bytes(CHAT) + request_bytes(CHAT))
        assert (await client.get()).body == WHOLE
        assert (await client.get()).body == WHOLE


async def test_expect_continue_is_answered(here: GatewayHere) -> None:
    """A client that asks before it sends its body is told to go on."""
    async with Client.to(here.port) as client:
        head = request_bytes(CHAT, "expect: 100-continue")[: -len(CHAT)]
        await client.send(head)
        status, _ = await client.head()
        assert status == 100
        await client.send(CHAT)
        assert (await client.get()).status == 200
