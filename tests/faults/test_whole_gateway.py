"""The faults of both sides against the whole program: `sealgate serve` with its real judge, ledger
and marks. What matters here is what all of them promise together: nothing blocked on the wire, a
clear error or a clean end, a record that says what happened, and a chain that verifies.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.edge_kit import (
    DONE,
    PATH,
    Client,
    Conversation,
    Got,
    Script,
    ScriptedUpstream,
    ask,
    request_bytes,
)
from tests.whole_gateway import BODY, CHAT, KEY, STREAM, TERM, Whole, ask_whole, event

FINISH = event("", finish_reason="stop").replace(b'"delta": {"content": ""}', b'"delta": {}')
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """One program for all tests of this file; it must live through all of them."""
    upstream = ScriptedUpstream()
    await upstream.start()
    program = Whole(tmp_path_factory.mktemp("whole"), upstream)
    await program.start()
    yield program
    code = await program.stop()
    await upstream.close()
    assert code == 0
    await asyncio.to_thread(program.verify)
    assert upstream.failure is None


# -- the upstream's faults


async def _reset(talk: Conversation) -> None:
    talk.reset()


async def _hang(talk: Conversation) -> None:
    await talk.left()


async def _hang_mid_stream(talk: Conversation) -> None:
    await talk.start_stream()
    await talk.chunk(event("好的，"))
    await talk.left()


async def _break_mid_stream(talk: Conversation) -> None:
    await talk.start_stream()
    await talk.chunk(event("好的，"))
    await asyncio.sleep(0.05)
    talk.reset()


async def _html(talk: Conversation) -> None:
    await talk.whole(b"<html></html>", "content-type: text/html")


async def _malformed(talk: Conversation) -> None:
    await talk.whole(b'{"choices": [')


async def _malformed_event(talk: Conversation) -> None:
    await talk.start_stream()
    await talk.chunk(event("好的，"))
    await asyncio.sleep(0.05)
    await talk.chunk(b"data: {no\n\n")
    await talk.left()


async def _large_event(talk: Conversation) -> None:
    await talk.start_stream()
    await talk.chunk(event("好的，"))
    for _ in range(160):
        await talk.chunk(b"data: " + b"x" * 65_536)
    await talk.left()


async def _redirect(talk: Conversation) -> None:
    await talk.whole(b"", "location: http://127.0.0.1:1/", status=307)


async def _too_many(talk: Conversation) -> None:
    body = b'{"error":{"message":"slow down","type":"x","param":null,"code":"rate"}}'
    await talk.whole(body, "retry-after: 7", status=429)


class Fault(NamedTuple):
    """What the upstream does, and what the client gets."""

    script: Script
    status: int
    code: str


FAULTS = {
    "reset": Fault(_reset, 502, "upstream_broken"),
    "hang": Fault(_hang, 504, "upstream_timeout"),
    "html": Fault(_html, 502, "upstream_broken"),
    "malformed": Fault(_malformed, 502, "upstream_broken"),
    "redirect": Fault(_redirect, 502, "upstream_broken"),
    "429": Fault(_too_many, 429, "rate"),
}
STREAM_FAULTS = {
    "hang": Fault(_hang_mid_stream, 200, "upstream_timeout"),
    "break": Fault(_break_mid_stream, 200, "upstream_broken"),
    "malformed": Fault(_malformed_event, 200, "upstream_broken"),
    "large": Fault(_large_event, 200, "upstream_broken"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("body", [BODY, STREAM], ids=["whole", "stream"])
async def test_upstream_fault_before_the_answer(whole: Whole, name: str, body: bytes) -> None:
    """An error with its status, in the protocol's shape, and a record that says so."""
    fault = FAULTS[name]
    whole.upstream.script = fault.script
    got = await ask_whole(whole, body)
    assert (got.status, got.code) == (fault.status, fault.code)
    record = await whole.record(got)
    assert record.outcome == "upstream_error"


async def test_numbers_beyond_reason(whole: Whole) -> None:
    """A count that no record can hold is left out of it, and the record is closed all the same."""
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "好"}}]}

    async def script(talk: Conversation) -> None:
        usage = {"total_tokens": 10**30, "prompt_tokens": 7}
        await talk.whole(json.dumps({**answer, "usage": usage}).encode())

    whole.upstream.script = script
    record = await whole.record(await ask_whole(whole, BODY))
    assert (record.outcome, record.usage) == ("passed", {"prompt_tokens": 7})


