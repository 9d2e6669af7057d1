"""A backup under load, and its restore: what was answered before it is on record elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.edge_kit import Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.process_kit import Program, answered, chat, whole

SOME, MOST = 10, 2_000


async def say(talk: Conversation) -> None:
    """Answer."""
    await talk.whole(whole("好的"))


async def test_a_backup_under_load_is_whole(
    launch: Launch, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """Two workers serve while it is made; a gateway on the restored folder has every exchange that
    was answered before, with its text, and one chain."""
    upstream.script = say
    program = await launch(workers=2)
    done: list[str] = []
    warm = asyncio.Event()

    async def keep_asking(user: int) -> None:
        while len(done) < MOST:
            got = await program.ask(chat(), f"x-user-id: u{user}")
            done.append(got.headers["x-sealgate-exchange"])
            if len(done) >= SOME:
                warm.set()

    askers = [asyncio.ensure_future(keep_asking(user)) for user in range(3)]
    await warm.wait()
    await program.counted("shipped_records_total", 1)  # so there is a store
    (tmp_path / "words").write_text("correct horse battery staple", encoding="utf-8")
    words = ("--passphrase", f"file:{tmp_path}/words")
    before = list(done)
    code, made = await program.run("ledger", "backup", str(tmp_path / "backup"), *words)
    assert code == 0, made
    assert made["keys"]
    for asker in askers:
        asker.cancel()
    await asyncio.gather(*askers, return_exceptions=True)
    assert await program.stop() == 0

    again = Program(_folder(tmp_path), f"http://127.0.0.1:{upstream.port}", {"version": 1})
    code, back = await again.run("ledger", "restore", str(tmp_path / "backup"), *words)
    assert (code, back["chain"]["fault"]) == (0, ""), back
    try:
        await again.start()
        for exchange in before:
            assert "好的" in answered(await again.record(exchange))
        assert await again.stop() == 0
    finally:
        await asyncio.to_thread(again.leave_nothing)
    assert not again.verify().fault


def _folder(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"
