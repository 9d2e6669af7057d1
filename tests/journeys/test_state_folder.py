"""One state folder and one store are one gateway's: who else comes is refused, and told why."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.edge_kit import ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.postgresql_kit import own_schema
from tests.process_kit import Program, until


async def _refused(program: Program, *more: str) -> str:
    """Start a second gateway with these settings, which ends by itself; return its words."""
    environ = {**os.environ, "SEALGATE_LANG": "en"}
    run = await asyncio.create_subprocess_exec(
        *program.command("serve", *more), cwd=program.folder, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(run.communicate(), 60)
    assert run.returncode == 2, out
    return out.decode()


async def test_two_gateways_in_one_folder(launch: Launch, upstream: ScriptedUpstream) -> None:
    """The second is refused with the number of the first, on other ports and on the same; the first
    goes on. Once it was killed (no time to tidy up) the next one starts at once."""
    program = await launch(workers=2)
    pid = program.process.pid
    assert f"another gateway (process {pid} on " in await _refused(program)
    said = await _refused(
        program, "--port", f"{program.port}", "--operations-port", f"{program.operations}"
    )
    assert f"another gateway (process {pid} on " in said
    assert str(program.state) in said
    assert (await program.ready())["workers_ready"] == 2
    before = program.children
    program.write_settings(port=program.port, operations_port=program.operations)
    os.kill(pid, signal.SIGKILL)
    await program.ended()
    await program.start()
    assert program.process.pid != pid
    assert (await program.ready())["workers_ready"] == 2
    assert f"(process {program.process.pid} on " in await _refused(program)

    async def gone() -> bool:
        return not any(map(_lives, before))

    assert await until(gone)


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.postgresql
async def test_a_newer_ledger_in_postgresql(launch: Launch, upstream: ScriptedUpstream) -> None:
    """What a newer program wrote is refused before anything serves, in the words of a file."""
    with own_schema() as url:
        program = await launch(ledger={"store": url})
        await program.counted("workers", 1)

        async def made() -> bool:
            with psycopg.connect(url) as connection:
                found = connection.execute("SELECT to_regclass('schema_version')").fetchone()
            return found != (None,)

        assert await until(made)
        assert await program.stop() == 0
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE schema_version SET number = 99")
        said = await _refused(program)
        assert "The ledger's store has schema 99, this program knows" in said
        assert "Use the newer program" in said
