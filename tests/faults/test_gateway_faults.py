"""The gateway itself fails: nothing unjudged and nothing unrecorded leaves, and it goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from gateway.nouns.finding import Finding
from gateway.nouns.policy import Policy, StreamRules
from gateway.nouns.record import AnswerText
from gateway.nouns.verdict import Outcome
from gateway.ports.adapter import RequestEdits
from gateway.ports.filter import Question
from gateway.ports.session import Consult, InputVerdict, Release
from tests.conftest import Starter
from tests.edge_doubles import Listening, Passing
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    FIRST,
    SECOND,
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


class Slow:
    """A slow filter that answers when the test says so."""

    name = "slow"
    mode = "sync"
    leak = 0
    deadline_s = 1.0

    def __init__(self, answer: Any = ()) -> None:
        self.go = asyncio.Event()
        self.answer = answer
        self.asked: list[Question] = []

    def questions(self, text: str, asked_until: int, final: bool) -> list[Question]:
        """Unused: the sessions of these tests ask."""
        return []

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """Wait for the test, then answer or raise."""
        self.asked.append(question)
        await self.go.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        answer: tuple[Finding, ...] = self.answer
        return answer


class Holding(Passing):
    """Holds everything until its consult is answered, then releases all, or fails closed."""

    def __init__(self, answer: Any, exchange: str, deadline_s: float = 5.0) -> None:
        super().__init__(answer, exchange)
        self.held = b""
        self.over = False
        self.asked = False
        self.told: list[Any] = []
        self.deadline_s = deadline_s

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a read."""
        self.held += super().feed(data, now_s).data
        self.complete = False  # it is held
        if self.asked:
            return Release(b"")
        self.asked = True
        question = Question("q", 0, 1, "assistant")
        return Release(b"", consults=(Consult(7, "slow", question, self.deadline_s),))

    def finish(self, now_s: float) -> Release:
        """The upstream ended."""
        self.over = True
        return self._all() if self.told else Release(b"")

    def answered(self, number: int, outcome: Any, now_s: float) -> Release:
        """Keep the answer."""
        self.told.append(outcome)
        if isinstance(outcome, Exception):
            self.outcome = Outcome.BLOCKED_OUTPUT
            return Release(DONE, cancel=True, done=True)
        return self._all()

    def _all(self) -> Release:
        data, self.held = self.held, b""
        self.complete = self.over
        return Release(data, (AnswerText(0, "content", "x"),), done=self.over)


def _with_slow(here: GatewayHere, slow: Slow) -> None:
    """Put a slow filter into a running gateway."""
    here.gateway.slow_filters["slow"] = slow  # type: ignore[index]  # a dict, made by the default


@pytest.mark.parametrize("upstream_first", [True, False])
async def test_consult_holds_and_releases(
    here: GatewayHere, upstream: ScriptedUpstream, *, upstream_first: bool
) -> None:
    """Held text leaves when its verdict is there, whether the upstream ended before or after."""
    ended = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        for event in SSE:
            await talk.chunk(event)
        if not upstream_first:
            await ended.wait()
        await talk.end_stream()

    upstream.script = script
    slow = Slow()
    _with_slow(here, slow)
    here.judge.make_output = lambda admission, answer: Holding(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        with pytest.raises(TimeoutError):
            await client.head(0.2)
        slow.go.set()
        await client.head()
        assert await client.chunk() == b"".join(SSE)
        ended.set()
        assert await client.chunk() == b""
    assert here.counts.consults == ["slow"]
    assert (await here.closed()).outcome == "passed"


@pytest.mark.parametrize("how", ["raises", "late"])
async def test_consult_fails(here: GatewayHere, upstream: ScriptedUpstream, how: str) -> None:
    """A slow filter that raises or is late is reported to the session, which rules on it."""
    upstream.script = say_stream
    slow = Slow(ConnectionError(SECRET))
    if how == "raises":
        slow.go.set()
    _with_slow(here, slow)
    here.judge.make_output = lambda admission, answer: Holding(answer, admission.exchange, 0.2)
    got = await ask(here.port, CHAT_STREAM)
    assert got.body == DONE
    told = here.judge.sessions[0].told[0]
    assert isinstance(told, ConnectionError if how == "raises" else TimeoutError)
    assert (await here.closed()).outcome == "blocked_output"


async def test_client_leaves_during_a_consult(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """No question is left behind when the client goes."""
    upstream.script = say_stream
    slow = Slow()
    _with_slow(here, slow)
    here.judge.make_output = lambda admission, answer: Holding(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        with pytest.raises(TimeoutError):
            await client.head(0.2)
    closed = await here.closed()
    assert (closed.outcome, closed.sent_bytes) == ("client_gone", 0)
    assert here.judge.sessions[0].was_left


class Asking(Listening):
    """An input session that asks twice before it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []

    def verdict(self) -> InputVerdict:
        """Ask, then pass."""
        question = Question("q", 0, 1, "user")
        if len(self.told) < 2:
            number = len(self.told)
            return InputVerdict(None, RequestEdits(), (Consult(number, "slow", question, 1.0),))
        return InputVerdict(None, RequestEdits())

    def answered(self, number: int, outcome: Any) -> None:
        """Keep the answer."""
        self.told.append((number, outcome))


async def test_input_consults(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """The input is forwarded only after its questions are answered."""
    slow = Slow()
    slow.go.set()
    _with_slow(here, slow)
    asking = Asking()
    here.judge.make_input = lambda admission: asking
    assert (await ask(here.port, CHAT)).status == 200
    assert asking.told == [(0, ()), (1, ())]
    assert len(upstream.heard) == 1


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
