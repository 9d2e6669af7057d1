"""The gateway itself fails: nothing unjudged and nothing unrecorded leaves, and it goes on."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import msgspec
import pytest

from gateway.edge.account import Account
from gateway.edge.connection import BoundedHttp
from gateway.edge.pump import Pump
from gateway.edge.runner import Runner
from gateway.nouns.policy import Policy, StreamRules
from gateway.nouns.verdict import Outcome
from gateway.ports.adapter import RequestEdits
from gateway.ports.session import Release
from tests.conftest import Starter
from tests.edge_doubles import Listening, Passing
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    FIRST,
    SECOND,
    WHOLE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    say_stream,
    say_whole,
    still_alive,
)

SECRET = "do not tell"


async def _still_alive(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """After any fault the next exchange works."""
    here.judge.make_input = lambda admission: Listening()
    here.judge.make_output = lambda admission, answer: Passing(answer, admission.exchange)
    await still_alive(here, upstream)


async def test_input_session_raises(
    here: GatewayHere, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug on the way in: 500, nobody is asked, and the exception's words are nowhere."""

    def broken(admission: Any) -> Any:
        raise ValueError(SECRET)

    here.judge.make_input = broken
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (500, "internal_error")
    assert got.headers["x-should-retry"] == "false"
    assert upstream.heard == []
    assert (await here.closed()).outcome == "gateway_error"
    assert SECRET not in got.body.decode()
    await _still_alive(here, upstream)


class Bursting(Passing):
    """Raises at the second read."""

    reads = 0

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a read."""
        self.reads += 1
        if self.reads > 1:
            raise ValueError(SECRET)
        return super().feed(data, now_s)


async def test_output_session_raises_mid_stream(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """A bug mid-stream: what was released stays, the rest never leaves, the stream ends."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.05)
        await talk.chunk(SECOND)
        await talk.left()

    upstream.script = script
    here.judge.make_output = lambda admission, answer: Bursting(answer, admission.exchange)
    got = await ask(here.port, CHAT_STREAM)
    assert got.body.startswith(FIRST)
    assert SECOND not in got.body
    assert b'"internal_error"' in got.body
    closed = await here.closed()
    assert (closed.outcome, closed.error) == ("gateway_error", "internal_error")
    await _still_alive(here, upstream)


class Hopeless(Bursting):
    """Cannot even say goodbye."""

    def fail(self, error: Any, now_s: float) -> Release:
        """Fail."""
        raise ValueError(SECRET)


async def test_farewell_raises_too(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """If the last words fail as well the connection is cut; the record is still closed."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.05)
        await talk.chunk(SECOND)
        await talk.left()

    upstream.script = script
    here.judge.make_output = lambda admission, answer: Hopeless(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError, ValueError)):
            await client.chunk()
    assert (await here.closed()).outcome == "gateway_error"


async def test_no_record_no_exchange(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A record that cannot be opened: 503, and nobody is asked."""
    here.journal.refuses = True
    got = await ask(here.port, CHAT)
    assert (got.status, got.code) == (503, "ledger_unavailable")
    assert got.headers["x-should-retry"] == "false"
    assert upstream.heard == []


@pytest.mark.parametrize("stream", [False, True])
async def test_disk_full_mid_answer(
    here: GatewayHere, upstream: ScriptedUpstream, *, stream: bool
) -> None:
    """A text that cannot be journaled does not leave."""

    async def script(talk: Conversation) -> None:
        if not stream:
            await talk.whole(WHOLE)
            return
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.05)
        await talk.chunk(SECOND)
        await talk.left()

    upstream.script = script
    here.journal.fails_at = 1 if stream else 0
    got = await ask(here.port, CHAT_STREAM if stream else CHAT)
    assert b"two" not in got.body
    if stream:
        assert got.body.startswith(FIRST)
        assert b'"ledger_unavailable"' in got.body
    else:
        assert (got.status, got.code) == (503, "ledger_unavailable")
    assert (await here.closed()).outcome == "gateway_error"