_GOOD, _BAD = event("好的"), event(TERM)
SPELLINGS = {
    "mark in front": b"\xef\xbb\xbf" + _GOOD + _BAD + DONE,
    "mark within": _GOOD + b"\xef\xbb\xbf" + _BAD + DONE,
    "carriage returns": (_GOOD + _BAD + DONE).replace(b"\n", b"\r"),
    "both": (_GOOD + _BAD + DONE).replace(b"\n", b"\r\n"),
    "mixed": (_GOOD + _BAD + DONE).replace(b"\n\n", b"\r\r\n"),
    "two data lines": _GOOD + _BAD.replace(b", ", b",\ndata: ") + DONE,
    "no space": (_GOOD + _BAD + DONE).replace(b"data: ", b"data:"),
    "no end": _GOOD + _BAD.rstrip(b"\n"),
    "behind the end": _GOOD + DONE + _BAD,
    "behind the finish": _GOOD + FINISH + _BAD + DONE,
    "in the end": _GOOD + b"data: [DONE] " + TERM.encode() + b"\n\n",
    "a string": _GOOD + b'data: "' + TERM.encode() + b'"\n\n' + DONE,
    "a comment": _GOOD + b": " + TERM.encode() + b"\n\n" + DONE,
    "a name": _GOOD + b"event: " + TERM.encode() + b"\ndata: {}\n\n" + DONE,
    "an id": _GOOD + b"id: " + TERM.encode() + b"\n" + _GOOD + DONE,
    "a NUL": _GOOD + b"data: \0" + TERM.encode() + b"\n\n" + DONE,
    "twice": _GOOD + _BAD.replace(b'"content"', b'"content": "a", "content"') + DONE,
}


@pytest.mark.parametrize("name", SPELLINGS)
async def test_no_spelling_of_a_stream_hides_a_text(whole: Whole, name: str) -> None:
    """Whatever the server makes of the event stream format, nothing blocked is on the wire."""

    async def script(talk: Conversation) -> None:
        await talk.stream(SPELLINGS[name])

    whole.upstream.script = script
    got = await ask_whole(whole, STREAM)
    assert got.status == 200
    assert TERM not in got.body.decode()
    await whole.record(got)


@pytest.mark.parametrize("line", [b"", b"DATA: "])
async def test_a_stream_in_which_nothing_can_be_read(whole: Whole, line: bytes) -> None:
    """JSON where events were announced, or something like events: an error, no silence."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event(TERM).replace(b"data: ", line))
        await talk.end_stream()

    whole.upstream.script = script
    got = await ask_whole(whole, STREAM)
    assert TERM.encode() not in got.body
    assert b'"upstream_broken"' in got.body
    assert (await whole.record(got)).outcome == "upstream_error"


@pytest.mark.parametrize("name", STREAM_FAULTS)
async def test_upstream_fault_in_a_stream(whole: Whole, name: str) -> None:
    """What was released stays, sealed; then the error and the terminator, and the record."""
    fault = STREAM_FAULTS[name]
    whole.upstream.script = fault.script
    got = await ask_whole(whole, STREAM)
    assert got.status == 200
    text = got.body.decode()
    assert "人工智能生成" in text
    assert f'"{fault.code}"' in text
    assert text.endswith(DONE.decode())
    record = await whole.record(got)
    assert record.outcome == "upstream_error"


@pytest.mark.parametrize("cut", range(1, len(TERM)))
@pytest.mark.parametrize("then", ["rest", "reset", "hang", "end"])
async def test_blocked_term_never_leaves(whole: Whole, cut: int, then: str) -> None:
    """A term cut between events, whatever comes between its halves: if it becomes whole no
    character of it leaves; if the text ends before, its beginning is harmless and leaves."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("这是一头"))
        await talk.chunk(event(TERM[:cut]))
        await asyncio.sleep(0.03)
        if then == "reset":
            talk.reset()
            return
        if then == "hang":
            await talk.left()
            return
        if then == "rest":
            await talk.chunk(event(TERM[cut:]))
        await talk.chunk(FINISH)
        await talk.chunk(DONE)
        await talk.end_stream()

    whole.upstream.script = script
    got = await ask_whole(whole, STREAM)
    text = _content(got.body)
    assert TERM not in text
    assert (f"这是一头{TERM[0]}" in text) is (then != "rest")
    record = await whole.record(got)
    outcomes = {"rest": "blocked_output", "end": "passed"}
    assert record.outcome == outcomes.get(then, "upstream_error")


