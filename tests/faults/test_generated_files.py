"""Generated files through the gateway: official client, real judge, real sealing processes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
from typing import Any

import openai
import pytest

from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.policy import Mode
from gateway.ports.adapter import Coding
from gateway.ports.session import SealOrder
from tests.conftest import settings_for
from tests.edge_kit import Conversation, ScriptedUpstream
from tests.media_kit import (
    TERM,
    MediaHere,
    claim,
    client,
    image_body,
    png,
    says,
    serving_media,
)

PASSES = FileMarksOrder(label=True, metadata=True, unmarkable="pass")


async def until_busy(here: MediaHere) -> None:
    """Wait until a sealing process works."""
    async with asyncio.timeout(20):
        while not here.pool.busy:  # noqa: ASYNC110 -- another process is waited for
            await asyncio.sleep(0.01)


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
