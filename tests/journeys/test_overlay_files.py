"""What a tenant's own policy says of files holds for its prompts and its answers, and for nobody
else's, over both workers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.edge_kit import Conversation, Got, ScriptedUpstream
from tests.input_kit import code, data_url, plain
from tests.journeys.conftest import Launch
from tests.process_kit import TERM, Program, whole

RED = (200, 30, 30)
BASE: dict[str, Any] = {
    "version": 1,
    "extends": "cn-public",
    "lexicons": [{"use": "terms.jsonl", "owner": "tests"}],
    "media": {"answers": False, "pictures": "read"},
    "marks": {"file": {"label": "off", "metadata": False, "fingerprint": False}},
}


@pytest.fixture
async def eyes() -> AsyncIterator[ScriptedUpstream]:
    """A judge of pictures to whom all are nude."""
    server = ScriptedUpstream()

    async def script(talk: Conversation) -> None:
        await talk.whole(b'{"results": [{"category_scores": {"sexual": 0.9, "violence": 0.0}}]}')

    server.script = script
    async with server.listening():
        yield server


async def _prompt(program: Program, picture: bytes, key: str = "") -> Got:
    part = {"type": "image_url", "image_url": {"url": data_url(picture, "image/png")}}
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    return await program.ask(json.dumps(body).encode(), *_lines(key))


async def _made(program: Program, key: str = "") -> Got:
    body = json.dumps({"model": "m", "prompt": "一只猫"}).encode()
    return await program.ask(body, *_lines(key), path="/v1/images/generations")


def _lines(key: str) -> tuple[str, ...]:
    return (f"authorization: Bearer {key}",) if key else ()


async def test_a_tenants_files(
    launch: Launch, upstream: ScriptedUpstream, eyes: ScriptedUpstream, tmp_path: Path
) -> None:
    """The tenant's pictures are looked at, and those of its answers judged; everybody else's are
    read for their codes only, and leave as they came."""
    lab = {
        "version": 1,
        "picture_judges": [
            {"name": "eyes", "url": f"http://127.0.0.1:{eyes.port}/v1", "model": "m"}
        ],
        "media": {"answers": True, "pictures": "seen"},
        "rules": [{"id": "nude", "when": "picture.sexual", "do": "block"}],
    }
    path = tmp_path / "lab.yaml"
    path.write_text(json.dumps(lab))
    overlay = {"id": "lab", "use": str(path), "tenants": ["lab"]}
    program = await launch({**BASE, "overlays": [overlay]}, workers=2)
    _, key = await program.new_key("lab", "--tenant", "lab")

    async def script(talk: Conversation) -> None:
        if talk.heard.path.endswith("/generations"):
            coded = base64.b64encode(code(TERM)).decode()
            await talk.whole(json.dumps({"data": [{"b64_json": coded}]}).encode())
            return
        await talk.whole(whole("好的"))

    upstream.script = script
    for _ in range(3):
        assert (await _prompt(program, plain(RED))).status == 200
        assert (await _made(program)).status == 200
        assert (await _prompt(program, plain(RED), key)).code == "content_filter"
        got = await _made(program, key)
        assert got.code == "content_filter"
    close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
    assert close["outcome"] == "blocked_output"
    numbers = await program.numbers()
    assert numbers.sum("consult_seconds_count", filter="eyes") >= 2
    assert len(eyes.heard) == numbers.sum("consult_seconds_count", filter="eyes")
