"""What two workers do together is what one would do: daily caps, draws for review."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gateway.access.sampling import Sampler
from gateway.assembly.vault import open_vault
from gateway.config.settings import Settings
from gateway.nouns.conduct import ReviewSample
from tests.edge_kit import Conversation, ScriptedUpstream
from tests.journeys.conftest import GUARDED, Launch
from tests.process_kit import CATEGORY, TERM, Program, chat, until, whole

TOKENS = 150
"""What the guard says that a question took; less than its bytes and its longest answer."""

AT_ONCE = 30


async def answer(talk: Conversation) -> None:
    """Say something harmless."""
    await talk.whole(whole("好的"))


class Guard:
    """A guard model on loopback that takes half a second, so that many questions are under way.
    ``asked`` is how many it got."""

    def __init__(self) -> None:
        self.server = ScriptedUpstream()
        self.server.script = self._answer
        self.asked = 0

    async def _answer(self, talk: Conversation) -> None:
        self.asked += 1
        await asyncio.sleep(0.5)
        said = json.loads(whole("Safety: Safe"))
        said["usage"] = {"total_tokens": TOKENS}
        await talk.whole(json.dumps(said).encode())


@pytest.fixture
async def guard() -> AsyncIterator[Guard]:
    """A guard model that listens."""
    one = Guard()
    async with one.server.listening():
        yield one


def _capped(guard: Guard, **daily: Any) -> dict[str, Any]:
    model = {"name": "guard", "url": f"http://127.0.0.1:{guard.server.port}", "model": "g",
             "sides": ["input"], "deadline": "20s", "price": {"million_tokens": 1_000_000},
             "daily": {"then": "use_local_only", **daily}}  # fmt: skip
    return {
        "version": 1, "guard_models": [model],
        "rules": [{"id": "unsafe", "when": "guard.unsafe.*", "do": "block"}],
        "on_failure": {"guard_models": {"guard": "block"}},
    }  # fmt: skip


async def _ask_at_once(program: Program, of: str) -> None:
    """Ask many things at once, none of them twice; all are answered."""
    texts = [f"{of}：这是第 {number} 句从来没有问过的话。" for number in range(AT_ONCE)]
    found = await asyncio.gather(*(program.ask(chat(text)) for text in texts))
    assert {got.status for got in found} == {200}


def _both_worked(program: Program) -> bool:
    sizes = [path.stat().st_size for path in (program.state / "spool").glob("*.spool")]
    return len(sizes) == 2 and min(sizes) > 1_000


@pytest.mark.parametrize(
    ("daily", "most"),
    [({"calls": 7}, 7), ({"tokens": 3_000}, 3_000 // TOKENS), ({"money": 3_000}, 3_000 // TOKENS)],
)
async def test_a_daily_cap_holds_over_all_workers(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard, daily: dict[str, int], most: int
) -> None:
    """Questions of both workers, many at once, take no more than the cap; the other filters go on
    alone, and still do after a restart."""
    upstream.script = answer
    program = await launch(_capped(guard, **daily), workers=2)
    for turn in range(20):  # a worker accepts all that wait: one might take everything at once
        await _ask_at_once(program, f"turn {turn}")
        if turn > 2 and _both_worked(program):
            break
    assert _both_worked(program)
    assert most // 2 < guard.asked <= most
    asked = guard.asked
    assert await program.stop() == 0
    await program.start()
    await _ask_at_once(program, "after a restart")
    assert guard.asked <= most
    if "calls" in daily:
        assert guard.asked == asked == most


async def test_both_workers_draw_the_same(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Which exchanges people look at is a matter of the key and the exchange alone: what two
    workers queue is what one would have drawn, once each, also after a restart."""
    upstream.script = answer
    sample = {"id": "some", "rate": "40%", "when": CATEGORY}
    program = await launch({**GUARDED, "review": [sample]}, workers=2)
    exchanges: list[str] = []
    for _ in range(2):
        found = await asyncio.gather(*(program.ask(chat(TERM)) for _ in range(AT_ONCE)))
        exchanges += [got.headers["x-sealgate-exchange"].upper() for got in found]
        await program.counted("shipped_records_total", AT_ONCE)
        assert await program.stop() == 0
        await program.start()
    vault = open_vault(msgspec.convert(program.settings, Settings), make=False)
    sampler = Sampler((ReviewSample(id="some", rate=0.4),), vault.keyring.fingerprint_key)
    drawn = sorted(each for each in exchanges if sampler.reasons(each, "blocked_input", ()))
    assert 0 < len(drawn) < len(exchanges)

    async def queued() -> bool:
        code, waiting = await program.run("review", "list", "--limit", "1000")
        assert code == 0
        return sorted(item["exchange"] for item in waiting) == drawn

    assert await until(queued)
