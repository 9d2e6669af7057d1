"""Generated sounds through the whole gateway: as files, while they are made, in chat answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json

import httpx2
import openai
import pytest

from gateway.marks import AudioLabel, AudioMetadata, make_marks
from gateway.nouns.mark import FileMarksOrder
from tests.conftest import settings_for
from tests.edge_kit import Conversation, ScriptedUpstream
from tests.media_kit import (
    client,
    png,
    says,
    serving_media,
    wav,
)
from tests.note_marks import notes_beside
from tests.sound_kit import heard, pcm, sound, wave


@pytest.mark.parametrize(
    "wanted", ["wav", *(pytest.param(each, marks=pytest.mark.long) for each in ("mp3", "pcm"))]
)
async def test_speech_is_sealed_as_a_file(upstream: ScriptedUpstream, wanted: str) -> None:
    """However it comes, the client has one sound with its marks; raw samples have no signature,
    so what was asked for names them."""
    sound = {"wav": wav(), "mp3": b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0", "pcm": b"\1\2" * 99}[wanted]

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: audio/mpeg", "transfer-encoding: chunked")
        for at in range(0, len(sound), 50):
            await talk.chunk(sound[at : at + 50])
        await talk.end_stream()

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            got = await official.audio.speech.create(
                model="m", voice="alloy", input="hello", response_format=wanted
            )
            parts = []
            async with official.audio.speech.with_streaming_response.create(
                model="m", voice="alloy", input="hello", response_format=wanted
            ) as streamed:
                parts = [part async for part in streamed.iter_bytes()]
        await here.quiet()
        first, second = here.journal.entries
    assert got.content.startswith(sound)
    assert b"metadata\0" in got.content
    assert b"label\0" in got.content
    assert b"".join(parts).startswith(sound)
    assert first.closed is not None
    assert first.closed.unjudged == ("audio",)
    assert {one.mark for one in first.closed.receipts} == {"note_label", "note_metadata"}
    assert f"{wanted} " in second.texts[0].text


async def test_a_credential_beside_speech_is_named_in_a_header(upstream: ScriptedUpstream) -> None:
    """Sounds have no place for one; a chat answer, which holds its sound, has no header for it."""
    order = FileMarksOrder(metadata=True, credential=True)
    says(upstream, sound("ogg", "libopus", 48000, 1), "content-type: audio/ogg")
    async with serving_media(
        settings_for(upstream.port, {}), order=order, marks=notes_beside
    ) as here:
        async with client(here) as official:
            got = await official.audio.speech.create(model="m", voice="alloy", input="hello")
            said = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "audio": {
                "id": "a", "data": base64.b64encode(wav()).decode()}}}]})  # fmt: skip
            says(upstream, said.encode(), "content-type: application/json")
            chat = await official.chat.completions.with_raw_response.create(
                model="m", messages=[{"role": "user", "content": "hello"}]
            )
        await here.quiet()
        first, second = here.journal.entries
        first, second = here.journal.entries
        async with httpx2.AsyncClient() as web:
            fetched = await web.get(got.response.links["c2pa-manifest"]["url"])
    assert fetched.content.startswith(b"credential\0")
    assert first.closed is not None
    assert second.closed is not None
    assert [each.detail for each in first.closed.receipts][-1] == "beside_the_file"
    assert [each.detail for each in second.closed.receipts][-1] == "no_place_in_format"
    assert "link" not in chat.headers


STREAMS = {
    "mp3": lambda: sound("mp3", "libmp3lame", 24000, seconds=4.0),
    "aac": lambda: sound("adts", "aac", 24000, seconds=4.0),
    "opus": lambda: sound("ogg", "libopus", 48000, 1, 4.0),
    "wav": lambda: wave(streamed=True),
    "pcm": lambda: pcm(2.0),
}


@pytest.mark.parametrize(
    "wanted",
    [each if each == "mp3" else pytest.param(each, marks=pytest.mark.long) for each in STREAMS],
)
async def test_speech_leaves_while_it_is_made(upstream: ScriptedUpstream, wanted: str) -> None:
    """The client hears the label before the model has made the rest; what it has in the end plays,
    and the record knows it by its hash."""
    content, heard_early = STREAMS[wanted](), asyncio.Event()
    half = len(content) // 2

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: audio/mpeg", "transfer-encoding: chunked")
        await talk.chunk(content[:half])
        async with asyncio.timeout(20):
            await heard_early.wait()  # nothing more is sent until the client has something
        await talk.chunk(content[half:])
        await talk.end_stream()

    upstream.script = script
    got = b""
    async with serving_media(settings_for(upstream.port, {}), marks=make_marks) as here:
        async with client(here) as official, official.audio.speech.with_streaming_response.create(
            model="m", voice="alloy", input="hello", response_format=wanted
        ) as streamed:  # fmt: skip
            async for part in streamed.iter_bytes():
                got += part
                heard_early.set()
        frame = await here.closed()
    label = AudioLabel(FileMarksOrder(label=True))
    assert [found.detail for found in label.verify(got)] == ["rhythm"]
    if wanted != "pcm":
        assert AudioMetadata().verify(got)[0].exchange == here.entry.opened.exchange
        assert len(heard(got)) >= len(heard(content)) + 16000
    assert {(one.mark, one.detail) for one in frame.receipts} >= {("audio_label", "streamed")}
    assert here.entry.texts[-1].text.endswith(f"sha256:{hashlib.sha256(got).hexdigest()}")


@pytest.mark.long
async def test_flac_is_sealed_whole(upstream: ScriptedUpstream) -> None:
    """In a sealing process; it plays, with its label."""
    content = sound("flac", "flac", 24000)

    async def script(talk: Conversation) -> None:
        await talk.whole(content, "content-type: audio/flac")

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {}), marks=make_marks) as here:
        async with client(here) as official:
            answer = await official.audio.speech.create(
                model="m", voice="alloy", input="hello", response_format="flac"
            )
        await here.closed()
        assert here.pool.processes
    assert AudioLabel(FileMarksOrder(label=True)).verify(answer.content)
    assert len(heard(answer.content)) >= len(heard(content)) + 16000


@pytest.mark.long
async def test_a_stream_that_is_no_sound_does_not_leave(upstream: ScriptedUpstream) -> None:
    """An error with a status, since nothing left yet; the record says why."""

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: audio/mpeg", "transfer-encoding: chunked")
        await talk.chunk(b"no sound" * 99)
        await talk.end_stream()

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {}), marks=make_marks) as here:
        async with client(here) as official:
            with pytest.raises(openai.InternalServerError) as caught:
                await official.audio.speech.create(model="m", voice="alloy", input="hello")
        frame = await here.closed()
    assert caught.value.code == "mark_failed"
    assert frame.error == "mark_failed"


@pytest.mark.long
async def test_speech_that_breaks_off_tells_its_marks(upstream: ScriptedUpstream) -> None:
    """What left bore its label; the record says that the rest never came."""
    content = sound("mp3", "libmp3lame", 24000, seconds=4.0)

    arrived = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await talk.head(200, "content-type: audio/mpeg", "transfer-encoding: chunked")
        await talk.chunk(content[: len(content) // 2])
        await asyncio.wait_for(arrived.wait(), 30)
        talk.reset()

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {}), marks=make_marks) as here:
        async with client(here) as official, official.audio.speech.with_streaming_response.create(
            model="m", voice="alloy", input="hello"
        ) as streamed:  # fmt: skip
            read = streamed.iter_bytes()
            assert await anext(read)
            arrived.set()
            with pytest.raises(httpx2.RemoteProtocolError):
                [part async for part in read]
        frame = await here.closed()
    assert ("audio_label", "written", "broken_off") in {
        (one.mark, one.status, one.detail) for one in frame.receipts
    }


@pytest.mark.long
async def test_speech_in_events_is_one_file(upstream: ScriptedUpstream) -> None:
    """Its parts are sealed together; joined they are the sealed sound."""
    sound = wav()
    parts = [sound[at : at + 500] for at in range(0, len(sound), 500)]
    events = [
        {"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()} for part in parts
    ] + [{"type": "speech.audio.done", "usage": {"total_tokens": 2}}]

    async def script(talk: Conversation) -> None:
        await talk.stream(*(f"data: {json.dumps(one)}\n\n".encode() for one in events))

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official, official.audio.speech.with_streaming_response.create(
            model="m", voice="alloy", input="hello", response_format="wav", stream_format="sse"
        ) as streamed:  # fmt: skip
            body = b"".join([part async for part in streamed.iter_bytes()])
        frame = await here.closed()
    values = [json.loads(line[6:]) for line in body.decode().split("\n\n") if line]
    got = b"".join(base64.b64decode(one.get("audio", "")) for one in values)
    assert got.startswith(sound)
    assert b"metadata\0" in got
    assert values[-1]["type"] == "speech.audio.done"
    assert len(values) == len(events)
    assert frame.usage == {"total_tokens": 2}


async def test_a_chat_answer_with_sound_and_pictures(upstream: ScriptedUpstream) -> None:
    """Whole: both are sealed where they stand, the words keep their label's place."""
    url = "data:image/png;base64," + base64.b64encode(png()).decode()
    message = {
        "role": "assistant", "content": "here",
        "audio": {"id": "a", "data": base64.b64encode(wav()).decode(), "transcript": "hello"},
        "images": [{"type": "image_url", "image_url": {"url": url}}],
    }  # fmt: skip
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    says(upstream, json.dumps({"id": "c", "choices": [choice]}).encode())
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            got = await official.chat.completions.create(
                model="m", modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"},
                messages=[{"role": "user", "content": "x"}],
            )  # fmt: skip
        frame = await here.closed()
    said = got.choices[0].message
    assert said.content == "here"
    assert said.audio is not None
    assert b"metadata\0" in base64.b64decode(said.audio.data)
    sealed = said.model_extra["images"][0]["image_url"]["url"]
    assert sealed.startswith("data:image/png;base64,")
    assert b"metadata\0" in base64.b64decode(sealed.partition(",")[2])
    assert sorted(frame.unjudged) == ["audio", "image"]


