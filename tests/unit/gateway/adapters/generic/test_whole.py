"""What whole generic bodies promise, one promise a test."""

from __future__ import annotations

import json

import pytest

from gateway.adapters.generic.whole import BodyAnswer
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind


def read(raw: bytes) -> tuple[BodyAnswer, Event]:
    """A reader and the one event of its body."""
    answer = BodyAnswer(1000)
    answer.push(raw)
    (event,) = answer.flush()
    assert isinstance(event, Event)
    return answer, event


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [(b' {"a":"b"}\n', b' {"a":"n","f":1}\n'), (b'["b"]', b'["n"]'), (b"some words", b"n")],
)
def test_strings_are_judged_and_edited(raw: bytes, wanted: bytes) -> None:
    """JSON string by string, anything else as one text."""
    answer, event = read(raw)
    assert answer.write(event, Edits()) == raw
    assert answer.write(event, Edits({len(event.pieces) - 1: "n"}, {"f": 1})) == wanted


def test_refusals_replace_the_body() -> None:
    """A blocked body is replaced in full."""
    answer, event = read(b'{"a":"bad"}')
    raw = answer.write(event, Edits(refusals={0: Refusal("b", "No.", "r", "c")}))
    assert b"bad" not in raw
    assert json.loads(raw)["error"]["message"] == "No."


@pytest.mark.parametrize("raw", [b"{broken", b"\xff\xd8\xff", b"x" * 1001])
def test_unreadable_bodies_raise(raw: bytes) -> None:
    """What cannot be judged raises."""
    with pytest.raises(UpstreamBroken):
        read(raw)


def test_white_space_has_nothing_to_judge() -> None:
    """An empty body has no event, white space passes."""
    assert BodyAnswer(10).flush() == []
    assert read(b"  ")[1].kind is EventKind.COMMENT
