"""Protocols whose answers are files: what is read of them, and what is written back.

Through the whole gateway: tests/faults/test_generated_files.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.adapters.media import DashscopeImages, OpenAIImages, OpenAISpeech
from gateway.adapters.media.reading import coding_of
from gateway.nouns.errors import BadRequest, FilterFailed, UpstreamBroken
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Coding, Edits, Event, EventKind, RequestEdits

IMAGES, SPEECH, TASKS = OpenAIImages(), OpenAISpeech(), DashscopeImages()
REFUSAL = Refusal("blocked", "No.", "r1", "A1.a", retract=True, shown=4)


def _read(adapter: Any, body: Any, kind: str, request: Any = None) -> list[Event]:
    asked = adapter.read_request(json.dumps(request or {}).encode(), strict=True)
    answer = adapter.answer(asked, content_type=kind)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [*answer.push(raw), *answer.flush()]


@pytest.mark.parametrize(
    ("text", "coding"),
    [("data:image/png;base64,AA==", Coding.DATA_URL), ("https://x/y", Coding.URL),
     ("HTTP://x/y", Coding.URL), ("AAAA", Coding.BASE64), ("", Coding.BASE64)],
)  # fmt: skip
def test_a_string_tells_how_it_holds_a_file(text: str, coding: Coding) -> None:
    """By its start, which base64 cannot have."""
    assert coding_of(text) is coding


def test_the_words_of_a_request_are_the_users() -> None:
    """Prompt, spoken text and directions; the protocol's own words are not judged."""
    request = IMAGES.read_request(b'{"prompt":"a","model":"m","size":"1x1","x":"y z"}', strict=True)
    classes = {one.pointer: one.field_class for one in request.segments}
    assert classes == {("prompt",): FieldClass.USER, ("x",): FieldClass.UNKNOWN}
    spoken = SPEECH.read_request(b'{"input":"a","instructions":"b","voice":"v"}', strict=True)
    assert {one.text for one in spoken.segments} == {"a", "b"}
    assert spoken.textless
    task = TASKS.read_request(b'{"input":{"prompt":"a","negative_prompt":"b"}}', strict=True)
    assert [one.field_class for one in task.segments] == [FieldClass.USER] * 2


def test_pictures_in_a_request_are_sources() -> None:
    """What is named by a URL is not here, and is no source."""
    body = {"images": [{"image_url": "data:image/png;base64,aGk="}, {"image_url": "https://x/y"}]}
    request = IMAGES.read_request(json.dumps(body).encode(), strict=True)
    assert request.sources == (b"hi",)
    assert [part.kind for part in request.media] == ["image", "image"]
    assert [part.content for part in request.media] == [
        body["images"][0]["image_url"], "https://x/y",
    ]  # fmt: skip


def _form(*parts: tuple[str, str, bytes]) -> bytes:
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content
        for name, more, content in parts
    ]
    return b"\r\n".join([*lines, b"--b--\r\n"])


def test_a_form_is_read_and_edited_in_place() -> None:
    """The prompt is judged, the upload is a source, an odd file name is text."""
    raw = _form(("prompt", "", "画".encode()), ("n", "", b"1"),
                ("image", '; filename="\u732b \u56fe.png"', b"PNG"))  # fmt: skip
    request = IMAGES.read_form(raw, "multipart/form-data; boundary=b", strict=True)
    assert [(one.text, one.field_class) for one in request.segments] == [
        ("画", FieldClass.USER), ("猫 图.png", FieldClass.UNKNOWN),
    ]  # fmt: skip
    assert request.sources == (b"PNG",)
    assert [(part.content, part.hint) for part in request.media] == [(b"PNG", "猫 图.png")]
    edits = {request.segments[0].pointer: "xx", request.segments[1].pointer: 'a"b/c'}
    edited = IMAGES.write_request(request, RequestEdits(edits))
    assert edited == raw.replace("画".encode(), b"xx").replace("猫 图.png".encode(), b"a_b_c")
    assert IMAGES.write_request(request, RequestEdits()) == raw
    with pytest.raises(BadRequest):
        IMAGES.write_request(request, RequestEdits({request.segments[0].pointer: "\r\n--b"}))


@pytest.mark.parametrize("data", ["AAAA", "AA\nAA", "AA AA", "\u732b", "https://x/y z"])
def test_where_a_file_belongs_stands_a_file(data: str) -> None:
    """However it is written: what does not look like one is judged as text besides."""
    (event,) = _read(IMAGES, {"data": [{"b64_json": data}]}, "application/json")
    assert [media.data for media in event.media] == [data]
    assert [piece.text for piece in event.pieces] == ([] if data == "AAAA" else [data])


