"""A picture that went through the whole program is found again by what it shows."""

from __future__ import annotations

import asyncio
import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import openai
import pytest
from PIL import Image

from tests.edge_kit import Conversation, ScriptedUpstream, ask
from tests.journeys.conftest import Launch
from tests.media_kit import image_body
from tests.picture_kit import encode, scene
from tests.process_kit import Program, until

PRODUCER = "001191110102MAD55U9H0F10002"
POLICY = """\
version: 1
extends: cn-public
marks: {file: {label: visible, metadata: true, fingerprint: true}}
"""


def worn(content: bytes) -> bytes:
    """Return a picture as it comes back: a tenth cropped, half as large, JPEG at quality 50, and
    nothing of its metadata."""
    image = Image.open(BytesIO(content)).convert("RGB")
    width, height = image.size
    image = image.crop((width // 10, 0, width, height)).resize((width // 2, height // 2))
    out = BytesIO()
    image.save(out, "JPEG", quality=50)
    assert b"AIGC" not in out.getvalue()
    return out.getvalue()


def generated(program: Program) -> tuple[bytes, str]:
    """Return a picture that the official SDK got, and its exchange."""
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{program.port}/v1", api_key="sk-somebody", max_retries=0
    ) as client:
        got = client.images.with_raw_response.generate(model="m", prompt="x")
        made = got.parse().data
        assert made is not None
        return base64.b64decode(made[0].b64_json or ""), got.headers["x-sealgate-exchange"]


async def found(program: Program, file: Path) -> list[dict[str, Any]]:
    """Return what `sealgate trace FILE` says, once the ledger knows the picture."""

    async def look() -> list[dict[str, Any]] | None:
        code, told = await program.run("trace", str(file))
        return told["exchanges"] if code == 0 else None

    answer: list[dict[str, Any]] = await until(look)
    return answer


@pytest.mark.long
async def test_a_worn_picture_leads_to_its_exchange(
    launch: Launch, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """From an answer, and from the mark endpoint; another picture leads nowhere."""

    async def make(talk: Conversation) -> None:
        await talk.whole(image_body(encode("png", scene(512, 384, 3))))

    upstream.script = make
    program = await launch(POLICY, producer=PRODUCER)
    picture, exchange = await asyncio.to_thread(generated, program)
    marked = await ask(
        program.port, encode("png", scene(480, 480, 11).rotate(90)), "authorization: Bearer sk-x",
        path="/sealgate/v1/mark",
    )  # fmt: skip
    assert marked.status == 200
    for content, name in (
        (picture, exchange),
        (marked.body, marked.headers["x-sealgate-exchange"]),
    ):
        file = tmp_path / "worn.jpg"
        file.write_bytes(worn(content))
        told = await found(program, file)
        assert [(one["exchange"], one["how"]) for one in told] == [(name.upper(), "picture")]
    assert not program.verify().fault
