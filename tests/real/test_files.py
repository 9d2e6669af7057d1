"""Generated files from the mock server: the official client gets them sealed."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import openai
import pytest
from PIL import Image, ImageChops

from gateway.marks import AudioLabel, AudioMetadata, ImageMetadata
from gateway.nouns.mark import FileMarksOrder
from tests.real.clients import KEY
from tests.real.conftest import Start
from tests.real.environments import HERE
from tests.real.strangers import Aimock
from tests.sound_kit import heard

pytestmark = pytest.mark.extras

FIXTURES = json.loads((HERE / "fixtures" / "aimock.json").read_text(encoding="utf-8"))["fixtures"]


def official(url: str) -> openai.OpenAI:
    """Return the official client at an address."""
    return openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)


def served(prompt: str) -> dict[str, object]:
    """Return what the mock server answers to a prompt."""
    return next(
        dict(each["response"]) for each in FIXTURES if each["match"].get("userMessage") == prompt
    )


def test_a_picture_comes_sealed(aimock: Aimock, gateway: Start) -> None:
    """Its label is drawn, its metadata names the exchange; the rest of the answer is as it was."""
    program = gateway(aimock.url, "files")
    with official(program.url) as client:
        got = client.images.with_raw_response.generate(
            model="dall-e-3", prompt="paint a lighthouse"
        )
    made = got.parse().data
    assert made is not None
    picture = base64.b64decode(made[0].b64_json or "")
    image = served("paint a lighthouse")["image"]
    assert isinstance(image, dict)
    assert made[0].revised_prompt == image["revisedPrompt"]
    before = Image.open(BytesIO(base64.b64decode(image["b64Json"]))).convert("RGB")
    changed = ImageChops.difference(before, Image.open(BytesIO(picture)).convert("RGB")).getbbox()
    assert changed is not None
    assert changed[3] - changed[1] >= before.height * 0.05
    (label,) = ImageMetadata().verify(picture)
    assert label.exchange == got.headers["x-sealgate-exchange"].upper()


def test_speech_comes_sealed_while_it_streams(aimock: Aimock, gateway: Start) -> None:
    """It plays, the rhythm is heard, its metadata names the exchange."""
    program = gateway(aimock.url, "files")
    with (
        official(program.url) as client,
        client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input="read this aloud", response_format="mp3"
        ) as got,
    ):
        sound = b"".join(got.iter_bytes())
        exchange = got.headers["x-sealgate-exchange"].upper()
    plain = base64.b64decode(str(served("read this aloud")["audio"]))
    assert len(heard(sound)) >= len(heard(plain)) + 16000
    assert AudioLabel(FileMarksOrder(label=True)).verify(sound)
    assert [each.exchange for each in AudioMetadata().verify(sound)] == [exchange]
