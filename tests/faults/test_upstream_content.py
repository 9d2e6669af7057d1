"""The upstream sends something unreadable: a clear error or a clean end, and the server alive."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import brotli
import pytest
import zstandard

from gateway.nouns.errors import UpstreamBroken
from gateway.ports.session import Release
from tests.conftest import Starter
from tests.edge_doubles import Passing
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    FIRST,
    SECOND,
    SSE,
    WHOLE,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    still_alive,
)
from tests.faults.test_upstream_faults import ERROR

CODINGS: dict[str, Any] = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [200, 500])
async def test_encoding_unasked(
    here: GatewayHere, upstream: ScriptedUpstream, coding: str, *, stream: bool, status: int
) -> None:
    """An encoding that nobody asked for is undone, and the header with it."""
    plain = ERROR if status == 500 else b"".join(SSE) if stream else WHOLE
    kind = "text/event-stream" if stream and status == 200 else "application/json"

    async def script(talk: Conversation) -> None:
        await talk.whole(
            CODINGS[coding](plain), f"content-encoding: {coding}", f"content-type: {kind}",
            status=status,
        )  # fmt: skip

    upstream.script = script
    got = await ask(here.port, CHAT_STREAM if stream else CHAT)
    assert (got.status, got.body) == (status, plain)
    assert "content-encoding" not in got.headers
    assert upstream.heard[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", gzip.compress(WHOLE, mtime=0)[:-9]), ("gzip", b"no gzip"), ("rot13", WHOLE),
     ("gzip", gzip.compress(b"[" + b" " * 50_000_000 + b"]", mtime=0))],
)  # fmt: skip
async def test_bad_encodings(
    here: GatewayHere, upstream: ScriptedUpstream, coding: str, body: bytes
) -> None:
    """Cut, wrong, unknown and exploding encodings are the upstream's fault."""

    async def script(talk: Conversation) -> None:
        await talk.whole(body, f"content-encoding: {coding}")

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_broken")
    await still_alive(here, upstream)


async def test_malformed_json_whole(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A whole answer that is no JSON becomes a 502."""

    async def script(talk: Conversation) -> None:
        await talk.whole(b'{"choices": [')

    upstream.script = script
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_broken")


async def test_session_that_failed_empty_becomes_a_status(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """The engine gives up on a whole answer with an empty release: the edge gives the status."""

    class GivesUp(Passing):
        def feed(self, data: bytes, now_s: float) -> Release:
            return self.fail(UpstreamBroken(), now_s)

    here.judge.make_output = lambda admission, answer: GivesUp(answer, "")
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (502, "upstream_broken")


async def test_malformed_json_in_a_stream(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A broken event ends the stream with an error; the events before it stay."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.05)
        await talk.chunk(b"data: {no\n\n")
        await talk.left()

    upstream.script = script
    got = await ask(here.port, CHAT_STREAM)
    assert got.body.startswith(FIRST)
    assert b"{no" not in got.body
    assert b'"upstream_broken"' in got.body


async def test_event_of_ten_megabytes(start: Starter, upstream: ScriptedUpstream) -> None:
    """An event above the frame limit ends the stream; it is not collected for ever."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        for _ in range(160):
            await talk.chunk(b"data: " + b"x" * 65_536)
        await talk.left()

    upstream.script = script
    here = await start(limits={"frame_bytes": 1024 * 1024})
    got = await ask(here.port, CHAT_STREAM)
    assert got.body.startswith(FIRST)
    assert b'"upstream_broken"' in got.body
    assert len(got.body) < 10_000


async def test_answer_above_its_limit(start: Starter, upstream: ScriptedUpstream) -> None:
    """A stream above answer_bytes is ended with an error."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        for _ in range(1000):
            await talk.chunk(FIRST * 20)
        await talk.left()

    upstream.script = script
    here = await start(limits={"answer_bytes": 200_000})
    got = await ask(here.port, CHAT_STREAM)
    assert b"limits.answer_bytes" in got.body
    assert len(got.body) < 300_000


async def test_no_done(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A stream without its terminator ends cleanly, and none is invented."""

    async def script(talk: Conversation) -> None:
        await talk.stream(FIRST, SECOND)

    upstream.script = script
    got = await ask(here.port, CHAT_STREAM)
    assert got.body == FIRST + SECOND
    assert (await here.closed()).outcome == "passed"


async def test_bytes_cut_inside_a_character(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Chunks of one byte, cut inside characters too, give the same bytes."""
    event = FIRST.replace(b"one", "中文🙂".encode())

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        for byte in event + DONE:
            await talk.chunk(bytes([byte]))
        await talk.end_stream()

    upstream.script = script
    got = await ask(here.port, CHAT_STREAM)
    assert got.body == event + DONE
    assert "".join(text.text for text in here.entry.texts) == "中文🙂"
