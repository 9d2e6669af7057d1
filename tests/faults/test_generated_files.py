"""Generated files through the gateway: official client, real judge, real sealing processes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import signal
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import openai
import pytest

from gateway.edge.result_fetch import ResultFetcher
from gateway.marks import AudioLabel, AudioMetadata, make_marks
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.policy import Mode
from gateway.ports.adapter import Coding
from gateway.ports.session import SealOrder
from gateway.settings import MediaSettings
from tests.conftest import settings_for
from tests.edge_kit import Conversation, ScriptedUpstream, ask
from tests.media_kit import TERM, MediaHere, claim, image_body, png, serving_media, wav
from tests.sound_kit import heard, pcm, sound, wave

PASSES = FileMarksOrder(label=True, metadata=True, unmarkable="pass")


def client(here: MediaHere) -> openai.AsyncOpenAI:
    """The official client in front of the gateway."""
    return openai.AsyncOpenAI(
        api_key="sk-somebody", base_url=f"http://127.0.0.1:{here.port}/v1", max_retries=0
    )


async def until_busy(here: MediaHere) -> None:
    """Wait until a sealing process works."""
    async with asyncio.timeout(20):
        while not here.pool.busy:  # noqa: ASYNC110 -- another process is waited for
            await asyncio.sleep(0.01)


def says(upstream: ScriptedUpstream, body: bytes, *lines: str, status: int = 200) -> None:
    """Have the upstream answer with one body."""

    async def script(talk: Conversation) -> None:
        await talk.whole(body, *lines, status=status)

    upstream.script = script


async def test_a_picture_is_sealed_and_nothing_else_changes(upstream: ScriptedUpstream) -> None:
    """The files bear both marks; put the originals back, and the body is what came and the seal."""
    first, second = png(), png(colour=20)
    body = image_body(first, second, usage={"total_tokens": 7})
    says(upstream, body)
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            raw = await official.images.with_raw_response.generate(model="m", prompt="x", n=2)
        frame = await here.closed()
    got = raw.parse()
    assert got.data is not None
    back = raw.content
    for entry, original in zip(got.data, (first, second), strict=True):
        sealed = base64.b64decode(entry.b64_json or "")
        assert sealed.startswith(original[:-12])
        assert b"label\0" in sealed
        assert b"metadata\0" in sealed
        assert here.entry.opened.exchange.encode() in sealed
        back = back.replace((entry.b64_json or "").encode(), base64.b64encode(original))
    assert back.startswith(body[:-1])
    marks = {(one.mark, one.status) for one in frame.receipts}
    assert {("note_label", "written"), ("note_metadata", "written")} <= marks
    assert frame.unjudged == ("image", "image")
    assert [text.path for text in here.entry.texts] == ["media", "media"]
    assert "png " in here.entry.texts[0].text
    assert "sha256:" in here.entry.texts[0].text
    assert upstream.heard[0].path == "/v1/images/generations"


async def test_where_nothing_is_owed_nothing_changes(upstream: ScriptedUpstream) -> None:
    """Byte for byte, and no process is started."""
    body = image_body(b"no picture at all")
    says(upstream, body)
    async with serving_media(settings_for(upstream.port, {}), order=FileMarksOrder()) as here:
        async with client(here) as official:
            raw = await official.images.with_raw_response.generate(model="m", prompt="x")
        assert here.pool.processes == ()
    assert raw.content == body


async def test_a_forbidden_prompt_never_goes_up(upstream: ScriptedUpstream) -> None:
    """Refused as an error of the client's, naming the prompt; a form's prompt too."""
    async with serving_media(settings_for(upstream.port, {})) as here, client(here) as official:
        with pytest.raises(openai.BadRequestError) as caught:
            await official.images.generate(model="m", prompt=f"画{TERM}")
        assert (caught.value.code, caught.value.param) == ("content_filter", "prompt")
        with pytest.raises(openai.BadRequestError):
            await official.images.edit(model="m", image=("a.png", png()), prompt=f"画{TERM}")
        with pytest.raises(openai.BadRequestError) as caught:
            await official.audio.speech.create(model="m", voice="alloy", input=f"读{TERM}")
        assert caught.value.param == "input"
        with pytest.raises(openai.BadRequestError):
            await official.audio.speech.create(
                model="m", voice="alloy", input="x", instructions=f"像{TERM}"
            )
    assert upstream.heard == []


async def test_a_forbidden_revised_prompt_refuses_the_picture(upstream: ScriptedUpstream) -> None:
    """With a status that says so, and without the picture."""
    body = json.loads(image_body(png()))
    body["data"][0]["revised_prompt"] = f"画一只{TERM}"
    says(upstream, json.dumps(body).encode())
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            with pytest.raises(openai.BadRequestError) as caught:
                await official.images.generate(model="m", prompt="x")
        frame = await here.closed()
    assert caught.value.code == "content_filter"
    assert base64.b64encode(png())[:40].decode() not in caught.value.response.text
    assert (frame.outcome, frame.status) == ("blocked_output", 400)


@pytest.mark.long
async def test_edits_and_variations_send_their_uploads(upstream: ScriptedUpstream) -> None:
    """The form goes up as it came, and the answer is sealed."""
    says(upstream, image_body(png()))
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            one = await official.images.edit(
                model="m", prompt="bigger", image=[("a.png", png()), ("b.png", png(colour=1))],
                mask=("m.png", png()),
            )  # fmt: skip
            with pytest.warns(DeprecationWarning, match="deprecated"):
                other = await official.images.create_variation(image=("c.png", png()), n=1)
        await here.quiet()
        first, second = here.journal.entries
        assert first.body == upstream.heard[0].body
        assert second.body == upstream.heard[1].body
    for got in (one, other):
        assert got.data is not None
        assert b"metadata\0" in base64.b64decode(got.data[0].b64_json or "")
    assert [heard.path for heard in upstream.heard] == ["/v1/images/edits", "/v1/images/variations"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"R0lGODlhAQABAAAAACw=", "no_mark_for_gif"),
        (b"AAECAwQFBgf/+w==", "unknown_format"),
        (b"!!!not base64!!!", "not base64"),
        (b"", ""),
    ],
)
async def test_what_cannot_be_marked_is_refused(
    upstream: ScriptedUpstream, content: bytes, problem: str
) -> None:
    """As an error that no client retries, saying what is missing and what decides."""
    says(upstream, json.dumps({"data": [{"b64_json": content.decode()}]}).encode())
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            if not content:
                assert await official.images.generate(model="m", prompt="x")
                return
            with pytest.raises(openai.InternalServerError) as caught:
                await official.images.generate(model="m", prompt="x")
        frame = await here.closed()
    assert caught.value.code == "mark_failed"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert problem in caught.value.message
    assert content.decode() not in caught.value.response.text
    assert (frame.error, frame.outcome) == ("mark_failed", "gateway_error")
    assert {one.status for one in frame.receipts if one.mark != "text_label"} == {"failed"}


@pytest.mark.long
@pytest.mark.parametrize("changes", [{"order": PASSES}, {"mode": Mode.OBSERVE}])
async def test_what_cannot_be_marked_passes_if_the_policy_says_so(
    upstream: ScriptedUpstream, changes: dict[str, Any]
) -> None:
    """And the record says why."""
    body = image_body(b"GIF89a....")
    says(upstream, body)
    async with serving_media(settings_for(upstream.port, {}), **changes) as here:
        async with client(here) as official:
            got = await official.images.generate(model="m", prompt="x")
        frame = await here.closed()
    assert got.data is not None
    assert base64.b64decode(got.data[0].b64_json or "") == b"GIF89a...."
    assert {(one.status, one.detail) for one in frame.receipts} == {("failed", "no_mark_for_gif")}


@pytest.mark.parametrize(
    ("disaster", "word"), [(b"!die!", "ended"), (b"!grow!", "ended"), (b"!hang!", "media.job_s")]
)
async def test_a_disaster_fails_closed_and_the_next_file_is_sealed(
    upstream: ScriptedUpstream, disaster: bytes, word: str
) -> None:
    """A process that dies, grows or hangs is replaced; its file does not leave."""
    bodies = [image_body(png() + disaster), image_body(png())]

    async def script(talk: Conversation) -> None:
        await talk.whole(bodies.pop(0))

    upstream.script = script
    settings = settings_for(upstream.port, {"media": {"job_s": 3.0}})
    async with serving_media(settings) as here, client(here) as official:
        await here.pool.seal(SealOrder(1, (png(),), Coding.RAW, "", claim()))  # it is up
        with pytest.raises(openai.InternalServerError) as caught:
            await official.images.generate(model="m", prompt="x")
        got = await official.images.generate(model="m", prompt="x")
    assert word in caught.value.message
    assert got.data is not None
    assert b"metadata\0" in base64.b64decode(got.data[0].b64_json or "")


async def test_a_process_that_is_killed_in_the_middle(upstream: ScriptedUpstream) -> None:
    """kill -9 while it works: the answer is an error, and the record is closed."""
    says(upstream, image_body(png() + b"!hang!"))
    async with serving_media(settings_for(upstream.port, {})) as here, client(here) as official:
        await here.pool.seal(SealOrder(1, (png(),), Coding.RAW, "", claim()))
        (pid,) = here.pool.processes
        asking = asyncio.create_task(official.images.generate(model="m", prompt="x"))
        await until_busy(here)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(openai.InternalServerError) as caught:
            await asking
        frame = await here.closed()
    assert caught.value.code == "mark_failed"
    assert frame.outcome == "gateway_error"


async def test_a_file_above_its_limit_is_refused(upstream: ScriptedUpstream) -> None:
    """Before any process sees it."""
    says(upstream, image_body(png() + bytes(4000)))
    settings = settings_for(upstream.port, {"media": {"bytes": 2000}})
    async with serving_media(settings) as here, client(here) as official:
        with pytest.raises(openai.InternalServerError) as caught:
            await official.images.generate(model="m", prompt="x")
        assert here.pool.processes == ()
    assert "media.bytes" in caught.value.message


async def test_a_client_that_leaves_while_its_file_is_sealed(upstream: ScriptedUpstream) -> None:
    """The exchange ends, the process finishes and serves the next."""
    says(upstream, image_body(png() + b"!slow!"))
    async with serving_media(settings_for(upstream.port, {})) as here, client(here) as official:
        await here.pool.seal(SealOrder(1, (png(),), Coding.RAW, "", claim()))
        before = here.pool.processes
        asking = asyncio.create_task(official.images.generate(model="m", prompt="x"))
        await until_busy(here)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        frame = await here.closed()
        assert await here.pool.seal(SealOrder(2, (png(),), Coding.RAW, "", claim()))
        assert here.pool.processes == before
    assert frame.outcome == "client_gone"
    assert here.entry.texts == []


async def test_partial_images_are_sealed_each(upstream: ScriptedUpstream) -> None:
    """In their order; the last event carries the fields of the seal."""
    events = [
        {"type": "image_generation.partial_image", "b64_json": base64.b64encode(png(colour=n))
         .decode(), "partial_image_index": n} for n in range(2)
    ] + [{"type": "image_generation.completed", "b64_json": base64.b64encode(png(colour=9))
          .decode(), "usage": {"total_tokens": 3}}]  # fmt: skip

    async def script(talk: Conversation) -> None:
        await talk.stream(
            *(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events)
        )

    upstream.script = script
    async with serving_media(settings_for(upstream.port, {})) as here:
        async with client(here) as official:
            stream = await official.images.generate(
                model="m", prompt="x", stream=True, partial_images=2
            )
            got = [event async for event in stream]
        frame = await here.closed()
    assert [event.type for event in got] == [one["type"] for one in events]
    for event, colour in zip(got, (0, 1, 9), strict=True):
        sealed = base64.b64decode(event.b64_json)
        assert sealed.startswith(png(colour=colour)[:-12])
        assert b"metadata\0" in sealed
    assert frame.usage == {"total_tokens": 3}


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


@pytest.mark.long
async def test_a_full_queue_turns_away(upstream: ScriptedUpstream) -> None:
    """With a status that may be tried again; nothing leaves unmarked."""
    says(upstream, image_body(png() + b"!slow!"))
    settings = settings_for(upstream.port, {"media": {"queue": 1}})
    async with serving_media(settings) as here, client(here) as official:
        results = await asyncio.gather(
            *(official.images.generate(model="m", prompt="x") for _ in range(6)),
            return_exceptions=True,
        )
    refused = [one for one in results if isinstance(one, openai.APIStatusError)]
    assert {one.code for one in refused} == {"overloaded"}
    assert {one.status_code for one in refused} == {503}
    for one in results:
        if not isinstance(one, BaseException):
            assert b"metadata\0" in base64.b64decode(one.data[0].b64_json)


def names(*urls: str) -> bytes:
    """A whole answer that names its pictures by URL."""
    return json.dumps({"data": [{"url": url} for url in urls]}).encode()


async def hosts(upstream: ScriptedUpstream, answer: bytes, **files: bytes) -> None:
    """Have the upstream answer with a body, and serve files below /pictures/."""

    async def script(talk: Conversation) -> None:
        name = unquote(talk.heard.path.removeprefix("/pictures/"))
        if name in files:
            await talk.whole(files[name], "content-type: image/png")
        elif name.startswith("go-"):
            await talk.whole(b"", f"location: {name[3:].replace('|', '/')}", status=302)
        else:
            await talk.whole(answer)

    upstream.script = script


@pytest.mark.parametrize("urls", ["rehost", pytest.param("data", marks=pytest.mark.long)])
async def test_a_result_by_url_is_sealed(upstream: ScriptedUpstream, urls: str) -> None:
    """Hosted here under a name that cannot be guessed, or given as data."""
    own = f"http://127.0.0.1:{upstream.port}/pictures/a"
    await hosts(upstream, names(own), a=png())
    order = FileMarksOrder(label=True, metadata=True, urls=urls)
    async with serving_media(settings_for(upstream.port, {}), order=order) as here:
        async with client(here) as official:
            got = await official.images.generate(model="m", prompt="x")
        assert got.data is not None
        url = got.data[0].url or ""
        if urls == "data":
            sealed = base64.b64decode(url.removeprefix("data:image/png;base64,"))
        else:
            assert url.startswith(f"http://127.0.0.1:{here.port}/sealgate/v1/files/")
            path = url.partition(str(here.port))[2]
            file = await ask(here.port, b"", path=path, method="GET")
            sealed = file.body
            assert file.headers["content-type"] == "image/png"
            assert file.headers["x-content-type-options"] == "nosniff"
            other = await ask(here.port, b"", path=path[:-1] + "_", method="GET")
            assert other.status == 404
        frame = await here.closed()
    assert sealed.startswith(png()[:-12])
    assert b"metadata\0" in sealed
    assert ("note_metadata", "written") in {(one.mark, one.status) for one in frame.receipts}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/x", "https://10.0.0.7/x",
        "https://[::1]/x", "https://[::ffff:10.0.0.7]/x", "https://[64:ff9b::a00:7]/x",
        "https://2130706433/x", "https://localhost/x", "http://example.com/x", "ftp://example.com/",
        "https://user@example.com/x", "https://0x7f.1/x", "http://127.0.0.1:1/x",
        "http://HOST/pictures/go-https:||10.0.0.7|x", "http://HOST/pictures/go-http:||127.0.0.1:1|",
        "http://HOST/pictures/go-file:|||etc|passwd",
    ],
)  # fmt: skip
async def test_a_result_inside_our_network_is_never_fetched(
    upstream: ScriptedUpstream, url: str
) -> None:
    """However its address is spelled, and wherever a redirect leads."""
    url = url.replace("HOST", f"127.0.0.1:{upstream.port}")
    if url.startswith("https:") and "127.0.0.1/" in url:
        url = url.replace("127.0.0.1", f"127.0.0.1:{upstream.port + 1}")
    fetcher = ResultFetcher(MediaSettings(fetch_s=5.0), f"http://127.0.0.1:{upstream.port}")
    await hosts(upstream, b"{}")
    try:
        with pytest.raises(MarkFailed) as caught:
            await fetcher.fetch(url)
    finally:
        await fetcher.close()
    assert "media.hosts" in caught.value.detail or "http or https" in caught.value.detail
    assert url not in caught.value.detail


async def test_a_task_of_dashscope(upstream: ScriptedUpstream) -> None:
    """Its id passes; once it succeeded, its pictures are sealed when they are asked for."""
    picture = f"http://127.0.0.1:{upstream.port}/pictures/a"
    given = {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r"}
    done = {"output": {"task_id": "t-1", "task_status": "SUCCEEDED", "results": [{"url": picture}],
                       "end_time": "2026-01-02 03:04:05.678"}, "request_id": "r"}  # fmt: skip

    async def script(talk: Conversation) -> None:
        if talk.heard.path == "/pictures/a":
            await talk.whole(png(), "content-type: image/png")
        else:
            body = given if talk.heard.method == "POST" else done
            await talk.whole(json.dumps(body).encode())

    upstream.script = script
    ask_for = {"model": "wanx-v1", "input": {"prompt": "a cat"}, "parameters": {"n": 1}}
    path = "/api/v1/services/aigc/text2image/image-synthesis"
    async with serving_media(settings_for(upstream.port, {})) as here:
        body = json.dumps(ask_for).encode()
        first = await ask(here.port, body, "x-dashscope-async: enable", path=path)
        second = await ask(here.port, b"", path="/api/v1/tasks/t-1", method="GET")
        refused = await ask(
            here.port, json.dumps({**ask_for, "input": {"prompt": f"画{TERM}"}}).encode(), path=path
        )
        await here.quiet()
        url = json.loads(second.body)["output"]["results"][0]["url"]
        file = await ask(here.port, b"", path=urlsplit(url).path, method="GET")
    assert json.loads(first.body)["output"] == given["output"]
    assert b"metadata\0" in file.body
    assert [heard.path for heard in upstream.heard] == [path, "/api/v1/tasks/t-1", "/pictures/a"]
    assert refused.status == 400
    assert json.loads(refused.body)["code"] == "DataInspectionFailed"
