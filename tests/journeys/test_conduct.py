"""Conduct over two workers: a tenant's own policy, a sample for review, and a user who goes up the
ladder, is turned away by every worker, stays so over a restart, and is let in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.edge_kit import Conversation, Got, ScriptedUpstream
from tests.journeys.conftest import GUARDED, Launch
from tests.process_kit import CATEGORY, TERM, Program, chat, until, whole

POLICY: dict[str, Any] = {
    **GUARDED,
    "review": [{"id": "some", "rate": "all", "when": CATEGORY}],
    "strikes": {
        "mode": "enforce", "when": ["A1.*"], "points": [0, 1, 2, 4],
        "ladder": {"warn": 4, "limit": 0, "suspend": 8, "close": 0}, "suspend_for": "1h",
    },
}  # fmt: skip
LENIENT = {"version": 1, "mode": "observe"}
USER = "user-7"


async def _ask(program: Program, text: str, user: str = USER, key: str = "") -> Got:
    lines = [f"authorization: Bearer {key}"] if key else []
    return await program.ask(chat(text, user=user), *lines)


async def answer(talk: Conversation) -> None:
    """Say something harmless."""
    await talk.whole(whole("好的"))


async def _all_refuse(program: Program) -> bool:
    """Return whether every one of several connections is turned away: both workers know."""
    return {(await _ask(program, "hello")).status for _ in range(8)} == {403}


@pytest.mark.long
async def test_a_user_goes_up_the_ladder(
    launch: Launch, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """And comes down by an operator's word, while others are served."""
    upstream.script = answer
    lenient = tmp_path / "lenient.yaml"
    lenient.write_text(json.dumps(LENIENT))
    overlay = {"id": "lenient", "use": str(lenient), "tenants": ["lab"]}
    program = await launch({**POLICY, "overlays": [overlay]}, workers=2)
    _, key = await program.new_key("lab", "--tenant", "lab")
    observed = await _ask(program, TERM, key=key)
    assert observed.status == 200
    record = await program.record(observed.headers["x-sealgate-exchange"])
    assert record.facts["open"]["policy_name"] == "lenient"

    assert (await _ask(program, TERM)).status == 400

    async def warned() -> bool:
        return (await _ask(program, "hello")).headers.get("x-sealgate-standing") == "warn"

    assert await until(warned)
    assert (await _ask(program, TERM)).status == 400
    assert await until(lambda: _all_refuse(program))
    refused = await _ask(program, "hello")
    assert json.loads(refused.body)["error"]["code"] == "subject_suspended"
    assert (await _ask(program, "hello", user="another")).status == 200

    assert await program.stop() == 0
    await program.start()
    assert await _all_refuse(program)

    code, shown = await program.run("strikes", "show", "--subject", USER)
    assert (code, shown[0]["level"], shown[0]["points"]) == (0, "suspend", 8)
    code, waiting = await program.run("review", "list")
    assert (code, [item["tenant"] for item in waiting]) == (0, ["lab", "default", "default"])
    for item in waiting[1:]:
        code, _ = await program.run("review", "decide", item["exchange"], "wrong")
        assert code == 0

    async def let_in() -> bool:
        return (await _ask(program, "hello")).status == 200

    assert await until(let_in)
    code, tally = await program.run("review", "rules")
    assert {each["rule"]: each["wrong"] for each in tally}["harms"] == 2
    code, report = await program.run("ledger", "verify")
    assert (code, report["fault"]) == (0, "")
