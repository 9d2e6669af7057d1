"""Pictures in answers, through the real program: read, judged, refused or sealed, recorded."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from tests.edge_kit import Conversation, Got, ScriptedUpstream
from tests.input_kit import code, plain
from tests.journeys.conftest import Launch
from tests.process_kit import CATEGORY, TERM, Program

JUDGED = {
    "version": 1,
    "extends": "cn-public",
    "mode": "enforce",
    "lexicons": [{"use": "terms.jsonl", "owner": "tests"}],
    "media": {"answers": True, "pictures": "read"},
    "marks": {"file": {"label": "off", "metadata": False, "fingerprint": False}},
}


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _hidden(term: str) -> bytes:
    """An animation whose second frame, shown for an instant, is a code."""
    frames = [Image.open(io.BytesIO(each)).convert("RGB").resize((300, 300))
              for each in (plain((0, 90, 0)), code(term))]  # fmt: skip
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=[5000, 10])
    return out.getvalue()


async def _images(program: Program, upstream: ScriptedUpstream, body: Any, **more: Any) -> Got:
    async def script(talk: Conversation) -> None:
        await talk.whole(json.dumps(body).encode())

    upstream.script = script
    asked = {"model": "m", "prompt": "一只猫", **more}
    return await program.ask(json.dumps(asked).encode(), path="/v1/images/generations")


@pytest.mark.parametrize("make", [code, _hidden])
async def test_a_picture_that_says_what_is_forbidden_does_not_leave(
    launch: Launch, upstream: ScriptedUpstream, make: Any
) -> None:
    """Refused with the place on record; a harmless one leaves as it came."""
    program = await launch(JUDGED)
    body = {"data": [{"b64_json": _b64(make("无害"))}, {"b64_json": _b64(make(TERM))}]}
    got = await _images(program, upstream, body)
    assert (got.status, got.code) == (400, "content_filter")
    assert _b64(make(TERM))[:60].encode() not in got.body
    close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
    assert close["outcome"] == "blocked_output"
    assert {each["category"] for each in close["findings"]} == {CATEGORY}
    assert {each["channel"].partition("#")[0] for each in close["findings"]} == {"data.1.b64_json"}
    fine = {"data": body["data"][:1]}
    got = await _images(program, upstream, fine)
    assert (got.status, json.loads(got.body)["data"]) == (200, fine["data"])
    numbers = await program.numbers()
    assert numbers.sum("judged_parts_total", kind="image") == 3
    assert TERM not in program.log


async def test_what_cannot_be_judged_in_an_answer_is_a_verdict(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """Blocked where the policy says so, counted with its reason; a URL nobody may fetch too."""
    program = await launch({**JUDGED, "on_failure": {"unreadable_media": "block"}})
    for entry, reason in (
        ({"b64_json": _b64(b"no picture at all \x00\xff")}, "format_unknown"),
        ({"url": "http://192.168.0.1/a.png"}, "not_fetched"),
        ({"b64_json": _b64(code("无害")[:300])}, "broken"),
    ):
        got = await _images(program, upstream, {"data": [entry]})
        assert (got.status, got.code) == (400, "content_filter"), reason
        close = (await program.record(got.headers["x-sealgate-exchange"])).facts["close"]
        assert close["unjudged"][0].startswith(f"image:{reason}@data.0."), close["unjudged"]


async def test_a_result_by_url_is_fetched_once_and_what_was_judged_is_delivered(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """Marks are put on the bytes that were judged, though the host would say something else now."""
    answers = [code("无害"), code(TERM)]
    sealed = {**JUDGED, "marks": {"file": {"label": "visible", "metadata": False, "urls": "data"}}}
    program = await launch(sealed)

    async def script(talk: Conversation) -> None:
        if talk.heard.path.endswith(".png"):
            await talk.whole(answers.pop(0), "content-type: image/png")
            return
        url = f"http://127.0.0.1:{upstream.port}/a.png"
        await talk.whole(json.dumps({"data": [{"url": url}]}).encode())

    upstream.script = script
    asked = json.dumps({"model": "m", "prompt": "一只猫"}).encode()
    got = await program.ask(asked, path="/v1/images/generations")
    assert got.status == 200
    assert len(answers) == 1
    content = base64.b64decode(json.loads(got.body)["data"][0]["url"].partition(",")[2])
    assert Image.open(io.BytesIO(content)).size == Image.open(io.BytesIO(code("无害"))).size
    got = await program.ask(asked, path="/v1/images/generations")
    assert (got.status, got.code) == (400, "content_filter")


async def test_partial_pictures_of_a_stream_are_held_until_they_are_judged(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """The harmless first one leaves, the forbidden one ends the stream with an error event."""
    program = await launch(JUDGED)

    async def script(talk: Conversation) -> None:
        events = [
            {"type": "image_generation.partial_image", "b64_json": _b64(code("无害"))},
            {"type": "image_generation.completed", "b64_json": _b64(code(TERM))},
        ]
        lines = b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in events)
        await talk.whole(lines, "content-type: text/event-stream")

    upstream.script = script
    asked = json.dumps({"model": "m", "prompt": "一只猫", "stream": True}).encode()
    got = await program.ask(asked, path="/v1/images/generations")
    assert _b64(code("无害")).encode() in got.body
    assert _b64(code(TERM)).encode() not in got.body
    assert b"content_filter" in got.body


async def test_a_picture_in_a_chat_is_judged_too(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """The choice that shows it is replaced by the refusal, in a chat's own shape."""
    program = await launch(JUDGED)

    async def script(talk: Conversation) -> None:
        url = f"data:image/png;base64,{_b64(code(TERM))}"
        shown = {"type": "image_url", "image_url": {"url": url}}
        message = {"role": "assistant", "content": "看", "images": [shown]}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [
            {"index": 0, "message": message, "finish_reason": "stop"}]}  # fmt: skip
        await talk.whole(json.dumps(body).encode())

    upstream.script = script
    body = {"model": "m", "messages": [{"role": "user", "content": "画一只猫"}]}
    got = await program.ask(json.dumps(body).encode())
    choice = json.loads(got.body)["choices"][0]
    assert choice["finish_reason"] == "content_filter"
    assert _b64(code(TERM))[:60].encode() not in got.body
