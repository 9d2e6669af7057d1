"""Real processes: signals, deaths, reloads. Every wait is bounded; every process is ours to end."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.edge_kit import (
    CHAT,
    CHAT_STREAM,
    DONE,
    FIRST,
    WHOLE,
    Client,
    Conversation,
    ScriptedUpstream,
    ask,
)
from tests.process_kit import until
from tests.supervised_kit import Running, ends


@pytest.fixture
def run(tmp_path: Path, upstream: ScriptedUpstream) -> Iterator[Callable[..., Running]]:
    """Start supervised gateways: ``run(workers=2)``."""
    started: list[Running] = []

    def begin(*, up: bool = True, **settings: Any) -> Running:
        running = Running(tmp_path, upstream.port, **settings)
        started.append(running)
        if up:
            running.come_up()
            running.children()
        return running

    yield begin
    for running in started:
        running.end()


async def _ready(port: int) -> dict[str, Any]:
    got = await ask(port, b"", path="/readyz", method="GET")
    return {"http": got.status, **json.loads(got.body)}


async def _until(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait until something holds; returns it."""
    return await until(lambda: _answer_of(what), seconds)


async def _answer_of(what: Callable[[], Any]) -> Any:
    """Ask once; a connection that fails is no answer yet."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        found = what()
        return await found if asyncio.iscoroutine(found) else found


@pytest.fixture
async def held(upstream: ScriptedUpstream) -> AsyncIterator[asyncio.Event]:
    """The upstream's streams begin, and end when the test says so."""
    go = asyncio.Event()

    async def script(talk: Conversation) -> None:
        if b'"stream":true' not in talk.heard.body:
            await talk.whole(WHOLE)
            return
        await talk.start_stream()
        await talk.chunk(FIRST)
        await go.wait()
        await talk.chunk(DONE)
        await talk.end_stream()

    upstream.script = script
    yield go
    go.set()


async def test_serves_andends(run: Callable[..., Running]) -> None:
    """Two workers serve; SIGTERM ends all with exit code 0, records closed, shipper last."""
    running = run(workers=2)
    assert (await ask(running.port, CHAT)).body == WHOLE
    assert (
        await ask(running.operations, b"", path="/metrics", method="GET")
    ).body == b"# metrics\n"
    ready = await _until(lambda: _all_ready(running, 2))
    assert ready["policy"] == "first"
    assert len(running.children()) == 3
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0
    log = running.log()
    assert sum("journal closed True" in line for line in log) == 2
    assert log[-2] == "steward left shipped True"


async def _all_ready(running: Running, wanted: int) -> dict[str, Any] | None:
    ready = await _ready(running.operations)
    return ready if ready["workers_ready"] == wanted else None


