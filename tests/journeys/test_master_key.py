"""A new master key under load: nobody notices, and every text opens before and after."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import msgspec
import pytest

from gateway.ledger.keyring import load_keyring
from gateway.stores.relational import RelationalStore
from tests.edge_kit import Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import Program, answered, chat, until, whole


async def say(talk: Conversation) -> None:
    """Answer."""
    await talk.whole(whole("好的"))


async def asked(program: Program, subject: str) -> str:
    """Ask for a subject; returns the exchange."""
    got = await program.ask(chat(), f"x-user-id: {subject}")
    assert got.status == 200
    return got.headers["x-sealgate-exchange"]


def wrapped_before(state: Path) -> int:
    """How many subjects' keys are not under the master key in force."""
    ring = load_keyring(state, "")
    store = RelationalStore(str(state / "ledger.db"))
    try:
        return sum(not ring.is_current(key) for key in store.subject_keys().values())
    finally:
        store.close()


async def test_rotated_while_it_serves(launch: Launch, upstream: ScriptedUpstream) -> None:
    """The running gateway goes on with the key it has; after a reload the subjects' keys are
    wrapped by the new one; records from before, between and after open, and the chain holds."""
    upstream.script = say
    program = await launch(workers=2)
    exchanges = [await asked(program, "a"), await asked(program, "b")]
    for one in exchanges:
        await program.record(one)
    code, said = await program.run("keys", "rotate")
    assert (code, said["running"]) == (0, True)
    exchanges += [await asked(program, "b"), await asked(program, "c")]
    for one in exchanges:
        await program.record(one)
    assert wrapped_before(program.state) == 3
    program.signal(signal.SIGHUP)
    while "reloaded" not in program.log:  # under load: new workers, and still the old steward
        exchanges = [*exchanges[:12], await asked(program, "d")]
    exchanges += await asyncio.gather(*(asked(program, "d") for _ in range(8)))
    await program.counted("reload_total", 1, result="ok")

    async def all_moved() -> bool:
        return wrapped_before(program.state) == 0

    await until(all_moved)
    exchanges.append(await asked(program, "c"))
    for one in exchanges:
        assert "好的" in answered(await program.record(one))
    assert await program.stop() == 0
    assert not program.verify().fault


@pytest.mark.long
async def test_a_lost_keyring_is_brought_back(
    launch: Launch, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """Without it the gateway refuses to start and says why; after the import it serves, and what
    was said before opens."""
    upstream.script = say
    program = await launch()
    exchange = await asked(program, "a")
    await program.record(exchange)
    (tmp_path / "words").write_text("correct horse battery staple", encoding="utf-8")
    words = ("--passphrase", f"file:{tmp_path}/words")
    box = str(tmp_path / "box.json")
    assert (await program.command_line("keys", "export", box, *words))[0] == 0
    assert await program.stop() == 0
    (program.state / "keyring.json").unlink()
    code, told = await program.command_line("serve")
    assert (code, "is gone" in told) == (2, True)
    code, told = await program.command_line("keys", "import", box, *words)
    assert (code, "keyring.json" in told) == (0, True)
    await program.start()
    assert "好的" in answered(await program.record(exchange))
    assert await program.stop() == 0
    assert not program.verify().fault


@pytest.mark.long
async def test_one_exchange_is_erased(launch: Launch, upstream: ScriptedUpstream) -> None:
    """One that names no subject goes alone; one that names a subject is left to its erasure."""
    upstream.script = say
    program = await launch()
    first = (await program.ask(chat())).headers["x-sealgate-exchange"]
    second = (await program.ask(chat())).headers["x-sealgate-exchange"]
    named = await asked(program, "a")
    for one in (first, second, named):
        await program.record(one)
    code, told = await program.command_line("ledger", "erase", "--yes", "--exchange", first)
    assert (code, "1 records" in told) == (0, True)
    code, told = await program.command_line("ledger", "erase", "--yes", "--exchange", named)
    assert (code, "--subject" in told) == (2, True)
    states = [(await program.record(one)).state for one in (first, second, named)]
    assert states == ["erased", "closed", "closed"]
    assert msgspec.json.encode((await program.record(first)).texts) == b"[]"
    assert await program.stop() == 0
    assert not program.verify().fault
