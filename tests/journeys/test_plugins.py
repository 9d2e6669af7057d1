"""A stranger's package beside the gateway: named in the settings, its parts serve like our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge_kit import DONE, Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.plugin_kit import install
from tests.process_kit import FINISH, chat, event, said, whole

POLICY = {
    "version": 1,
    "rules": [{"id": "tickets", "when": "ticket", "side": "output", "do": "redact"}],
}
VECTORS = b'{"data": [{"index": 0, "embedding": [0.25]}]}'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package, where the program's own processes look."""
    folder = install(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


async def talk(to: Conversation) -> None:
    """Say a ticket number in pieces."""
    if b"input" in to.heard.body:
        await to.whole(VECTORS)
    elif b'"stream"' in to.heard.body:
        await to.stream(event("see N"), event("J-12"), event("3456, then"), FINISH, DONE)
    else:
        await to.whole(whole("see NJ-123456"))


async def test_its_parts_serve(package: Path, launch: Launch, upstream: ScriptedUpstream) -> None:
    """The filter acts in streams cut anywhere and is counted; the protocol opens its path."""
    upstream.script = talk
    plugins = {"filters": ["ticket"], "adapters": ["embeddings"]}
    program = await launch(POLICY, workers=2, plugins=plugins)
    streamed = said((await program.ask(chat(stream=True))).body)
    assert ("NJ" in streamed, streamed.startswith("see "), streamed.endswith(", then")) == (
        False, True, True,
    )  # fmt: skip
    assert b"NJ-123456" not in (await program.ask(chat())).body
    body = json.dumps({"model": "m", "input": "one"}).encode()
    got = await program.ask(body, path="/v1/embeddings")
    assert (got.status, got.body) == (200, VECTORS)
    numbers = await program.counted("findings_total", 2, category="ticket")
    assert numbers.sum("findings_total", category="ticket") == 2
    assert (await program.command_line("check"))[0] == 0
    assert await program.stop() == 0
    assert not program.verify().fault


@pytest.mark.long
async def test_unnamed_parts_do_not(
    package: Path, launch: Launch, upstream: ScriptedUpstream
) -> None:
    """Installed and not named: the path is closed, and the module is not even imported."""
    (package / "nightjar_plugin.py").write_text("raise SystemExit('imported')\n")
    upstream.script = talk
    program = await launch({"version": 1})
    got = await program.ask(json.dumps({"input": "one"}).encode(), path="/v1/embeddings")
    assert got.status == 404
    assert b"NJ-123456" in (await program.ask(chat())).body


@pytest.mark.long
async def test_one_that_fails_closes(
    package: Path, launch: Launch, upstream: ScriptedUpstream
) -> None:
    """A filter that raises lets nothing by, and what it was shown is not in the log."""
    upstream.script = talk
    program = await launch(POLICY, plugins={"filters": ["broken"]})
    got = await program.ask(chat("a word about 绿皮大象"))
    assert got.status == 400
    assert upstream.heard == []
    await program.stop()
    assert "绿皮大象" not in program.log


@pytest.mark.long
async def test_a_missing_one_refuses_the_start(
    package: Path, launch: Launch, upstream: ScriptedUpstream
) -> None:
    """The sentence names the setting and what there is; exit code 2."""
    program = await launch(POLICY, plugins={"filters": ["ticket"]})
    assert await program.stop() == 0
    program.write_settings(plugins={"filters": ["tiket"]})
    code, told = await program.command_line("serve")
    assert code == 2
    assert "plugins.filters: `tiket`" in told
    assert "ticket" in told