async def test_drain_finishes_streams(run: Callable[..., Running], held: asyncio.Event) -> None:
    """SIGTERM lets a running stream finish, refuses new connections, and says so on 8081."""
    running = run()
    async with Client.to(running.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
        running.process.send_signal(signal.SIGTERM)

        async def draining() -> bool:
            return bool((await _ready(running.operations))["status"] == "draining")

        await _until(draining)

        async def refused() -> bool:
            try:
                await ask(running.port, CHAT)
            except (ConnectionError, asyncio.IncompleteReadError):
                return True
            return False

        await _until(refused)
        held.set()
        assert await client.chunk() == DONE
        assert await client.chunk() == b""
    assert running.process.wait(10) == 0


async def test_second_request_to_end_is_at_once(
    run: Callable[..., Running], held: asyncio.Event
) -> None:
    """A second SIGINT does not wait for streams."""
    running = run(drain_s=60.0)
    async with Client.to(running.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        running.process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(10) == 0


async def test_dead_worker_is_replaced(run: Callable[..., Running]) -> None:
    """kill -9 of a worker: its limits are forgotten, another takes its number and serves."""
    running = run()
    worker = await _until(lambda: _worker_pids(running, 1))
    os.kill(worker[0], signal.SIGKILL)
    await _until(lambda: any(f"ended {worker[0]} 0" in line for line in running.log()))
    assert await _until(lambda: _served(running))
    with pytest.raises(ProcessLookupError):
        os.kill(worker[0], 0)


def _worker_pids(running: Running, count: int) -> list[int] | None:
    """The children that hold the data port open: all but the steward, which was forked first."""
    pids = sorted(running.children())[1:]
    return pids if len(pids) == count else None


async def _served(running: Running) -> bool:
    return (await ask(running.port, CHAT)).body == WHOLE


async def test_dead_steward_is_replaced(run: Callable[..., Running]) -> None:
    """kill -9 of the steward: the exchange goes on, and metrics come back."""
    running = run()
    steward = min(running.children())
    os.kill(steward, signal.SIGKILL)
    assert (await ask(running.port, CHAT)).body == WHOLE
    ready = await _until(lambda: _all_ready(running, 1))
    assert ready["http"] == 200
    assert f"ended {steward} None" in running.log()


async def test_all_dead_at_once_are_replaced(run: Callable[..., Running]) -> None:
    """As when memory ran out: the supervisor, left alone, starts them all again."""
    running = run(workers=2)
    await _until(lambda: _all_ready(running, 2))
    before = set(running.children())
    running.process.send_signal(signal.SIGSTOP)  # so that it finds them dead together
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    running.process.send_signal(signal.SIGCONT)
    await _until(lambda: len(set(running.children()) - before) == 3)
    await _until(lambda: _all_ready(running, 2))
    assert await _until(lambda: _served(running))


async def test_no_orphans(run: Callable[..., Running], held: asyncio.Event) -> None:
    """kill -9 of the supervisor: its children drain and end by themselves."""
    running = run(workers=2)
    pids = running.children()
    assert len(pids) == 3
    running.process.kill()
    running.process.wait(10)
    assert await asyncio.to_thread(lambda: all(ends(pid) for pid in pids))


async def test_reload(run: Callable[..., Running], held: asyncio.Event) -> None:
    """SIGHUP brings a new generation under load; the old stream ends under its own."""
    running = run(workers=2)
    failures: list[BaseException] = []
    stop = asyncio.Event()

    async def load() -> None:
        while not stop.is_set():
            try:
                assert (await ask(running.port, CHAT)).body == WHOLE
            except BaseException as failure:
                failures.append(failure)
                raise

    loads = [asyncio.create_task(load()) for _ in range(3)]
    async with Client.to(running.port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        assert await client.chunk() == FIRST
        running.write("second")
        running.process.send_signal(signal.SIGHUP)

        async def second() -> bool:
            ready = await _ready(running.operations)
            return bool(ready["policy"] == "second" and ready["generation"] == 2)

        await _until(second)

        async def all_second() -> bool:
            policies = {(await _ready(running.port))["policy"] for _ in range(10)}
            return policies == {"second"}

        await _until(all_second)
        stop.set()
        await asyncio.gather(*loads)
        held.set()
        assert await client.chunk() == DONE
        assert await client.chunk() == b""
    assert failures == []
    assert "reloaded True" in running.log()
    await _until(lambda: len(running.children()) == 3)


@pytest.mark.parametrize("broken", ["load", "prepare", "work"])
async def test_bad_reload_keeps_the_running_one(run: Callable[..., Running], broken: str) -> None:
    """A wrong configuration is refused at every step, and the running one serves on."""
    running = run()
    running.write("second", broken=broken)
    running.process.send_signal(signal.SIGHUP)
    await _until(lambda: "reloaded False" in running.log())
    ready = await _until(lambda: _all_ready(running, 1))
    assert (ready["policy"], ready["last_reload"]) == ("first", "refused")
    assert (await ask(running.port, CHAT)).body == WHOLE
    running.write("third")
    running.process.send_signal(signal.SIGHUP)
    await _until(lambda: "reloaded True" in running.log())


async def test_what_runs_out_is_renewed(run: Callable[..., Running]) -> None:
    """Without a signal; a renewal that is refused is not tried again and again."""
    running = run()
    running.write("second", broken="prepare")
    outdated = running.config.with_suffix(".outdated")
    outdated.write_text("first")
    await _until(lambda: "reloaded False" in running.log())
    running.write("second")
    running.process.send_signal(signal.SIGHUP)
    await _until(lambda: "reloaded True" in running.log())
    assert running.log().count("reloaded False") == 1
    running.write("third")
    outdated.write_text("second")

    async def third() -> bool:
        return bool((await _ready(running.operations))["policy"] == "third")

    await _until(third)


async def test_a_system_without_room_ends_nothing(run: Callable[..., Running]) -> None:
    """No process can be made: the reload is refused, and a dead worker is replaced once one can."""
    running = run(workers=2)
    pid = running.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)

    fallen = 0

    def leave_one_descriptor() -> None:
        taken = {each.name for each in Path(f"/proc/{pid}/fd").iterdir()}
        _, second, *_ = (each for each in range(99) if str(each) not in taken)  # a pipe takes two
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (second, before[1]))

    def refused() -> bool:
        leave_one_descriptor()
        running.process.send_signal(signal.SIGHUP)
        return "reloaded False" in running.log()

    async def not_replaced() -> bool:
        """What a reload held for a moment may have left room for one: then the next one falls."""
        nonlocal fallen
        newest = max(running.children())
        if newest > fallen and await _all_ready(running, 2):
            fallen = newest
            leave_one_descriptor()
            os.kill(newest, signal.SIGKILL)
        return '"worker","detail":"Too many open files"' in running.errors.read_text()

    await _until(refused)
    await _until(not_replaced)
    assert (await ask(running.port, CHAT)).body == WHOLE
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    await _until(lambda: _all_ready(running, 2))


async def test_other_port_needs_a_restart(run: Callable[..., Running]) -> None:
    """A reload cannot move the listener: it is refused, not half done."""
    running = run()
    running.write("second", port=1)
    running.process.send_signal(signal.SIGHUP)
    await _until(lambda: "reloaded False" in running.log())
    assert (await ask(running.port, CHAT)).body == WHOLE


@pytest.mark.parametrize("broken", ["load", "prepare", "work"])
async def test_bad_start_ends_with_a_reason(
    tmp_path: Path, upstream: ScriptedUpstream, broken: str
) -> None:
    """A wrong configuration at the start: exit code 2 and the reason, no endless restarts."""
    running = Running(tmp_path, upstream.port, broken=broken)
    assert await asyncio.to_thread(running.process.wait, 20) == 2
    running.end()
    assert f"{broken} is broken." in running.errors.read_text()


async def test_processes_that_cannot_live_end_the_start(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    """A worker that dies again and again before all listened: exit code 3, no endless restarts."""
    running = Running(tmp_path, upstream.port, broken="crash")
    assert await asyncio.to_thread(running.process.wait, 40) == 3
    running.end()
    assert "not started" in running.errors.read_text()


async def test_port_in_use(tmp_path: Path, upstream: ScriptedUpstream) -> None:
    """A port that is taken: exit code 2, naming the setting."""
    running = Running(tmp_path, upstream.port, port=upstream.port)
    assert await asyncio.to_thread(running.process.wait, 20) == 2
    running.end()
    assert "port: 127.0.0.1:" in running.errors.read_text()
