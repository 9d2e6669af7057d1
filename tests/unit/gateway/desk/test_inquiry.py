"""One question to the desk: bounded in size and time, counted, evened out, and logged without what
was handed in."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.access.limits import Limiter
from gateway.config.settings import VerifySettings
from gateway.desk.inquiry import STEP_S, Desk, Question
from gateway.desk.report import MadeHere, Report
from gateway.desk.submission import Submission, submission_of
from gateway.desk.turnstile import Turnstile
from gateway.nouns.errors import BadRequest, Overloaded, SealgateError, TooLarge, TooManyRequests
from gateway.nouns.media import MediaFormat
from gateway.telemetry import logs
from gateway.telemetry.metrics import VERIFIED
from tests.ledger_kit import SetClock

REPORT = Report(MediaFormat.TXT, MadeHere.YES, declared=False)


class Room:
    """A desk with everything in reach."""

    def __init__(self, **settings: Any) -> None:
        self.clock = SetClock()
        self.counted: list[str] = []
        self.rested: list[float] = []
        self.read: list[tuple[bytes, str]] = []
        self.takes_s = 0.0
        self.waits: asyncio.Event | None = None
        self.reading = asyncio.Event()
        self.desk = Desk(
            VerifySettings(**settings), 5.0, self._read, self._hosted, self.clock,
            asyncio.Semaphore(1), count=self.counted.append, rest=self._rest,
        )  # fmt: skip

    async def _read(self, content: bytes, name: str, _manifest: bytes) -> Report:
        self.read.append((content, name))
        self.reading.set()
        self.clock.now_s += self.takes_s
        if self.waits is not None:
            await self.waits.wait()
        return REPORT

    def _hosted(self, name: str) -> tuple[bytes, str] | None:
        return (b"RIFF", "audio/wav") if name == "a.wav" else None

    async def _rest(self, seconds: float) -> None:
        self.rested.append(seconds)

    async def ask(self, body: bytes = b"text", kind: str = "text/plain") -> Report:
        """Ask about a body."""

        async def stream() -> AsyncIterator[bytes]:
            yield body

        def submit(whole: bytes, content_type: str) -> Submission:
            return submission_of(whole, content_type, frozenset())

        return await self.desk.ask(Question(stream(), kind, "", "192.0.2.7"), submit)


async def test_a_question_is_answered_and_counted() -> None:
    """By what came of it."""
    room = Room()
    assert await room.ask() is REPORT
    assert room.read == [(b"text", "text/plain")]
    assert room.counted == ["yes"]


async def test_a_hosted_file() -> None:
    """Is read where it lies; one that is not there is a 404."""
    room = Room()
    await room.ask(b'{"url":"/sealgate/v1/files/a.wav"}', "application/json")
    assert room.read == [(b"RIFF", "audio/wav")]
    with pytest.raises(BadRequest) as gone:
        await room.ask(b'{"url":"/sealgate/v1/files/b.wav"}', "application/json")
    assert gone.value.status == 404


@pytest.mark.parametrize("took_s", [0.0, 0.001, 0.0999, 0.1, 0.1001, 0.34])
async def test_public_answers_leave_at_whole_steps(took_s: float) -> None:
    """So that what cost a little more cannot be told from what did not."""
    room = Room()
    room.takes_s = took_s
    await room.ask()
    steps = (took_s + room.rested[0]) / STEP_S
    assert steps == pytest.approx(round(steps))
    assert 0.0 <= room.rested[0] < STEP_S + 1e-9


async def test_operators_do_not_wait() -> None:
    """Nothing is hidden from them."""
    room = Room()
    room.desk = dataclasses.replace(room.desk, even=False)
    await room.ask()
    assert room.rested == []


async def test_too_large() -> None:
    """Is refused, and never read."""
    room = Room(upload_bytes=3)
    with pytest.raises(TooLarge):
        await room.ask()
    assert (room.read, room.counted) == ([], ["refused"])


async def test_too_slow_to_read() -> None:
    """Ends at its deadline."""
    room = Room(longest_s=0.01)
    room.waits = asyncio.Event()
    with pytest.raises(Overloaded):
        await room.ask()
    assert room.counted == ["failed"]


async def test_too_many_at_once() -> None:
    """Whoever finds every place taken is told to come again; nobody queues without end."""
    room = Room()
    room.waits = asyncio.Event()
    first = asyncio.ensure_future(room.ask())
    await room.reading.wait()
    with pytest.raises(Overloaded):
        await room.ask()
    room.waits.set()
    assert await first is REPORT


async def test_a_body_that_does_not_come() -> None:
    """Holds its place only for so long."""
    room = Room()
    room.desk = dataclasses.replace(room.desk, body_s=0.01)

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    with pytest.raises(BadRequest):
        await room.desk.ask(Question(never(), "", "", ""), lambda body, kind: Submission(body))


async def test_an_address_that_asks_too_often() -> None:
    """Is turned away before its body is read; the place of a failed question is given back."""
    room = Room()
    gate = Turnstile(Limiter(), 4)
    room.desk = dataclasses.replace(room.desk, enter=gate.enter)
    for _ in range(2):
        await room.ask()
    for _ in range(2):
        with pytest.raises(BadRequest):
            await room.ask(b"", "image/png")
    with pytest.raises(TooManyRequests):
        await room.ask()
    assert room.counted == ["yes", "yes", "refused", "refused", "limited"]


async def test_what_nobody_foresaw_is_counted_too() -> None:
    """As a failure; and every outcome is one of the closed set."""
    room = Room()

    async def breaks(content: bytes, name: str, manifest: bytes) -> Report:
        raise RuntimeError

    room.desk = dataclasses.replace(room.desk, read=breaks)
    with pytest.raises(RuntimeError):
        await room.ask()
    assert room.counted == ["failed"]
    assert {"yes", "refused", "limited", "failed", *MadeHere} <= set(VERIFIED)


async def test_the_log_holds_nothing_of_the_content() -> None:
    """An outcome, a format, a size, a time."""
    written = io.StringIO()
    logs.configure("info", "json", written)
    room = Room()
    await room.ask("绿皮大象".encode(), "text/绿皮")
    with pytest.raises(SealgateError):
        await room.ask(b"{", "application/json")
    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["event"], first["outcome"], first["format"], first["bytes"]) == (
        "verified", "yes", "txt", 12,
    )  # fmt: skip
    assert second["outcome"] == "refused"
    assert "绿" not in written.getvalue()
    assert "192.0.2.7" not in written.getvalue()
    assert "dropped_keys" not in first
