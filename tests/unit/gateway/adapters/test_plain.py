"""What the plain adapter promises, one promise a test."""

from __future__ import annotations

import json

from gateway.adapters.plain import Plain
from gateway.nouns.errors import UpstreamTimeout
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, RequestEdits


def test_everything_passes_as_it_came() -> None:
    """Requests and answers keep every byte, and nothing is called text."""
    adapter = Plain()
    request = adapter.read_request(b"\x00\xff no json", strict=True)
    assert request.segments == ()
    assert adapter.write_request(request, RequestEdits({("a",): "b"})) == b"\x00\xff no json"
    answer = adapter.answer(request, content_type="audio/mpeg")
    (event,) = answer.push(b"\xff\xfb")
    assert isinstance(event, Event)
    assert (event.raw, event.pieces, answer.write(event, Edits(fields={"a": 1}))) == (
        b"\xff\xfb", (), b"\xff\xfb",
    )  # fmt: skip
    assert answer.push(b"") == answer.flush() == []


def test_our_own_errors_are_told() -> None:
    """Errors and refusals have the shape that most clients read."""
    reply = Plain().error(UpstreamTimeout(), exchange="01X")
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (504, "upstream_timeout")
    refusal = Refusal("b", "No.", "r", "c")
    assert Plain().refuse(refusal, exchange="01X").status == 400
