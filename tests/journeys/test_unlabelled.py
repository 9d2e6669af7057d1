"""Unlabelled delivery in the whole program: agreement, request and record, or no delivery."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
from pathlib import Path
from typing import Any

import openai
import pytest

from gateway.marks import AudioLabel, ImageMetadata
from gateway.nouns.mark import FileMarksOrder
from tests.edge_kit import Conversation, ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.media_kit import image_body
from tests.picture_kit import encode
from tests.process_kit import Program, until, whole
from tests.sound_kit import wave

PRODUCER = "001191110102MAD55U9H0F10002"
POLICY = """\
version: 1
extends: cn-public
marks: {file: {label: visible, metadata: true}}
"""
ASKED = {"x-sealgate-unlabelled": "layout"}


async def make(talk: Conversation) -> None:
    """Give a picture, a sound or words."""
    if talk.heard.path.endswith("/speech"):
        await talk.whole(wave(), "content-type: audio/wav")
    elif "/images/" in talk.heard.path:
        await talk.whole(image_body(encode("png")))
    else:
        await talk.whole(whole("好的"))


@pytest.fixture
async def program(launch: Launch, upstream: ScriptedUpstream, tmp_path: Path) -> Program:
    """One worker; version 2026-02 of the agreement is in force; the upstream has a key."""
    upstream.script = make
    (tmp_path / "key").write_text("sk-theirs-0123456789")
    return await launch(
        POLICY, producer=PRODUCER, access={"agreement": "2026-02"},
        upstream={"url": f"http://127.0.0.1:{upstream.port}", "key": f"file:{tmp_path}/key"},
    )  # fmt: skip


def said(program: Program, key: str, **more: Any) -> tuple[str, dict[str, Any], str]:
    """Ask for words with the official SDK; returns them, the whole body, and the exchange."""
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{program.port}/v1", api_key=key, max_retries=0
    ) as client:
        got = client.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "你好"}], **more
        )
        body = json.loads(got.content)
        return body["choices"][0]["message"]["content"], body, got.headers["x-sealgate-exchange"]


def files(program: Program, key: str) -> tuple[bytes, bytes]:
    """Return a picture and a sound, asked for without their labels."""
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{program.port}/v1", api_key=key, max_retries=0
    ) as client:
        made = client.images.generate(model="m", prompt="x", extra_headers=ASKED)
        assert made.data is not None
        spoken = client.audio.speech.create(
            model="m", voice="alloy", input="你好", response_format="wav", extra_headers=ASKED
        )
        return base64.b64decode(made.data[0].b64_json or ""), spoken.content


async def refused(program: Program, key: str) -> openai.PermissionDeniedError:
    """Return how a request for unlabelled words is refused."""
    with pytest.raises(openai.PermissionDeniedError) as caught:
        await asyncio.to_thread(said, program, key, extra_headers=ASKED)
    assert caught.value.code == "agreement_required"
    return caught.value


@pytest.mark.long
async def test_agreement_request_record(program: Program, upstream: ScriptedUpstream) -> None:
    """Refused without; refused under another version; honoured and recorded; refused once ended."""
    _, made = await program.run("key", "create", "shop")
    key, name = made["key"], made["id"]
    assert (
        f"sealgate key agreement {name} --version 2026-02" in (await refused(program, key)).message
    )
    code, _ = await program.run("key", "agreement", name, "--version", "2026-01",
                                "--accepted-by", "Li Na")  # fmt: skip
    assert code == 0

    async def seen(want: str) -> bool:
        return want in (await refused(program, key)).message

    await until(lambda: seen("another version"))
    assert not upstream.heard
    await program.run("key", "agreement", name, "--version", "2026-02", "--accepted-by", "Li Na")

    async def honoured() -> Any:
        try:
            return await asyncio.to_thread(said, program, key, extra_headers=ASKED)
        except openai.PermissionDeniedError:
            return None

    text, body, exchange = await until(honoured)
    assert text == "好的"
    assert body["sealgate"]["label"]
    assert body["aigc"]["Label"] == "1"
    labelled, _, _ = await asyncio.to_thread(said, program, key)
    assert labelled.startswith("本内容由人工智能生成")
    picture, sound = await asyncio.to_thread(files, program, key)
    assert len(ImageMetadata().verify(picture)) == 1
    assert AudioLabel(FileMarksOrder(label=True)).verify(sound) == []
    assert b"AIGC" in sound
    assert all("unlabelled" not in str(heard.headers).lower() for heard in upstream.heard)
    facts = (await program.record(exchange)).facts
    assert (facts["open"]["unlabelled"], facts["open"]["agreement"]) == ("layout", "2026-02")
    with sqlite3.connect(program.state / "ledger.db") as store:
        rows = store.execute("select facts from records where kind = 'unlabelled'").fetchall()
    notes = [json.loads(row[0])["facts"] for row in rows]
    assert [note["reason"] for note in notes] == ["layout"] * len(notes)
    assert exchange.upper() in str(notes)
    assert not program.verify().fault
    await program.run("key", "agreement", name, "--revoke")
    await until(lambda: ended(program, key))


async def ended(program: Program, key: str) -> bool:
    """True once the revocation is seen."""
    try:
        await asyncio.to_thread(said, program, key, extra_headers=ASKED)
    except openai.PermissionDeniedError:
        return True
    return False