def test_a_data_url_in_an_unknown_place_is_a_file_too() -> None:
    """It would leave unmarked otherwise."""
    url = "data:image/png;base64,AAAA"
    (event,) = _read(IMAGES, {"vendor": {"preview": url}}, "application/json")
    assert [(media.data, media.coding) for media in event.media] == [(url, Coding.DATA_URL)]


def test_an_edit_touches_its_own_place_alone() -> None:
    """A file and a text beside each other."""
    body = b' {"data" : [ {"b64_json":"AAAA", "revised_prompt":"a b"} ]}'
    (event,) = _read(IMAGES, body, "application/json")
    answer = IMAGES.answer(IMAGES.read_request(b"{}", strict=True), content_type="")
    out = answer.write(event, Edits({0: "c"}, {"sealgate": 1}, media={0: b"BBBB"}))
    assert out == b' {"data" : [ {"b64_json":"BBBB", "revised_prompt":"c"} ],"sealgate":1}'


def test_a_stream_of_pictures_ends_with_its_last() -> None:
    """Each event has its own picture, and its bytes are kept."""
    raw = (
        b'event: a\ndata: {"type":"image_generation.partial_image","b64_json":"AAAA"}\n\n'
        b": note\n\n"
        b'data: {"type":"image_generation.completed","b64_json":"BBBB","usage":{"a":1}}\n\n'
    )
    events = _read(IMAGES, raw, "text/event-stream")
    assert [event.kind for event in events] == [EventKind.TEXT, EventKind.COMMENT, EventKind.FINISH]
    assert b"".join(event.raw for event in events) == raw
    assert [media.stream for event in events for media in event.media] == ["", ""]


def test_speech_comes_as_bytes_or_events() -> None:
    """Parts of one file either way; raw samples are named by what was asked for."""
    request = {"input": "x", "response_format": "pcm"}
    (one,) = _read(SPEECH, b"\1\2", "audio/pcm", request)
    assert (one.media[0].stream, one.media[0].hint, one.media[0].coding) == (
        "body", "pcm", Coding.RAW,
    )  # fmt: skip
    raw = b'data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n'
    (event,) = _read(SPEECH, raw, "text/event-stream", request)
    assert (event.media[0].stream, event.media[0].hint) == ("audio", "pcm")
    with pytest.raises(UpstreamBroken):
        _read(SPEECH, b"<x>", "text/plain")


def test_parts_of_ours_have_the_protocols_form() -> None:
    """What a stream mark still has to say at the end."""
    asked = SPEECH.read_request(b'{"input":"x"}', strict=True)
    stream = SPEECH.answer(asked, content_type="text/event-stream")
    media = _read(SPEECH, b"x", "audio/mpeg")[0].media[0]
    assert stream.own_media(media, b"AAAA") == (  # type: ignore[attr-defined]
        b'data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n'
    )
    sound = SPEECH.answer(asked, content_type="audio/mpeg")
    assert sound.own_media(media, b"\1") == b"\1"  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked"])
def test_an_upstreams_own_refusal_is_known(code: str) -> None:
    """By its code; DashScope has it at the top."""
    assert IMAGES.upstream_refusal(400, json.dumps({"error": {"code": code}}).encode()) == code
    assert TASKS.upstream_refusal(400, b'{"code":"DataInspectionFailed"}') == "DataInspectionFailed"
    assert IMAGES.upstream_refusal(400, b'{"error":{"code":"other"}}') is None


def test_refusals_and_errors_have_each_protocols_shape() -> None:
    """OpenAI's name the field, DashScope's are flat."""
    refused = json.loads(SPEECH.refuse(REFUSAL, exchange="01X").body)
    assert refused["error"]["param"] == "input"
    polite = IMAGES.refuse_politely(
        IMAGES.read_request(b"{}", strict=True), REFUSAL, style="completion", exchange="01X"
    )
    assert polite.status == 400
    flat = json.loads(TASKS.refuse(REFUSAL, exchange="01X").body)
    assert flat == {"code": "DataInspectionFailed", "message": "No.", "request_id": "01X"}
    asked = TASKS.read_request(b"", strict=True)
    answer = TASKS.answer(asked, content_type="application/json")
    answer.push(b'{"output": {"results": [{"url": "https://x/y"}]}}')
    (event,) = answer.flush()
    assert isinstance(event, Event)
    refused = json.loads(answer.write(event, Edits(refusals={0: REFUSAL})))
    assert (refused["code"], "output" in refused) == ("DataInspectionFailed", False)
    failed = json.loads(TASKS.error(FilterFailed(), exchange="01X").body)
    assert failed["code"] == "filter_failed"
    stream = IMAGES.answer(
        IMAGES.read_request(b"{}", strict=True), content_type="text/event-stream"
    )
    assert stream.close(0, REFUSAL, "completion").startswith(b"event: error\ndata: {")
    assert stream.fail(FilterFailed(), "01X").startswith(b"event: error\ndata: {")
