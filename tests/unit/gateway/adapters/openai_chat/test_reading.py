"""What the common reading of chat answers promises, one promise a test."""

from __future__ import annotations

import pytest

from gateway.adapters.openai_chat.reading import Reading, choice_number, edit_splices
from gateway.adapters.openai_chat.request import read_request
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.ports.adapter import Piece
from gateway.wire.json import splice


def reading(*, strict: bool = True) -> Reading:
    """The reading of an answer to a plain request."""
    raw = b'{"messages":[{"role":"user","content":"x"}]}'
    return Reading(read_request(raw, strict=strict))


def test_duplicate_keys_depend_on_the_policy() -> None:
    """Where anything is enforced a key must be unique; else the body passes."""
    raw = b'{"a":1,"a":2}'
    assert reading(strict=False).parse(raw) == {"a": 2}
    with pytest.raises(UpstreamBroken):
        reading().parse(raw)


def test_usage_adds_up() -> None:
    """Later counts replace earlier ones; what is no number, or none that a record holds, is left
    out."""
    one = reading()
    assert not one.note_usage({"usage": None})
    assert one.note_usage({"usage": {"a": 1, "b": 1, "cost": 0.5, "details": {}}})
    assert one.note_usage({"usage": {"b": 2, "a": 10**30, "c": -(10**30)}})
    assert one.usage == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("choice", "number"), [({"index": 4}, 4), ({}, 2), ({"index": "4"}, 2), ({"index": True}, 2)]
)
def test_choices_have_numbers(choice: dict[str, object], number: int) -> None:
    """A choice's number is its index, or its place if the upstream left that out."""
    assert choice_number(choice, 2) == number


@pytest.mark.parametrize("index", [10**20, -(10**20)])
def test_a_number_that_no_record_holds(index: int) -> None:
    """It is the upstream's fault, and not ours when the text is to be kept."""
    with pytest.raises(UpstreamBroken):
        choice_number({"index": index}, 0)


def test_strings_outside_of_choices_belong_to_one() -> None:
    """They are judged on the channels of the choice that is named."""
    pieces = reading().of_body({"id": "c", "x": {"y": "z z"}, "choices": ["no"]}, 3)
    assert [(piece.channel, piece.text) for piece in pieces] == [(Channel(3, "$.x.y"), "z z")]


def test_edits_null_the_log_probabilities_of_their_choice() -> None:
    """An edit in one choice leaves the log probabilities of the others."""
    raw = b'{"choices":[{"text":"a","logprobs":{"x":1}},{"text":"b","logprobs":{"x":1}}],"y":"c"}'
    pieces = tuple(
        Piece(Channel(0, "p"), "", FieldClass.CONTENT, slot=slot)
        for slot in (("choices", 0, "text"), ("choices", 1, "text"), ("y",))
    )
    edited = splice(raw, edit_splices(raw, pieces, {1: "B", 2: "C"}, drop_logprobs=False))
    assert edited == (
        b'{"choices":[{"text":"a","logprobs":{"x":1}},{"text":"B","logprobs":null}],"y":"C"}'
    )


def test_too_many_strings_break_the_answer() -> None:
    """An answer of endless strings is the upstream's fault, not the client's."""
    with pytest.raises(UpstreamBroken, match="strings"):
        reading().of_unknown(["x"] * 100_002)
