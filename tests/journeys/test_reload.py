"""SIGHUP under load: new exchanges get the new policy, running ones keep theirs, none is lost."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.journeys.conftest import GUARDED, Launch
from tests.process_kit import (
    FINISH,
    PROVIDER_KEY,
    TERM,
    Program,
    chat,
    event,
    read_stream,
    said,
    until,
    whole,
)

OPEN: dict[str, Any] = {"version": 1}
DRAIN_S = 1.0


class Held:
    """An upstream whose streams stop in the middle until told to go on."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def __call__(self, talk: Conversation) -> None:
        """Answer."""
        if b'"stream"' not in talk.heard.body:
            await talk.whole(whole("好的"))
            return
        await talk.start_stream()
        await talk.chunk(event("开头"))
        await self.go.wait()
        for piece in (event(TERM), FINISH, DONE):
            await talk.chunk(piece)
        await talk.end_stream()


@asynccontextmanager
async def load(program: Program) -> AsyncIterator[list[int]]:
    """Ask without a pause, half on kept connections; gives the statuses, and fails on any error."""
    statuses: list[int] = []
    stop = asyncio.Event()

    async def fresh() -> None:
        while not stop.is_set():
            statuses.append((await program.ask(chat())).status)

    async def kept() -> None:
        while not stop.is_set():
            async with Client.to(program.port) as client:
                open_ = True
                while open_ and not stop.is_set():
                    await client.post(chat(), PROVIDER_KEY)
                    got = await client.get()
                    statuses.append(got.status)
                    open_ = got.headers.get("connection") != "close"

    tasks = [asyncio.create_task(work()) for work in (fresh, kept, fresh, kept)]
    try:
        yield statuses
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def reloaded(program: Program, generation: int) -> dict[str, Any]:
    """Wait until a generation serves alone to newcomers."""

    async def done() -> dict[str, Any] | None:
        ready = await program.ready()
        return ready if ready["generation"] == generation else None

    return await until(done)


async def answers(program: Program, status: int) -> bool:
    """Return whether the term is answered so by all: old workers leave in a moment, not at once."""
    return {(await program.ask(chat(TERM))).status for _ in range(6)} == {status}


def exchange_policy(program: Program, how: str) -> None:
    """Write the guarded policy into the file, or swap the link, as mounted configuration is."""
    if how == "file":
        program.write_policy(GUARDED)
        return
    program.write_policy(GUARDED, to=program.folder / "new.yaml")
    draft = program.folder / "draft"
    draft.symlink_to("new.yaml")
    draft.rename(program.policy_file)


@pytest.mark.parametrize("how", ["file", "symlink"])
async def test_policy_changes_under_load(
    launch: Launch, upstream: ScriptedUpstream, how: str
) -> None:
    """No connection is refused and no request lost; a stream begun before keeps its policy and
    its time: the limit of a drain is none of a reload."""
    upstream.script = held = Held()
    program = await launch(OPEN, workers=2, drain_s=DRAIN_S)
    if how == "symlink":
        program.policy_file.rename(program.folder / "old.yaml")
        program.policy_file.symlink_to("old.yaml")
    before = (await program.ready())["policy"]
    async with load(program) as statuses, Client.to(program.port) as old:
        await old.post(chat(stream=True), PROVIDER_KEY)
        await old.head()
        first = await old.chunk()
        exchange_policy(program, how)
        program.signal(signal.SIGHUP)
        ready = await reloaded(program, 2)
        assert ready["policy"] != before
        asked, told_s = len(statuses), time.monotonic()

        async def went_on() -> bool:
            return len(statuses) > asked + 20 and time.monotonic() > told_s + 2 * DRAIN_S

        await until(went_on)
        await until(lambda: answers(program, 400))
        numbers = await program.numbers()
        assert numbers.sum("config_generation_oldest") == 1
        held.go.set()
        assert said(first + await read_stream(old)) == "开头" + TERM
        new = await program.ask(chat(stream=True))
        assert TERM not in said(new.body)
        assert b"content_filter" in new.body

    assert set(statuses) == {200}

    async def old_ones_left() -> bool:
        numbers = await program.numbers()
        return numbers.sum("config_generation_oldest") == 2 and numbers.sum("workers") == 2

    await until(old_ones_left)
    numbers = await program.numbers()
    assert numbers.sum("reload_total", result="ok") == 1
    assert numbers.sum("exchanges_total", outcome="passed") >= len(statuses) + 1
    assert await program.stop() == 0
    assert not program.verify().fault


BAD = {
    "unknown key": ("version: 1\nextends: cn-public\nrulez: []\n", "rulez", 3),
    "not yaml": ("version: 1\nrules: [\n", "", 3),
    "missing list": (
        "version: 1\nextends: cn-public\nlexicons:\n  - {use: nowhere.jsonl}\n", "nowhere.jsonl",
        4,
    ),
}  # fmt: skip


async def test_bad_policy_is_refused(launch: Launch, upstream: ScriptedUpstream) -> None:
    """A wrong policy keeps the running one: the log names file, line and key, the number counts,
    the probe says so; a right one later is taken."""
    upstream.script = Held()
    program = await launch(workers=2)
    before = await program.ready()
    for number, (text, key, line) in enumerate(BAD.values(), 1):
        program.write_policy(text)
        program.signal(signal.SIGHUP)
        numbers = await program.counted("reload_total", number, result="refused")
        told = [
            json.loads(each) for each in program.log.splitlines() if "bad configuration" in each
        ]
        assert f"policy.yaml, line {line}: " in told[-1]["detail"]
        assert key in told[-1]["detail"]

        async def said_so() -> bool:
            return (await program.ready())["last_reload"] == "refused"

        await until(said_so)
    ready = await program.ready()
    assert ready == {**before, "last_reload": "refused"}
    assert (await program.ask(chat(TERM))).status == 400
    assert numbers.sum("reload_total", result="ok") == 0
    program.write_policy(OPEN)
    program.signal(signal.SIGHUP)
    assert (await reloaded(program, 2))["last_reload"] == "ok"
    await until(lambda: answers(program, 200))


async def test_reloads_in_a_row(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Signals that come faster than reloads end in the newest policy, with nobody left over."""
    upstream.script = Held()
    program = await launch(OPEN, workers=2)
    async with load(program) as statuses:
        for policy in (GUARDED, OPEN, GUARDED):
            program.write_policy(policy)
            program.signal(signal.SIGHUP)
            await asyncio.sleep(0.05)
        await until(lambda: answers(program, 400))
    assert set(statuses) == {200}

    async def settled() -> bool:
        return len(program.workers) == 2 and len(program.children) == 3

    await until(settled)
