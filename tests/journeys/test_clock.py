"""The wall clock is set back an hour, and forth two: order, records and limits do not care."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.access.door import Door
from gateway.access.keys import KeyBook, KeyTerms
from gateway.access.limits import Limiter
from gateway.app import make_app
from gateway.config.settings import LedgerSettings
from gateway.edge.gateway import SystemClock, exchange_ids
from gateway.ledger.journal import SpoolJournal
from gateway.nouns.policy import Policy, SubjectSource
from tests.conftest import settings_for
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    WHOLE,
    Client,
    Conversation,
    GatewayHere,
    ScriptedUpstream,
    ask,
    serving_app,
)
from tests.ledger_kit import Ledger
from tests.process_kit import FINISH, event, read_stream, said

HOUR_NS = 3600 * 1_000_000_000
PER_MINUTE = 4


class Jumping:
    """The machine's clocks, with a wall clock that somebody sets."""

    def __init__(self) -> None:
        self.offset_ns = 0
        self.monotonic_s = SystemClock.monotonic_s

    def wall_ns(self) -> int:
        """Return the time as it was set."""
        return SystemClock.wall_ns() + self.offset_ns


class Installed(NamedTuple):
    """A gateway with a real door and a real journal."""

    port: int
    line: str
    clock: Jumping
    ledger: Ledger

    def kept(self, exchange: str) -> str | None:
        """Return an exchange's answer out of the store."""
        self.ledger.ship()
        return self.ledger.text_of(exchange.upper())


@pytest.fixture
async def installed(tmp_path: Path, upstream: ScriptedUpstream) -> AsyncIterator[Installed]:
    """Serve it; the key may ask four times a minute, and expires in a day."""
    clock, ledger = Jumping(), Ledger(tmp_path)
    settings = settings_for(upstream.port, {"access": {"mode": "keys"}})
    keys = KeyBook(tmp_path, clock)
    key, _ = keys.create("test", KeyTerms(valid_s=86_400.0, requests_per_minute=PER_MINUTE))
    limiter = Limiter()
    limiter.attach(0)
    gateway = dataclasses.replace(
        GatewayHere(settings, Policy()).gateway,
        clock=clock,
        new_id=exchange_ids(clock),
        access=Door(settings, SubjectSource(), keys, limiter, upstream_key="sk-up"),
        journal=SpoolJournal(tmp_path, "w1", LedgerSettings(), ledger.keyring, clock),
    )
    async with serving_app(make_app(gateway), settings) as port:
        yield Installed(port, f"authorization: Bearer {key}", clock, ledger)
    ledger.close()
    limiter.close()


@pytest.mark.parametrize("jump_ns", [-HOUR_NS, 2 * HOUR_NS])
async def test_jump_in_a_stream(
    installed: Installed, upstream: ScriptedUpstream, jump_ns: int
) -> None:
    """A running stream goes on to its end, and its record is whole, with the time that it took;
    what follows is recorded too, and the chain holds."""

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event("前半"))
        installed.clock.offset_ns += jump_ns
        for piece in (event("后半"), FINISH, DONE):
            await talk.chunk(piece)
        await talk.end_stream()

    upstream.script = script
    async with Client.to(installed.port) as client:
        await client.post(CHAT_STREAM, installed.line)
        status, headers = await client.head()
        body = await read_stream(client)
    assert (status, said(body)) == (200, "前半后半")
    later = await ask(installed.port, CHAT_STREAM, installed.line)
    assert said(later.body) == "前半后半"
    first, second = (one["x-sealgate-exchange"] for one in (headers, later.headers))
    assert first != second
    assert installed.kept(first) == installed.kept(second) == "前半后半"
    report = installed.ledger.verify()
    assert (report.sound, report.records) == (True, 2)
    shown = installed.ledger.archive.show(first.upper(), reason="test", reader="test")
    assert shown is not None
    assert shown.facts is not None
    assert shown.facts.close is not None
    assert 0 < shown.facts.close.duration_s < 300
    assert abs(shown.facts.close.time_ns - shown.facts.open.time_ns - jump_ns) < 300e9


@pytest.mark.parametrize("jump_ns", [-HOUR_NS, 2 * HOUR_NS])
async def test_jump_moves_no_limit(
    installed: Installed, upstream: ScriptedUpstream, jump_ns: int
) -> None:
    """No minute is won or lost: what was spent stays spent, what was left is left, and the key
    stays valid."""
    left = []
    for number in range(PER_MINUTE):
        if number == 2:
            installed.clock.offset_ns += jump_ns
        got = await ask(installed.port, CHAT, installed.line)
        assert got.body == WHOLE
        left.append(int(got.headers["x-ratelimit-remaining-requests"]))
    assert left == [3, 2, 1, 0]
    refused = await ask(installed.port, CHAT, installed.line)
    assert (refused.status, refused.code) == (429, "rate_limit_exceeded")
    assert 1 <= int(refused.headers["retry-after"]) <= 15
