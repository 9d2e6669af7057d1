"""What the request side of the generic adapter promises, one promise a test."""

from __future__ import annotations

import pytest

from gateway.adapters.generic import Generic
from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.segment import FieldClass
from gateway.ports.adapter import RequestEdits

ADAPTER = Generic()


def test_every_string_is_the_user_s() -> None:
    """Values and keys, at any depth, with the place they stand at."""
    raw = b'{"model":"m1","user":"u","input":["a",{"k":"b"}],"stream":true}'
    request = ADAPTER.read_request(raw, strict=True)
    assert {segment.text for segment in request.segments} == {
        "model", "m1", "user", "u", "input", "a", "k", "b", "stream",
    }  # fmt: skip
    assert {segment.field_class for segment in request.segments} == {FieldClass.USER}
    assert (request.model, request.stream, request.subject_fields) == ("m1", True, {"user": "u"})


def test_edits_change_only_their_strings() -> None:
    """An edit is a splice; without one the bytes are the client's."""
    raw = b' [ "a" ,{"k":"b"} ]'
    request = ADAPTER.read_request(raw, strict=True)
    assert ADAPTER.write_request(request, RequestEdits()) is raw
    assert ADAPTER.write_request(request, RequestEdits({(1, "k"): "x"})) == b' [ "a" ,{"k":"x"} ]'


def test_coded_media_is_named() -> None:
    """Long base64 and data URLs are media that nobody judged, not text."""
    raw = b'{"a":"data:image/png;base64,AAAA","b":"%b"}' % (b"QUJD" * 500)
    request = ADAPTER.read_request(raw, strict=True)
    assert [part.pointer for part in request.media] == [("a",), ("b",)]
    assert [part.content[:5] for part in request.media] == ["data:", "QUJDQ"]
    assert {segment.text for segment in request.segments} == {"a", "b"}


@pytest.mark.parametrize("raw", [b"a=b", b"5", b'"text"', b'{"a":1,"a":2}', b"\xff"])
def test_other_bodies_are_refused(raw: bytes) -> None:
    """What is no JSON object or array cannot be judged here."""
    with pytest.raises(BadRequest):
        ADAPTER.read_request(raw, strict=True)


def test_no_body_has_nothing_to_judge() -> None:
    """A request without a body passes."""
    assert ADAPTER.read_request(b"", strict=True).segments == ()


@pytest.mark.parametrize(
    ("content_type", "whole"),
    [
        ("text/event-stream", False),
        ("application/x-ndjson; charset=utf-8", False),
        ("application/problem+json", True),
        ("text/plain", True),
        ("", True),
    ],
)
def test_the_content_type_decides(content_type: str, whole: bool) -> None:
    """Events, lines and bodies are told apart by the upstream's word."""
    request = ADAPTER.read_request(b"{}", strict=True)
    assert ADAPTER.answer(request, content_type=content_type).whole is whole


def test_sounds_cannot_be_judged() -> None:
    """An answer in which no string can be found is refused, naming the way out."""
    request = ADAPTER.read_request(b"{}", strict=True)
    with pytest.raises(UpstreamBroken, match="plain"):
        ADAPTER.answer(request, content_type="audio/mpeg")
