"""What generic JSON Lines promise, one promise a test."""

from __future__ import annotations

import json

import pytest

from gateway.adapters.generic.lines import LineAnswer
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event


def test_lines_are_events() -> None:
    """Each line is one event with its strings, the last one even without its end."""
    answer = LineAnswer(100)
    events = answer.push(b'{"a":"x"}\n\n{"a"') + answer.push(b':"y"}') + answer.flush()
    assert [event.raw for event in events] == [b'{"a":"x"}\n', b"\n", b'{"a":"y"}']
    first, blank, last = (event for event in events if isinstance(event, Event))
    assert ([p.text for p in first.pieces], blank.pieces, last.pieces[-1].text) == (
        ["a", "x"], (), "y",
    )  # fmt: skip
    assert answer.write(first, Edits({1: "n"})) == b'{"a":"n"}\n'


@pytest.mark.parametrize("raw", [b"{broken\n", b'{"a":"' + b"x" * 200, b"words\n"])
def test_unreadable_lines_raise(raw: bytes) -> None:
    """A line that is no JSON, or too long, cannot be judged."""
    with pytest.raises(UpstreamBroken):
        LineAnswer(100).push(raw)


def test_good_lines_before_a_bad_one_are_not_lost() -> None:
    """They are returned, the next call raises."""
    answer = LineAnswer(100)
    assert len(answer.push(b"1\n{broken\n")) == 1
    with pytest.raises(UpstreamBroken):
        answer.flush()


def test_refusals_and_failures_are_lines() -> None:
    """Both are lines of their own, after an unfinished one too."""
    answer = LineAnswer(100)
    answer.push(b"1")
    answer.flush()
    blank, refusal, rest = answer.close(0, Refusal("b", "No.", "r", "c"), "field").split(b"\n")
    assert (blank, rest) == (b"", b"")
    assert json.loads(refusal)["error"]["message"] == "No."
    assert json.loads(answer.fail(UpstreamBroken(), "x"))["error"]["code"] == "upstream_broken"
