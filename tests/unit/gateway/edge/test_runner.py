"""The runner's journey, room by room, on a socket; what goes wrong there is in tests/faults."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from gateway.edge.gateway import Headers
from gateway.nouns.exchange import Principal, Subject
from tests.conftest import Starter
from tests.edge_doubles import Listening
from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    WHOLE,
    GatewayHere,
    ScriptedUpstream,
    ask,
    say_stream,
)


async def test_rooms_in_their_order(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """Let in, read, open, judge, forward: each before the next, and the record before the judge."""
    rooms: list[str] = []
    door, journal, judge = here.door, here.journal, here.judge
    authenticate, admit, subject = door.authenticate, door.admit, door.subject

    def note_who(headers: Headers) -> Principal:
        rooms.append("who")
        return authenticate(headers)

    def note_limits(principal: Principal, now_s: float) -> Any:
        rooms.append("limits")
        return admit(principal, now_s)

    def note_subject(headers: Headers, fields: Mapping[str, str]) -> Subject:
        rooms.append("for whom")
        return subject(headers, fields)

    def note_judge(admission: Any) -> Listening:
        rooms.append(f"judge after {len(journal.entries)} opened")
        return Listening()

    door.authenticate, door.admit = note_who, note_limits  # type: ignore[method-assign]
    door.subject = note_subject  # type: ignore[method-assign]  # doubles of this test
    judge.make_input = note_judge
    assert (await ask(here.port, CHAT)).body == WHOLE
    assert rooms == ["who", "limits", "for whom", "judge after 1 opened"]
    assert here.entry.body == CHAT


async def test_principal_subject_and_model_are_on_the_record(here: GatewayHere) -> None:
    """The record knows who asked for whom, what, and in which protocol."""
    await ask(here.port, CHAT.replace(b'"model"', b'"user":"u-1","model"'))
    opened = here.entry.opened
    assert (opened.principal, opened.subject, opened.subject_source) == ("k", "u-1", "body:user")
    assert (opened.protocol, opened.route, opened.model) == (
        "openai_chat", "/chat/completions", "m",
    )  # fmt: skip


async def test_upstream_gets_what_the_door_lets_out(
    here: GatewayHere, upstream: ScriptedUpstream
) -> None:
    """Only the header lines that access gives go up."""
    await ask(here.port, CHAT, "authorization: Bearer k", "x-secret: s", "cookie: c")
    assert set(upstream.heard[0].headers) == {
        "host", "content-type", "authorization", "accept-encoding", "content-length",
    }  # fmt: skip


async def test_times_are_in_order(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """First bytes from the upstream come before the client's, and both after nothing."""
    upstream.script = say_stream
    await ask(here.port, CHAT_STREAM)
    await here.quiet()
    facts = here.counts.facts[0]
    assert 0 < facts.first_upstream_s <= facts.first_client_s
    assert 0 < facts.overhead_s < facts.first_client_s + 1
    assert facts.stream
    closed = here.entry.closed
    assert closed is not None
    assert 0 < closed.upstream_s <= closed.duration_s


async def test_exchanges_side_by_side(start: Starter, upstream: ScriptedUpstream) -> None:
    """Fifty at once, each with its own answer, record and id."""
    here = await start()
    got = await asyncio.gather(*(ask(here.port, CHAT) for _ in range(50)))
    assert {each.body for each in got} == {WHOLE}
    await here.quiet()
    ids = {each.headers["x-sealgate-exchange"] for each in got}
    assert ids == {entry.opened.exchange.lower() for entry in here.journal.entries}
    assert len(ids) == 50
