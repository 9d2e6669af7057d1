"""Files in prompts, as an SDK sends them, through the real program: read, judged, recorded."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from gateway.nouns.media import MediaFormat
from tests.edge_kit import Conversation, Got, ScriptedUpstream
from tests.input_kit import FILES, code, data_url, plain
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


WAV = b"RIFF\x24\0\0\0WAVEfmt "
BAD = (200, 30, 30)


class Witness:
    """A model that sees red as a sin, and hears what the sound's last bytes say."""

    def __init__(self) -> None:
        self.server = ScriptedUpstream()
        self.server.script = self._answer

    async def _answer(self, talk: Conversation) -> None:
        body = talk.heard.body
        if talk.heard.path.endswith("/audio/transcriptions"):
            said = TERM if b"BAD" in body else "无害"
            await talk.whole(json.dumps({"text": said}).encode())
            return
        url = json.loads(body)["input"][0]["image_url"]["url"]
        with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as picture:
            red, green, _ = picture.resize((1, 1)).getpixel((0, 0))
        scores = {"sexual": 0.9 if red > 2 * green else 0.1}
        await talk.whole(json.dumps({"results": [{"category_scores": scores}]}).encode())


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    """A witness that listens."""
    one = Witness()
    async with one.server.listening():
        yield one


def _sound(content: bytes) -> dict[str, Any]:
    coded = base64.b64encode(content).decode()
    return {"type": "input_audio", "input_audio": {"data": coded, "format": "wav"}}


async def _ask(program: Program, *parts: dict[str, Any]) -> Got:
    content = [{"type": "text", "text": "这份文件说什么？"}, *parts]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    return await program.ask(json.dumps(body).encode())


async def test_files_are_judged_before_the_model_gets_them(
    launch: Launch, upstream: ScriptedUpstream, witness: Witness
) -> None:
    """A term in any of them is a refusal that names the place on record; harmless files pass byte
    for byte; what nobody could judge is counted with its reason."""
    place = {"url": f"http://127.0.0.1:{witness.server.port}/v1", "model": "m"}
    program = await launch({
        **GUARDED, "picture_judges": [{"name": "eyes", **place}],
        "media": {"recogniser": place},
        "rules": [{"id": "nude", "when": "picture.sexual", "severity": "3+", "do": "block"}],
    })  # fmt: skip
    for found, make in FILES.items():
        got = await _ask(program, _file(make("无害"), found), _file(make(TERM), found))
        assert (got.status, got.code) == (400, "content_filter"), found
        close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
        (fact,) = {(each["category"], each["channel"][:21]) for each in close["findings"]}
        assert fact == (CATEGORY, "messages.0.content.2#")
        assert close["judged"] == ("document", "document")
    for part in (_image(code(TERM)), _image(plain(BAD)), _sound(WAV + b"BAD")):
        assert (await _ask(program, part)).code == "content_filter"
    assert upstream.heard == []
    parts = (
        _file(FILES[MediaFormat.PDF]("无害"), MediaFormat.PDF), _image(code("无害")), _sound(WAV),
        {"type": "file", "file": {"file_id": "file-1"}},
    )  # fmt: skip
    got = await _ask(program, *parts)
    assert got.status == 200
    sent = json.loads(upstream.heard[0].body)["messages"][0]["content"]
    assert sent[1:] == list(parts)
    close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
    assert close["judged"] == ("document", "image", "audio")
    assert close["unjudged"] == ("file:elsewhere@messages.0.content.4",)
    numbers = await program.numbers()
    assert numbers.sum("judged_parts_total", kind="document") == 2 * len(FILES) + 1
    assert numbers.sum("unreadable_parts_total", reason="elsewhere") == 1
    assert numbers.sum("consult_seconds_count", filter="eyes") == 3
    assert numbers.sum("findings_total", category="picture.sexual", action="block") == 1
    assert TERM not in program.log


async def test_a_picture_by_url_reaches_the_model_as_it_was_judged(
    launch: Launch, upstream: ScriptedUpstream, witness: Witness
) -> None:
    """Fetched once, without anybody's credentials, and put in the place of its URL: what the URL
    leads to later is nobody's matter. A host that is not listed is not asked."""
    answers = [code("无害"), code(TERM)]

    async def picture(talk: Conversation) -> None:
        await talk.whole(answers.pop(0), "content-type: image/png")

    witness.server.script = picture
    here = f"127.0.0.1:{witness.server.port}"
    policy = {**GUARDED, "media": {"pictures": "read"}, "on_failure": {"unreadable_media": "block"}}
    program = await launch(policy, inputs={"inner_hosts": [here]})
    part = {"type": "image_url", "image_url": {"url": f"http://{here}/a.png", "detail": "low"}}
    assert (await _ask(program, part)).status == 200
    sent = json.loads(upstream.heard[0].body)["messages"][0]["content"][1]["image_url"]
    assert sent == {"url": data_url(code("无害"), "image/png"), "detail": "low"}
    assert "authorization" not in witness.server.heard[0].headers
    assert (await _ask(program, part)).code == "content_filter"
    part["image_url"]["url"] = f"http://localhost:{witness.server.port}/a.png"  # type: ignore[index]
    got = await _ask(program, part)
    assert got.code == "content_filter"
    close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
    assert close["unjudged"] == ("image:not_fetched@messages.0.content.1",)
    assert len(witness.server.heard) == 2