def _content(body: bytes) -> str:
    """Return the content that a client would show."""
    text = ""
    for line in body.decode().split("\n"):
        if line.startswith("data: {"):
            for choice in json.loads(line[6:]).get("choices", []):
                text += choice.get("delta", {}).get("content") or ""
    return text


# -- the client's faults


@pytest.mark.parametrize(
    ("body", "lines", "status"),
    [
        (b"{", (), 400),
        (b"[" * 100_000, (), 400),
        (b'{"model":"m","messages":7}', (), 400),
        (b'{"model":"m","model":"n","messages":[{"role":"user","content":"a"}]}', (), 400),
        (b" " * 1_100_000, (), 413),
        (BODY, ("content-encoding: gzip",), 415),
        (BODY, ("x-fill: " + "a" * 20_000,), 431),
    ],
    ids=["no json", "deep", "types", "duplicate keys", "large", "not gzip", "headers"],
)
async def test_client_fault(whole: Whole, body: bytes, lines: tuple[str, ...], status: int) -> None:
    """A clear 4xx in the protocol's shape, and nobody is asked."""
    before = len(whole.upstream.heard)
    got = await ask_whole(whole, body, *lines)
    assert got.status == status
    assert got.code
    assert len(whole.upstream.heard) == before


async def test_blocked_input_is_not_forwarded(whole: Whole) -> None:
    """A term in the prompt, escaped too: a refusal, a record, and nobody is asked."""
    before = len(whole.upstream.heard)
    bad = {**CHAT, "messages": [{"role": "user", "content": f"说说{TERM}"}]}
    for body in (json.dumps(bad).encode(), json.dumps(bad, ensure_ascii=False).encode()):
        got = await ask_whole(whole, body)
        assert (got.status, got.code) == (400, "content_filter")
        assert TERM not in got.body.decode()
        record = await whole.record(got)
        assert record.outcome == "blocked_input"
    assert len(whole.upstream.heard) == before


async def test_slow_body_ends(whole: Whole) -> None:
    """A body that does not come is refused after its time."""
    async with Client.to(whole.port) as client:
        await client.send(request_bytes(b"", KEY, "content-length: 1000", length=False))
        got = await client.get()
    assert (got.status, got.code) == (400, "invalid_request")


async def test_client_that_leaves_is_on_record(whole: Whole) -> None:
    """The upstream is let go, and the record has what the client got."""
    left = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("好的，我们开始。"))
        await talk.left()
        left.set()

    whole.upstream.script = script
    async with Client.to(whole.port) as client:
        await client.post(STREAM, KEY)
        status, headers = await client.head()
        seen = b""
        while "我们开始" not in seen.decode("utf-8", "ignore"):
            seen += await client.chunk()
    async with asyncio.timeout(60):
        await left.wait()
    asked = Got(status, headers, b"")
    record = await whole.record(asked)
    assert record.outcome == "client_gone"
    assert "好的，我们开始。" in await asyncio.to_thread(whole.texts, asked)


@pytest.mark.parametrize(
    "path", ["/metrics", "/v1/embeddings", "/v1/chat%2fcompletions", "/sealgate/../metrics"]
)
async def test_odd_paths(whole: Whole, path: str) -> None:
    """No path of 8080 reaches operations or an unguarded endpoint."""
    got = await ask_whole(whole, BODY, path=path)
    assert (got.status, got.code) == (404, "path_not_open")


async def test_websocket(whole: Whole) -> None:
    """An upgrade is refused."""
    lines = ("connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13")
    async with Client.to(whole.port) as client:
        await client.send(request_bytes(b"", *lines, path=PATH, method="GET"))
        assert (await client.get()).status == 403


async def test_zz_nothing_is_left_in_flight(whole: Whole) -> None:
    """After all of the above no exchange runs, and every one was counted."""
    async with asyncio.timeout(60):
        while True:
            got = await ask(whole.operations, b"", path="/metrics", method="GET")
            lines = got.body.decode().splitlines()
            flight = [line for line in lines if line.startswith("sealgate_in_flight")]
            if flight and float(flight[0].split()[-1]) == 0:
                break
            await asyncio.sleep(0.1)
    assert TERM not in got.body.decode()
