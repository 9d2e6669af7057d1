"""kill -9 under load: after a restart the ledger has every character that a client got.

What is killed and when is drawn from a seed that is logged; `SEALGATE_TEST_SEED` repeats it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.assembly.vault import open_vault
from gateway.config.settings import Settings
from gateway.edge.gateway import SystemClock
from gateway.ledger.search import Archive
from tests.edge_kit import DONE, Client, Conversation, ScriptedUpstream
from tests.process_kit import until
from tests.whole_gateway import KEY, STREAM, Whole, event

SEED = int(os.environ.get("SEALGATE_TEST_SEED", "0")) or random.SystemRandom().getrandbits(32)
CLIENTS = 6
EVENTS = 300
LETTERS = "春天来了花开满园小鸟在枝头歌唱孩子们在草地上奔跑老人坐在长椅上晒太阳风很轻云很淡"


class Seen(NamedTuple):
    """What one client got: the exchange and the content that it would have shown."""

    exchange: str
    content: str


async def _talk(talk: Conversation) -> None:
    """Say random prose, some of it in bursts."""
    pick = random.Random(SEED)
    await talk.start_stream()
    for _ in range(EVENTS):
        text = "".join(pick.choices(LETTERS, k=pick.randint(1, 6)))
        await talk.chunk(event(text) * pick.choice((1, 1, 1, 5)))
        await asyncio.sleep(pick.choice((0, 0, 0.001, 0.004)))
    await talk.chunk(DONE)
    await talk.end_stream()


async def _listen(port: int, seen: list[Seen]) -> None:
    """Ask, and keep every byte until the end or the kill."""
    gone = (asyncio.IncompleteReadError, ConnectionError, TimeoutError)
    with suppress(*gone):
        async with Client.to(port) as client:
            await client.post(STREAM, KEY)
            _, headers = await client.head()
            body = bytearray()
            with suppress(*gone):
                await _read_all(client, body)
            seen.append(Seen(headers["x-sealgate-exchange"].upper(), _content(body)))


async def _read_all(client: Client, body: bytearray) -> None:
    """Read until the end of a chunked body, or of the connection."""
    while not body.endswith(b"0\r\n\r\n") and (piece := await client.reader.read(65536)):
        body += piece


def _content(chunked: bytearray) -> str:
    """Return the content of all whole events in a chunked body, cut anywhere."""
    plain, rest = bytearray(), bytes(chunked)
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        plain += rest[: int(size or b"0", 16)]
        rest = rest[int(size or b"0", 16) + 2 :]
    found = []
    for block in bytes(plain).split(b"\n\n"):
        data = block.partition(b"data: ")[2]
        with suppress(ValueError, KeyError, IndexError, UnicodeDecodeError):
            found.append(json.loads(data)["choices"][0]["delta"]["content"] or "")
    return "".join(found)


@pytest.fixture
async def whole(tmp_path: Path, upstream: ScriptedUpstream) -> AsyncIterator[Whole]:
    """A running program with two workers; nothing of it is left afterwards."""
    program = Whole(tmp_path, upstream)
    with (tmp_path / "sealgate.yaml").open("a") as settings:
        settings.write("workers: 2\n")
    await program.start()
    yield program
    if program.process.poll() is None:
        await program.kill_all()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("half", "rounds"),
    [(0, 10), (1, 10), *(pytest.param(half, 100, marks=pytest.mark.long) for half in (0, 1))],
)
async def test_killed_at_random_instants(
    whole: Whole, upstream: ScriptedUpstream, half: int, rounds: int
) -> None:
    """A child (worker or steward), the supervisor alone, or everything is killed in the middle of
    six streams, again and again; in two halves, which may run side by side."""
    logging.getLogger(__name__).warning("SEALGATE_TEST_SEED=%d", SEED)
    pick = random.Random(SEED + half)
    upstream.script = _talk
    seen: list[Seen] = []
    for number in range(rounds):
        listening = [asyncio.create_task(_listen(whole.port, seen)) for _ in range(CLIENTS)]
        await asyncio.sleep(pick.uniform(0.0, 0.4))
        await _KILLS[number % len(_KILLS)](whole, pick)
        await asyncio.gather(*listening)
        if whole.process.poll() is not None:
            await whole.start()
    for one in seen:
        await whole.stored(one.exchange, 30.0)
    assert await whole.stop() == 0
    await asyncio.to_thread(whole.verify)
    settings = Settings(state=str(whole.folder / "state"))
    assert sum(bool(one.content) for one in seen) >= rounds
    _compare(settings, seen)


async def _kill_child(whole: Whole, pick: random.Random) -> None:
    """kill -9 of one child, if there is one just now; the supervisor starts another."""
    children = whole.children()
    if children:
        with suppress(ProcessLookupError):
            os.kill(pick.choice(children), signal.SIGKILL)


async def _kill_supervisor(whole: Whole, pick: random.Random) -> None:
    """kill -9 of the supervisor alone; its children see that and leave."""
    children = whole.children()
    whole.process.kill()
    await asyncio.to_thread(whole.process.wait, 10)

    async def gone() -> bool:
        return not any(_lives(pid) for pid in children)

    await until(gone, 40.0)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def _kill_all(whole: Whole, pick: random.Random) -> None:
    """kill -9 of everything."""
    await whole.kill_all()


_KILLS = (_kill_child, _kill_supervisor, _kill_child, _kill_child, _kill_all, _kill_child)


def _compare(settings: Settings, seen: list[Seen]) -> None:
    """What each client got is the beginning of what its record says was released."""
    vault = open_vault(settings, make=False)
    store = vault.store()
    archive = Archive(store, vault.keyring, vault.state, SystemClock())
    states: dict[str, int] = {}
    for one in seen:
        shown = archive.show(one.exchange, reason="kill test", reader="tests")
        assert shown is not None, one.exchange
        assert shown.contents is not None, one.exchange
        kept = "".join(piece.text for piece in shown.contents.answer if piece.path == "content")
        assert kept.startswith(one.content), one.exchange
        states[shown.record.state] = states.get(shown.record.state, 0) + 1
    store.close()
    assert states.get("recovered"), "no exchange was cut: the kills came too late to mean anything"
