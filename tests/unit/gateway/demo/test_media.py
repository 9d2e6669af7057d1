"""The demo model's files are real: others open them."""

from __future__ import annotations

import base64
import io
import wave

import httpx
import pytest
from PIL import Image

from gateway.demo.app import DemoModel
from gateway.demo.media import SIDE


async def _post(path: str, body: dict[str, object]) -> httpx.Response:
    transport = httpx.ASGITransport(app=DemoModel(delay_s=0))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        return await client.post(path, json=body)


async def test_pictures_open_and_differ() -> None:
    """By prompt and by number."""
    got = (await _post("/v1/images/generations", {"prompt": "a cat", "n": 2})).json()
    pictures = [base64.b64decode(one["b64_json"]) for one in got["data"]]
    assert [Image.open(io.BytesIO(one)).size for one in pictures] == [(SIDE, SIDE)] * 2
    assert pictures[0] != pictures[1]


async def test_speech_plays() -> None:
    """As WAV, or as its samples alone."""
    got = await _post("/v1/audio/speech", {"input": "one two three"})
    assert got.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(got.content)) as reader:
        frames = reader.readframes(reader.getnframes())
        assert reader.getnframes() / reader.getframerate() > 0.5
    raw = await _post("/v1/audio/speech", {"input": "one two three", "response_format": "pcm"})
    assert raw.content == frames


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/v1/images/generations", {}, "prompt"),
        ("/v1/images/generations", {"prompt": "x", "n": 99}, "n"),
        ("/v1/audio/speech", {"input": ""}, "input"),
    ],
)
async def test_wrong_requests_name_their_field(
    path: str, body: dict[str, object], param: str
) -> None:
    """Like the API that it plays."""
    got = await _post(path, body)
    assert (got.status_code, got.json()["error"]["param"]) == (400, param)
