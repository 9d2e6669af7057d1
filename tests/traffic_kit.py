"""Real traffic of every kind against the real program with two workers, in a thread of its own.

For tests that look at the numbers from outside: a Prometheus that scrapes while things happen.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.process_kit import FINISH, PROVIDER_KEY, TERM, Program, chat, event, until, whole

WORKERS = 2
PAUSE_S = 0.15
MOBILE = "13917302846"
UNSURE = "这句话谁也说不清"
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def policy(guard_port: int, mode: str) -> dict[str, Any]:
    """Return a policy with everything on."""
    guard = {"name": "guard", "url": f"http://127.0.0.1:{guard_port}", "model": "g",
             "deadline": "1s"}  # fmt: skip
    return {
        "version": 1, "extends": "cn-public", "mode": mode,
        "lexicons": [{"use": "terms.jsonl", "owner": "tests"}],
        "guard_models": [guard],
        "rules": [{"id": "unsafe", "when": "guard.unsafe.*", "do": "block"}],
        "on_failure": {"guard_model": {"do": "use_local_only", "longest": "1h"}},
    }  # fmt: skip


async def model(talk: Conversation) -> None:
    """The model API: it does what the last words say."""
    messages = json.loads(talk.heard.body)["messages"]
    words = json.dumps(messages[-1]["content"], ensure_ascii=False)
    if "break" in words:
        talk.reset()
    elif "fail" in words:
        await talk.whole(b'{"error":{"message":"no"}}', status=500)
    elif "busy" in words:
        await talk.whole(b'{"error":{"message":"later"}}', "retry-after: 1", status=429)
    elif "wait" in words:
        await talk.start_stream()
        await talk.chunk(event("请稍等一等，这个回答马上就要说到正题上去了。"))
        await talk.left()
    elif "stream" in talk.heard.body.decode():
        pieces = [event(piece) for piece in ("这是", "一段慢慢说完的回答，", f"号码{MOBILE}。")]
        await talk.stream(*pieces, FINISH, DONE)
    elif "tell" in words:
        await talk.whole(whole(f"说到{TERM}"))
    else:
        await talk.whole(whole("好的。" if "hello" in words else f"请打{MOBILE}。"))


async def guard(talk: Conversation) -> None:
    """The guard model: safe, unless it does not know."""
    unsure = UNSURE in talk.heard.body.decode() or "\\u8c01" in talk.heard.body.decode()
    await talk.whole(whole("I cannot say" if unsure else "Safety: Safe"))


class Traffic:
    """Starts the program and keeps asking. ``sent`` counts the requests that were answered or
    left; `pause` stops asking and waits until nothing runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stop, self._ready = Event(), Event()
        self._go, self._idle = Event(), Event()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, name="traffic")
        self._go.set()
        self.sent = 0
        self.operations = 0

    def start(self, seconds: float = 60.0) -> None:
        """Start, and return once every kind was asked in both modes."""
        self._thread.start()
        end_s = time.monotonic() + seconds
        while not self._ready.wait(0.1):
            assert self._thread.is_alive(), self._failure
            assert time.monotonic() < end_s, "the program did not come up"

    def pause(self) -> None:
        """Ask nothing more until `resume`."""
        self._go.clear()
        assert self._idle.wait(20), self._failure

    def resume(self) -> None:
        """Go on asking."""
        self._go.set()

    def stop(self) -> None:
        """End the program; fails if anything was not as it should be."""
        self._stop.set()
        self._go.set()
        self._thread.join(60)
        assert self._failure is None, self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as failure:  # the test's thread shows it
            self._failure = failure
            raise

    async def _live(self) -> None:
        upstream, guarding = ScriptedUpstream(), ScriptedUpstream()
        upstream.script, guarding.script = model, guard
        await upstream.start()
        await guarding.start()
        place = {"url": f"http://127.0.0.1:{upstream.port}", "retries": 0}
        program = Program(
            self._folder, place["url"], policy(guarding.port, "observe"),
            workers=WORKERS, upstream=place, producer="", limits={"request_body_s": 2.0},
        )  # fmt: skip
        try:
            await self._ask_in_both_modes(program, guarding.port)
            assert await program.stop() == 0, program.log
        finally:
            await asyncio.to_thread(program.leave_nothing)
            await upstream.close()
            await guarding.close()
        assert upstream.failure is None
        assert guarding.failure is None

    async def _ask_in_both_modes(self, program: Program, guard_port: int) -> None:
        await program.start()
        code, made = await program.run("key", "create", "slow", "--requests-per-minute", "1")
        assert code == 0, made
        self.operations = program.operations
        asked = [*_KINDS, _limited(made["key"])]
        for _ in range(3):
            await self._round(program, asked)
        for reloads, text in enumerate(("version: 1\nrulez: []\n", policy(guard_port, "enforce"))):
            program.write_policy(text)
            program.signal(signal.SIGHUP)
            await program.counted("reload_total", reloads + 1)
        await until(lambda: _blocks(self, program))
        while not self._stop.is_set():
            await self._round(program, asked)
            self._ready.set()
            if not self._go.is_set():
                await until(lambda: _nothing_runs(program))
                self._idle.set()
                await asyncio.to_thread(self._go.wait)
                self._idle.clear()

    async def _round(self, program: Program, asked: list[Kind]) -> None:
        for ask in asked:
            await ask(program)
            self.sent += 1
        await asyncio.sleep(PAUSE_S)


Kind = Callable[[Program], Awaitable[object]]


async def _nothing_runs(program: Program) -> bool:
    return (await program.numbers()).sum("in_flight") == 0


async def _blocks(traffic: Traffic, program: Program) -> bool:
    traffic.sent += 1
    return (await program.ask(chat(TERM))).status == 400


def _body(body: bytes) -> Kind:
    return lambda program: program.ask(body)


def _limited(key: str) -> Kind:
    return lambda program: program.ask(chat(), f"authorization: Bearer {key}")


async def _leave(program: Program) -> None:
    async with Client.to(program.port) as client:
        await client.post(chat("wait", stream=True), PROVIDER_KEY)
        await client.head()
        await client.chunk()


_KINDS: list[Kind] = [
    _body(chat("hello", user="u-1")),
    _body(chat("nobody", stream=True)),
    _body(chat(TERM)),
    _body(chat("tell")),
    _body(json.dumps({"model": "m", "messages": [
        {"role": "system", "content": TERM}, {"role": "user", "content": "hello"},
    ]}).encode()),
    _body(chat(UNSURE + "，所以它只好什么都不说。")),
    _body(json.dumps({"model": "m", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "what is it?"}, PICTURE]},
    ]}).encode()),
    _body(chat("fail")),
    _body(chat("busy")),
    _body(chat("break")),
    _body(b"{"),
    lambda program: program.ask(chat(), path="/v1/nowhere"),
    _leave,
]  # fmt: skip
