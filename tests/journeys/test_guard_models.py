"""A remote guard model behind the real program: what it calls unsafe is held, in time or at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from filters.classifier import shipped_scorer, unsure
from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import (
    FINISH,
    PROVIDER_KEY,
    Program,
    answered,
    chat,
    event,
    read_stream,
    said,
    until,
    whole,
)

SAFE = "今天的天气很好，适合出门走一走散散步。"
UNSAFE = "现在教你怎样做一件非常可怕的事情啊。"
PERHAPS = ("女人就是不会开车。", "你们这些人都该滚出去，别在这里待着。", "老人就是什么都学不会。")
ARGUABLE = "有人认为这件事对，也有人认为它不对。"
SAYS = {
    UNSAFE: "Safety: Unsafe\nCategories: Violent",
    ARGUABLE: "Safety: Controversial\nCategories: Unethical Acts",
}


class Guard:
    """A guard model on loopback. ``mood`` is ``well``, ``garbage``, ``slow`` or ``broken``."""

    def __init__(self) -> None:
        self.mood = "well"
        self.server = ScriptedUpstream()
        self.server.script = self._answer

    async def _answer(self, talk: Conversation) -> None:
        if self.mood == "slow":
            await talk.left(10)
            return
        if self.mood == "broken":
            await talk.whole(b"{}", status=500)
            return
        asked = json.loads(talk.heard.body)["messages"][-1]["content"]
        judged = next((said for text, said in SAYS.items() if text in asked), "Safety: Safe")
        await talk.whole(whole("as I see it" if self.mood == "garbage" else judged))


@pytest.fixture
async def guard() -> AsyncIterator[Guard]:
    """A guard model that listens."""
    one = Guard()
    async with one.server.listening():
        yield one


def policy(guard: Guard, *, failure: Any = "block", **changes: Any) -> dict[str, Any]:
    """Return a policy with this guard model alone."""
    model = {"name": "guard", "url": f"http://127.0.0.1:{guard.server.port}", "model": "g",
             "deadline": "0.4s", **changes}  # fmt: skip
    rules = [
        {"id": "unsafe", "when": "guard.unsafe.*", "do": "block"},
        {"id": "arguable", "when": "guard.controversial.*", "do": "flag"},
    ]
    return {"version": 1, "guard_models": [model], "rules": rules,
            "on_failure": {"guard_models": {"guard": failure}}}  # fmt: skip


async def stream(program: Program) -> tuple[str, bytes, str]:
    """Ask for a stream; returns its text, its bytes and its exchange."""
    got = await program.ask(chat(stream=True))
    assert got.status == 200, got
    return said(got.body), got.body, got.headers["x-sealgate-exchange"]


def speaking(*sentences: str, size: int = 3) -> Any:
    """Return an upstream that says sentences in pieces of so many characters."""

    async def script(talk: Conversation) -> None:
        text = "".join(sentences)
        if b'"stream"' not in talk.heard.body:
            await talk.whole(whole(text))
            return
        pieces = [event(text[at : at + size]) for at in range(0, len(text), size)]
        await talk.stream(*pieces, FINISH, DONE)

    return script


async def test_sync_holds(launch: Launch, upstream: ScriptedUpstream, guard: Guard) -> None:
    """No character of an unsafe sentence leaves, on either side; what is arguable is on record and
    passes; the time that the model took is measured."""
    program = await launch(policy(guard))
    upstream.script = speaking(SAFE, ARGUABLE, UNSAFE, SAFE)
    text, body, exchange = await stream(program)
    assert text.startswith(SAFE + ARGUABLE)
    assert UNSAFE[0] not in text.removeprefix(SAFE + ARGUABLE)
    assert b'"content_filter"' in body
    close = (await program.record(exchange)).facts["close"]
    assert close["outcome"] == "blocked_output"
    assert {fact["category"] for fact in close["findings"]} == {
        "guard.unsafe.violent", "guard.controversial.unethical_acts"
    }  # fmt: skip
    got = await program.ask(chat())
    assert json.loads(got.body)["choices"][0]["finish_reason"] == "content_filter"
    assert SAFE not in got.body.decode()
    asked = len(upstream.heard)
    assert (await program.ask(chat(UNSAFE))).code == "content_filter"
    assert len(upstream.heard) == asked
    numbers = await program.numbers()
    consults = numbers.sum("consult_seconds_count", filter="guard")
    assert 4 < consults <= len(guard.server.heard)  # after a block nobody waits for an answer
    assert numbers.sum("guard_remembered_total", filter="guard") >= 3  # the second answer's
    assert numbers.sum("filter_errors_total") == 0


@pytest.mark.parametrize("leak", [0, 8])
async def test_trailing_leaks_no_more(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard, leak: int
) -> None:
    """While the model thinks, at most ``leak`` characters that it has not judged are out."""
    program = await launch(policy(guard, mode="trailing", leak=leak, deadline="10s"))
    safe = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        await talk.chunk(event(SAFE))
        await safe.wait()
        for letter in UNSAFE + SAFE:
            await talk.chunk(event(letter))
        await talk.chunk(FINISH)
        await talk.chunk(DONE)
        await talk.end_stream()

    upstream.script = script
    async with Client.to(program.port) as client:
        await client.post(chat(stream=True), PROVIDER_KEY)
        await client.head()
        got = b""
        while SAFE not in said(got):  # judged and out
            got += await client.chunk()
        safe.set()
        got += await read_stream(client)
    shown = said(got).removeprefix(SAFE)
    common = 0
    while common < len(UNSAFE) and shown[common : common + 1] == UNSAFE[common]:
        common += 1
    assert common <= leak
    assert b'"content_filter"' in got
    assert b'"retract":true' in got.replace(b" ", b"")


FAILURES = ("garbage", "slow", "broken")


@pytest.mark.parametrize("mood", FAILURES)
async def test_failure_blocks(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard, mood: str
) -> None:
    """A model that talks nonsense, is late or broken: nothing unjudged passes, it is counted, and
    everything passes again when it is well."""
    program = await launch(policy(guard))
    upstream.script = speaking(SAFE)
    guard.mood = mood
    got = await program.ask(chat(SAFE))
    assert got.status == 400
    assert upstream.heard == []
    numbers = await program.counted("filter_errors_total", 1, filter="guard")
    assert numbers.sum("consult_seconds_count", filter="guard") >= 1
    guard.mood = "well"

    async def well() -> bool:
        text, _, exchange = await stream(program)
        if text != SAFE:
            return False
        return answered(await program.record(exchange)) == SAFE

    await until(well)


@pytest.mark.parametrize("mood", ["garbage", "slow"])
async def test_failure_does_without_for_a_while(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard, mood: str
) -> None:
    """``use_local_only``: exchanges pass unjudged by the model and are counted; beyond the longest
    time they are blocked; a model that is well again judges again."""
    failure = {"do": "use_local_only", "longest": "2s"}
    program = await launch(policy(guard, failure=failure))
    upstream.script = speaking(SAFE)
    guard.mood = mood
    assert (await program.ask(chat(SAFE))).status == 200
    await program.counted("filter_errors_total", 1, filter="guard")

    async def blocked() -> bool:
        return (await program.ask(chat(SAFE))).status == 400

    await until(blocked)
    guard.mood = "well"

    async def passes() -> bool:
        return (await program.ask(chat(SAFE))).status == 200

    await until(passes)
    assert (await program.ask(chat(UNSAFE))).code == "content_filter"


async def test_model_is_down(launch: Launch, upstream: ScriptedUpstream, guard: Guard) -> None:
    """Nobody listens where the model should be: as any other failure, and the gateway starts."""
    url = "http://127.0.0.1:9"
    program = await launch(policy(guard, url=url))
    upstream.script = speaking(SAFE)
    assert (await program.ask(chat(SAFE))).status == 400
    assert upstream.heard == []
    numbers = await program.counted("filter_errors_total", 1, filter="guard")
    assert numbers.sum("filter_errors_total", filter="guard") >= 1


def turns(*texts: str) -> bytes:
    """Return a conversation: user and assistant by turns."""
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]
    return json.dumps({"model": "m", "messages": messages}).encode()


async def test_earlier_turns_are_asked_about_once_and_a_cap_ends_it(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard
) -> None:
    """A conversation that grows costs its new turn; unsafe earlier turns do not go up; when the
    day's calls are used up, the other filters go on alone, and that is on record."""
    program = await launch(
        policy(guard, sides=["input"], daily={"calls": 4, "then": "use_local_only"})
    )
    upstream.script = speaking(SAFE)
    assert (await program.ask(turns("你好，今天天气怎么样呢？"))).status == 200
    assert len(guard.server.heard) == 1
    grown = ("你好，今天天气怎么样呢？", SAFE, "那么明天的天气会是怎样的呢？")
    assert (await program.ask(turns(*grown))).status == 200
    assert len(guard.server.heard) == 3
    assert (await program.ask(turns(UNSAFE, SAFE, "那么明天的天气会是怎样的呢？"))).status == 200
    assert UNSAFE not in upstream.heard[-1].body.decode()
    assert len(guard.server.heard) == 4
    got = await program.ask(turns("这是一句从来没有问过的新的话。"))
    assert (got.status, len(guard.server.heard)) == (200, 4)
    numbers = await program.counted("guard_capped_total", 1, filter="guard")
    assert numbers.sum("filter_errors_total", filter="guard") == 0
    assert numbers.sum("guard_calls_total", filter="guard") == 4
    assert numbers.sum("guard_remembered_total", filter="guard") >= 1


async def test_a_router_asks_only_about_what_it_is_unsure_of(
    launch: Launch, upstream: ScriptedUpstream, guard: Guard
) -> None:
    """The embedded classifier passes what it is sure of by the dearer guard."""
    rules = [{"id": "unsafe", "when": "guard.unsafe.*", "do": "block"},
             {"id": "noted", "when": "injection", "do": "flag"}]  # fmt: skip
    asked = policy(guard, ask_when="uncertain") | {"classifier": True, "rules": rules}
    program = await launch(asked)
    upstream.script = speaking(SAFE)
    assert (await program.ask(chat(SAFE))).status == 200
    assert guard.server.heard == []
    scorer = shipped_scorer()
    text = next(text for text in PERHAPS if unsure(scorer.score(text)))
    assert (await program.ask(chat(text))).status == 200
    assert len(guard.server.heard) == 1
