"""Fixtures of the journeys: the whole program in front of the scripted upstream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.edge_kit import ScriptedUpstream
from tests.process_kit import Program

GUARDED = {
    "version": 1,
    "extends": "cn-public",
    "lexicons": [{"use": "terms.jsonl", "owner": "tests"}],
}

Launch = Callable[..., Awaitable[Program]]


@pytest.fixture
async def launch(tmp_path: Path, upstream: ScriptedUpstream) -> AsyncIterator[Launch]:
    """Start programs: ``await launch(policy={...}, workers=2)``. They are ended with the test."""
    started: list[Program] = []

    async def begin(policy: Any = GUARDED, **settings: Any) -> Program:
        folder = tmp_path / f"program-{len(started)}"
        folder.mkdir()
        url = f"http://127.0.0.1:{upstream.port}"
        program = Program(folder, url, policy, **settings)
        started.append(program)
        await program.start()
        return program

    yield begin
    for program in started:
        await asyncio.to_thread(program.leave_nothing)
