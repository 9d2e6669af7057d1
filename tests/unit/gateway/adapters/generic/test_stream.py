"""What generic streams promise, one promise a test."""

from __future__ import annotations

import json

import pytest

from gateway.adapters.generic.stream import EventAnswer
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind


def read(raw: bytes) -> tuple[EventAnswer, list[Event]]:
    """A reader and the events of a stream."""
    answer = EventAnswer(1000)
    events = [event for event in answer.push(raw) + answer.flush() if isinstance(event, Event)]
    return answer, events


@pytest.mark.parametrize(
    ("raw", "kind", "texts"),
    [
        (b'event: x\ndata: {"t":"a"}\n\n', EventKind.TEXT, ["t", "a"]),
        (b'data: ["a"]\n\n', EventKind.TEXT, ["a"]),
        (b'data: "a"\n\n', EventKind.TEXT, ["a"]),
        (b"data: plain words\n\n", EventKind.TEXT, ["plain words"]),
        (b"data: 5\n\n", EventKind.TEXT, ["5"]),
        (b"data: [DONE]\n\n", EventKind.END, []),
        (b": c\n\n", EventKind.COMMENT, []),
        ("event: 密\ndata: {}\n\n".encode(), EventKind.UNKNOWN, []),
    ],
)
def test_every_string_is_a_piece(raw: bytes, kind: EventKind, texts: list[str]) -> None:
    """JSON is judged string by string, other data as the text that it is."""
    _, (event,) = read(raw)
    assert (event.kind, [piece.text for piece in event.pieces]) == (kind, texts)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b'id: 1\ndata: {"t":"a"}\n\n', b'id: 1\ndata: {"t":"n"}\n\n'),
        (b'data: "a"\n\n', b'data: "n"\n\n'),
        (b"data: plain words\n\n", b"data: n\n\n"),
    ],
)
def test_edits_keep_the_form(raw: bytes, wanted: bytes) -> None:
    """An edited string stays what it was: JSON in JSON, words in words."""
    answer, (event,) = read(raw)
    assert answer.write(event, Edits({len(event.pieces) - 1: "n"})) == wanted
    assert answer.write(event, Edits()) == raw


@pytest.mark.parametrize("raw", [b"data: {broken\n\n", b"data: \xff\n\n", b"data: " + b"x" * 2000])
def test_unreadable_events_raise(raw: bytes) -> None:
    """What cannot be judged raises."""
    with pytest.raises(UpstreamBroken):
        read(raw)


def test_good_events_before_a_bad_one_are_not_lost() -> None:
    """They are returned, the next call raises."""
    answer = EventAnswer(1000)
    assert len(answer.push(b"data: 1\n\ndata: {broken\n\n")) == 1
    with pytest.raises(UpstreamBroken):
        answer.push(b"")


def test_refusals_and_failures_are_events() -> None:
    """Both are error events in the shape that most clients read."""
    answer, _ = read(b"data: 1")
    raw = answer.close(0, Refusal("b", "No.", "r", "c"), "completion")
    assert raw.startswith(b"\n\nevent: error\ndata: ")
    assert json.loads(raw.split(b"data: ")[1])["error"]["code"] == "content_filter"
    raw = answer.fail(UpstreamBroken(), "01X")
    assert json.loads(raw.split(b"data: ")[1])["error"]["code"] == "upstream_broken"
