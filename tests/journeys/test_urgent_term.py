"""A term in a hurry: added, reloaded, and the next request with it is refused; with all lists that
ship."""

from __future__ import annotations

import signal
import time

from tests.edge_kit import Conversation, ScriptedUpstream
from tests.journeys.conftest import GUARDED, Launch
from tests.process_kit import Program, chat, until, whole

URGENT = "公司泄密名单"
WITH_URGENT = {
    **GUARDED,
    "lexicons": [
        {"use": "shipped/harms", "owner": "tests"},
        {"use": "lists/urgent.jsonl", "owner": "tests"},
    ],
}


async def answer(talk: Conversation) -> None:
    """Answer anything."""
    await talk.whole(whole("好的"))


async def add(program: Program) -> None:
    """Add the term, as an operator does."""
    code, said = await program.command_line(
        "lexicon", "add", URGENT, "--category", "A1.h.case", "--severity", "4",
        "--by", "li.na", "--why", "case 17", "--expires", "2999-12-31",
    )  # fmt: skip
    assert code == 0, said


async def test_an_urgent_term_is_refused_after_a_reload(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """By all workers; before, it passed. How long it took is printed."""
    upstream.script = answer
    program = await launch({"version": 1}, workers=2)
    (program.folder / "lists").mkdir()
    (program.folder / "lists" / "urgent.jsonl").write_text("")
    program.write_policy(WITH_URGENT)
    assert (await program.ask(chat(URGENT))).status == 200
    begun_s = time.monotonic()
    await add(program)
    added_s = time.monotonic()
    program.signal(signal.SIGHUP)

    async def refused() -> bool:
        return (await program.ask(chat(URGENT))).status == 400

    await until(refused, 300)
    print(  # noqa: T201 -- shown by -s
        f"added in {added_s - begun_s:.1f} s, refused {time.monotonic() - added_s:.1f} s later"
    )