async def test_edited_input_goes_up_edited(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Edits reach the upstream, and the record keeps both forms."""
    edits = RequestEdits({("messages", 0, "content"): "yo"})
    here.judge.make_input = lambda admission: Listening(edits=edits)
    assert (await ask(here.port, CHAT)).status == 200
    edited = CHAT.replace(b"hi", b"yo")
    assert upstream.heard[0].body == edited
    await here.quiet()
    assert (here.entry.body, here.entry.edited) == (CHAT, edited)


class Waking(Passing):
    """Holds what it gets and releases it at the third tick."""

    ticks = 0
    held = Release(b"")

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a read."""
        self.held = super().feed(data, now_s)
        return Release(b"", wake_s=0.02)

    def tick(self, now_s: float) -> Release:
        """Count."""
        self.ticks += 1
        return self.held if self.ticks == 3 else Release(b"", wake_s=0.02)


async def test_ticks(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """A session that wants to be woken is, until it needs it no more."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await talk.left()

    upstream.script = script
    here.judge.make_output = lambda admission, answer: Waking(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
    await here.quiet()
    assert here.judge.sessions[0].ticks == 3


class Blocking(Passing):
    """Blocks at the first read: the upstream is no longer needed."""

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a read."""
        self._answer.push(data)
        self.outcome = Outcome.BLOCKED_OUTPUT
        return Release(DONE, cancel=True, done=True)


@pytest.mark.parametrize("drain", [False, True])
async def test_block_cancels_or_drains(
    start: Starter, upstream: ScriptedUpstream, *, drain: bool
) -> None:
    """After a block the client's answer ends at once; the upstream is cut, or read for usage."""
    go, over = asyncio.Event(), asyncio.Event()
    usage = b'data: {"id":"c","choices":[],"usage":{"total_tokens":7}}\n\n'

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        if drain:
            await go.wait()
            await talk.chunk(usage)
            await talk.end_stream()
        else:
            await talk.left()
        over.set()

    upstream.script = script
    here = await start(policy=Policy(stream=StreamRules(on_block="drain" if drain else "cancel")))
    here.judge.make_output = lambda admission, answer: Blocking(answer, admission.exchange)
    got = await ask(here.port, CHAT_STREAM)
    assert got.body == DONE
    go.set()
    async with asyncio.timeout(60):
        await over.wait()
    closed = await here.closed()
    assert closed.outcome == "blocked_output"
    assert closed.usage == ({"total_tokens": 7} if drain else {})


async def test_drain_does_not_deafen_the_next_exchange(
    start: Starter, upstream: ScriptedUpstream
) -> None:
    """While one exchange drains, the next on the same connection still notices a client's leave."""
    go, left = asyncio.Event(), asyncio.Event()

    async def drained(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await go.wait()
        await talk.end_stream()

    async def watched(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await talk.left()
        left.set()

    upstream.script = drained
    here = await start(policy=Policy(stream=StreamRules(on_block="drain")))
    here.judge.make_output = lambda admission, answer: Blocking(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        assert (await client.get()).body == DONE
        upstream.script = watched
        here.judge.make_output = lambda admission, answer: Passing(answer, admission.exchange)
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
        go.set()
        async with asyncio.timeout(60):
            while here.proxy.running > 1:  # noqa: ASYNC110 -- there is no event for "one left"
                await asyncio.sleep(0.005)
    async with asyncio.timeout(60):
        await left.wait()


async def test_cut_off_by_the_drain_limit(start: Starter, upstream: ScriptedUpstream) -> None:
    """A stream that outlives drain_s is ended in the protocol's way, and its record is closed."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await talk.left()

    upstream.script = script
    here = await start(drain_s=1.0)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
        here.server.should_exit = True
        rest = b""
        while piece := await client.chunk():
            rest += piece
    assert b'"draining"' in rest
    assert rest.endswith(DONE)
    closed = await here.closed()
    assert (closed.outcome, closed.error) == ("gateway_error", "draining")
    assert closed.sent_bytes == len(FIRST) + len(rest)


async def test_many_exchanges_leave_nothing(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Three hundred exchanges, a third of them left mid-stream: no task and no place is left."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await asyncio.sleep(0.01)
        await talk.chunk(DONE)
        await talk.end_stream()

    upstream.script = script
    before = len(asyncio.all_tasks())

    async def one(number: int) -> None:
        async with Client.to(here.port) as client:
            await client.post(CHAT_STREAM)
            await client.head()
            if number % 3:
                while await client.chunk():
                    pass

    for batch in range(10):
        await asyncio.gather(*(one(batch * 30 + n) for n in range(30)))
    await here.quiet()
    assert all(entry.closed is not None for entry in here.journal.entries)
    assert len(here.journal.entries) == 300
    outcomes = [msgspec.to_builtins(entry.closed)["outcome"] for entry in here.journal.entries]
    assert set(outcomes) <= {"passed", "client_gone"}
    # The upstream's pooled connections may still have a task each at the scripted upstream.
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert sum(name == "sweep" for name in names) == 1
    assert len(names) < before + 60


async def test_an_exchange_goes_with_its_end(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Whole, streamed, refused, or left by its client: nothing of an exchange waits for a
    collection, which would come late, find much and stop all streams meanwhile."""

    async def left_alone(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(FIRST)
        await talk.left()

    gc.collect()
    gc.disable()
    try:
        for script, body in (
            (say_whole, CHAT), (say_stream, CHAT_STREAM), (say_whole, b"not json")
        ):  # fmt: skip
            upstream.script = script
            await ask(here.port, body)
        upstream.script = left_alone
        async with Client.to(here.port) as client:
            await client.post(CHAT_STREAM)
            await client.head()
            await client.chunk()
        await here.quiet()
        await asyncio.sleep(0)
        kinds = Runner | Pump | Account | BoundedHttp
        left = [type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds)]
    finally:
        gc.enable()
    assert len(here.journal.entries) == 3
    assert left == []
