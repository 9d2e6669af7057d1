"""Files in prompts, as an SDK sends them, through the real program: read, judged, recorded."""

from __future__ import annotations

import json
from typing import Any

from gateway.nouns.media import MediaFormat
from tests.edge_kit import Got, ScriptedUpstream
from tests.input_kit import FILES, code, data_url
from tests.journeys.conftest import Launch
from tests.process_kit import CATEGORY, TERM, Program

GUARDED = {
    "version": 1,
    "extends": "cn-public",
    "mode": "enforce",
    "lexicons": [{"use": "terms.jsonl", "owner": "tests"}],
}


def _file(content: bytes, found: MediaFormat) -> dict[str, Any]:
    url = data_url(content, found.mime)
    return {"type": "file", "file": {"filename": f"a.{found.value}", "file_data": url}}


def _image(content: bytes) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": data_url(content, "image/png")}}


async def _ask(program: Program, *parts: dict[str, Any]) -> Got:
    content = [{"type": "text", "text": "这份文件说什么？"}, *parts]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    return await program.ask(json.dumps(body).encode())


async def test_files_are_judged_before_the_model_gets_them(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """A term in any of them is a refusal that names the place on record; harmless files pass byte
    for byte; what nobody could judge is counted with its reason."""
    program = await launch(GUARDED)
    for found, make in FILES.items():
        got = await _ask(program, _file(make("无害"), found), _file(make(TERM), found))
        assert (got.status, got.code) == (400, "content_filter"), found
        close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
        (fact,) = {(each["category"], each["channel"][:21]) for each in close["findings"]}
        assert fact == (CATEGORY, "messages.0.content.2#")
        assert close["judged"] == ("document", "document")
    assert (await _ask(program, _image(code(TERM)))).code == "content_filter"
    assert upstream.heard == []
    parts = (_file(FILES[MediaFormat.PDF]("无害"), MediaFormat.PDF), _image(code("无害")))
    got = await _ask(program, *parts)
    assert got.status == 200
    sent = json.loads(upstream.heard[0].body)["messages"][0]["content"]
    assert sent[1:] == list(parts)
    close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
    assert close["unjudged"] == ("image:unseen@messages.0.content.2",)
    numbers = await program.numbers()
    assert numbers.sum("judged_parts_total", kind="document") == 2 * len(FILES) + 1
    assert numbers.sum("unreadable_parts_total", reason="unseen") == 2
    assert TERM not in program.log
