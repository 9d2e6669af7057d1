"""Policies of tenants on streams: each is judged under his own, and nobody pays for another's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.edge_kit import DONE, Conversation, Got, ScriptedUpstream
from tests.journeys.conftest import GUARDED, Launch
from tests.process_kit import FINISH, TERM, Program, chat, event, said

EVENTS = (event("它说"), event(TERM[:2]), event(TERM[2:]), event("，然后走了。"), FINISH, DONE)


async def _story(talk: Conversation) -> None:
    await talk.start_stream()
    for each in EVENTS:
        await talk.chunk(each)
        await asyncio.sleep(0.01)
    await talk.end_stream()


async def _streams(program: Program, key: str) -> list[Got]:
    lines = (f"authorization: Bearer {key}",)
    return await asyncio.gather(*(program.ask(chat(stream=True), *lines) for _ in range(20)))


async def test_a_guard_for_one_tenant_touches_no_other(
    launch: Launch, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """Side by side over two workers: who has no guard gets the upstream's bytes, who has one gets
    them up to the term."""
    upstream.script = _story
    school = {**GUARDED, "lexicons": [{"use": "program-0/terms.jsonl", "owner": "tests"}]}
    (tmp_path / "school.yaml").write_text(json.dumps(school))
    overlay = {"id": "school", "use": str(tmp_path / "school.yaml"), "tenants": ["school"]}
    program = await launch({"version": 1, "extends": "empty", "overlays": [overlay]}, workers=2)
    _, free_key = await program.new_key("free")
    _, guarded_key = await program.new_key("guarded", "--tenant", "school")
    free, guarded = await asyncio.gather(
        _streams(program, free_key), _streams(program, guarded_key)
    )
    assert {got.body for got in free} == {b"".join(EVENTS)}
    for got in guarded:
        assert "它说" in said(got.body)
        assert TERM[:2] not in said(got.body)
        assert b'"content_filter"' in got.body
