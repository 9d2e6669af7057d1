"""Header lines by list, and writes that are counted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.edge.connection import Connection
from gateway.edge.gateway import SystemClock
from gateway.edge.reply import ClientWriter, answer_lines, passing_lines
from gateway.edge.watch import ReaderTooSlow, Watch
from gateway.ports.adapter import Reply


@pytest.mark.parametrize(
    "name",
    [b"content-type", b"x-request-id", b"openai-version", b"x-ratelimit-limit-tokens",
     b"retry-after", b"anthropic-ratelimit-requests-limit"],
)  # fmt: skip
def test_lines_that_pass(name: bytes) -> None:
    """What clients read of an upstream passes."""
    assert passing_lines([(name, b"v")]) == [(name, b"v")]


@pytest.mark.parametrize(
    "name",
    [b"set-cookie", b"connection", b"transfer-encoding", b"content-encoding", b"content-length",
     b"server", b"date", b"alt-svc", b"strict-transport-security", b"upgrade", b"x-sealgate-aigc",
     b"access-control-allow-origin", b"proxy-authenticate", b"trailer"],
)  # fmt: skip
def test_lines_that_do_not(name: bytes) -> None:
    """What belongs to the connection, or could speak in our name, does not."""
    assert passing_lines([(name, b"v")]) == []


@pytest.mark.parametrize("value", [b"a\x01", b"a\x7f", b"a\rb: c", "名".encode(), b"\xff"])
def test_values_that_do_not(value: bytes) -> None:
    """Control characters are no HTTP, and no filter sees what a header says."""
    assert passing_lines([(b"openai-version", value)]) == []


def test_ours_replace_their_namesakes() -> None:
    """A header of ours stands once; the ids are always there."""
    upstream = [(b"x-ratelimit-limit-requests", b"9"), (b"content-type", b"a/b")]
    lines = answer_lines(upstream, [(b"x-ratelimit-limit-requests", b"1")], "E", stream=False)
    assert lines == [
        (b"content-type", b"a/b"), (b"x-ratelimit-limit-requests", b"1"),
        (b"x-request-id", b"E"), (b"x-sealgate-exchange", b"E"),
    ]  # fmt: skip


def test_streams_are_not_cached_or_buffered() -> None:
    """Proxies between us and the client are told to let a stream flow."""
    lines = dict(answer_lines([], [], "E", stream=True))
    assert (lines[b"cache-control"], lines[b"x-accel-buffering"]) == (b"no-cache", b"no")


class Line(Connection):
    """A connection whose congestion a test sets."""

    full = False

    @property
    def congested(self) -> bool:
        """What the test says."""
        return self.full


def _writer(line: Line, said: list[Any], seen: list[Any]) -> tuple[ClientWriter, Watch]:
    task = asyncio.current_task()
    assert task is not None
    watch = Watch(task)

    async def send(message: Any) -> None:
        seen.append((watch.deadline, watch.late))
        said.append(message)

    return ClientWriter(send, line, watch, SystemClock(), 60.0), watch


@pytest.mark.parametrize(("size", "first"), [(100, "body"), (100_000, "another stream")])
async def test_others_go_before_a_large_body(size: int, first: str) -> None:
    """What is ready in the loop does not wait until a file was given to the system."""
    said: list[Any] = []
    writer, _ = _writer(Line(None), said, [])
    await writer.start(200, [])
    asyncio.get_running_loop().call_soon(said.append, "another stream")
    await writer.finish(b"a" * size)
    order = ["another stream" if each == "another stream" else "body" for each in said[1:]]
    assert order[0] == first


async def test_writes_are_counted_and_end_once() -> None:
    """Bytes are counted, the end is said once."""
    said: list[Any] = []
    writer, _ = _writer(Line(None), said, [])
    await writer.start(200, [])
    await writer.write(b"abc")
    await writer.finish(b"d")
    await writer.finish(b"never")
    assert (writer.sent, writer.status, writer.ended) == (4, 200, True)
    assert [message.get("body") for message in said] == [None, b"abc", b"d"]
    assert [message.get("more_body") for message in said[1:]] == [True, False]


async def test_a_start_that_is_refused_is_none() -> None:
    """The error can still be told with a status of its own."""

    async def refuse(message: Any) -> None:
        raise KeyError(message["status"])

    task = asyncio.current_task()
    assert task is not None
    writer = ClientWriter(refuse, Line(None), Watch(task), SystemClock(), 60.0)
    with pytest.raises(KeyError):
        await writer.start(600, [])
    assert writer.status == 0


async def test_unsent_bytes_are_not_taken() -> None:
    """What the socket never took does not count as sent."""
    line = Line(None)
    writer, _ = _writer(line, [], [])
    await writer.write(b"abcdef")
    line.went(4)
    assert writer.taken == 2


async def test_slow_reader_has_a_deadline_and_the_old_one_comes_back() -> None:
    """Only a congested write waits under a deadline of its own."""
    line, seen = Line(None), list[Any]()
    writer, watch = _writer(line, [], seen)
    watch.expect(7.0, TimeoutError)
    await writer.write(b"a")
    line.full = True
    await writer.write(b"b")
    assert seen[0] == (7.0, TimeoutError)
    assert seen[1][1] is ReaderTooSlow
    assert (watch.deadline, watch.late) == (7.0, TimeoutError)


async def test_whole_reply_has_its_length() -> None:
    """A reply of ours is sent with its length and its exchange."""
    said: list[Any] = []
    writer, _ = _writer(Line(None), said, [])
    await writer.reply(Reply(400, ((b"content-type", b"a/b"),), b"xy"), [(b"o", b"1")], "E")
    lines = dict(said[0]["headers"])
    assert (said[0]["status"], lines[b"content-length"], lines[b"o"]) == (400, b"2", b"1")
    assert lines[b"x-sealgate-exchange"] == b"E"
    assert said[1]["body"] == b"xy"