@pytest.mark.long
async def test_a_chat_stream_with_sound(upstream: ScriptedUpstream) -> None:
    """Its samples come in parts and leave as one; the transcript does not wait for longer."""
    samples = bytes(range(200)) * 3
    deltas = [
        {"audio": {"data": base64.b64encode(samples[at : at + 100]).decode()}}
        for at in range(0, 600, 100)
    ]
    chunks = [{"index": 0, "delta": {"audio": {"id": "a", "transcript": "hello"}}}]
    chunks += [{"index": 0, "delta": delta} for delta in deltas]
    chunks += [{"index": 0, "delta": {}, "finish_reason": "stop"}]

    async def script(talk: Conversation) -> None:
        events = [json.dumps({"id": "c", "choices": [one]}) for one in chunks]
        await talk.stream(*(f"data: {one}\n\n".encode() for one in events), b"data: [DONE]\n\n")

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            stream = await official.chat.completions.create(
                model="m", stream=True, modalities=["text", "audio"],
                audio={"voice": "alloy", "format": "pcm16"},
                messages=[{"role": "user", "content": "x"}],
            )  # fmt: skip
            got = [chunk.choices[0] async for chunk in stream]
        await here.closed()
    sounds = [one.delta.to_dict().get("audio", {}).get("data", "") for one in got]
    sealed = b"".join(base64.b64decode(one) for one in sounds)
    assert sealed.startswith(samples)
    assert b"metadata\0" in sealed
    assert got[-1].finish_reason == "stop"
