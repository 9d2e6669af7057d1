"""Slow filters of an exchange: what waits for them, and what becomes of it when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.nouns.finding import Finding
from gateway.nouns.record import AnswerText
from gateway.nouns.verdict import Outcome
from gateway.ports.adapter import RequestEdits
from gateway.ports.filter import Question
from gateway.ports.session import Consult, InputVerdict, Release
from tests.edge_doubles import Listening, Passing
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    SSE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    say_stream,
)

SECRET = "do not tell"


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


@asynccontextmanager
async def held_by(slow: Slow, here: GatewayHere) -> AsyncIterator[Client]:
    """Ask for a stream, of which nothing comes while the slow filter is silent."""
    _with_slow(here, slow)
    here.judge.make_output = lambda admission, answer: Holding(answer, admission.exchange)
    async with Client.to(here.port) as client:
        await client.post(CHAT_STREAM)
        with pytest.raises(TimeoutError):
            await client.head(0.2)
        yield client


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
    async with held_by(slow, here) as client:
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
    async with held_by(Slow(), here):
        pass
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
