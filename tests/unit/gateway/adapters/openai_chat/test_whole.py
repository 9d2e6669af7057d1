"""What a whole chat answer promises, one promise a test."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from gateway.adapters.openai_chat.request import read_request
from gateway.adapters.openai_chat.whole import WholeAnswer
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import FieldClass, Pointer
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Run
from gateway.wire.json import Span, locate

REFUSAL = Refusal("blocked", "No.", "r1", "A1.a")
RAW = (
    b'{ "id":"c", "choices" : [ {"index":0,"message":{"role":"assistant","content":"one \\u4e00"},'
    b'"logprobs":{"content":[]},"finish_reason":"stop"}, {"index":1,"message":{"role":"assistant",'
    b'"content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f",'
    b'"arguments":"{\\"a\\":1}"}}]},"finish_reason":"tool_calls"} ], "extra":"x y",'
    b'"usage":{"total_tokens":7} }\n'
)


def answer(**members: Any) -> WholeAnswer:
    """The reader of a whole answer to a request with these members."""
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], **members}
    return WholeAnswer(read_request(json.dumps(body).encode(), strict=True), 10_000)


def read(raw: bytes, **members: Any) -> tuple[WholeAnswer, Event]:
    """An answer and its one event, fed in two reads."""
    reader = answer(**members)
    assert reader.push(raw[:7]) == reader.push(raw[7:]) == []
    (event,) = reader.flush()
    assert not isinstance(event, Run)
    return reader, event


def test_all_strings_are_pieces() -> None:
    """Every choice's strings, and those outside of choices, are in the one event."""
    reader, event = read(RAW)
    assert event.raw == RAW
    assert event.choices == (0, 1)
    assert [(p.channel.choice, p.channel.path, p.text, p.field_class) for p in event.pieces] == [
        (0, "content", "one 一", FieldClass.CONTENT),
        (1, "tool_calls.0.name", "f", FieldClass.TOOL_ARGUMENTS),
        (1, "tool_calls.0.arguments", '{"a":1}', FieldClass.TOOL_ARGUMENTS),
        (0, "$.extra", "x y", FieldClass.UNKNOWN),
    ]
    assert reader.usage == {"total_tokens": 7}


def test_without_edits_the_bytes_are_the_upstream_s() -> None:
    """Nothing to change: the body as it came."""
    reader, event = read(RAW)
    assert reader.write(event, Edits()) == RAW


def test_labels_can_be_taken_out_again() -> None:
    """Labels and members are insertions: without them the upstream's bytes are back."""
    reader, event = read(RAW)
    edits = Edits(before={0: "«AI»\n"}, after={0: "«end»", 1: "«end»"}, fields={"aigc": {"a": "b"}})
    raw = reader.write(event, edits)
    body = json.loads(raw)
    assert body["choices"][0]["message"]["content"] == "«AI»\none 一«end»"
    assert body["choices"][1]["message"]["content"] is None
    bare = raw.replace("«AI»\\n".encode(), b"").replace("«end»".encode(), b"")
    assert bare.replace(b',"aigc":{"a":"b"}', b"") == RAW


def test_edited_content_takes_its_labels_in() -> None:
    """A redacted text gets its labels too, and its log probabilities go."""
    reader, event = read(RAW)
    raw = reader.write(event, Edits({0: "***"}, before={0: "<"}, after={0: ">"}))
    choice = json.loads(raw)["choices"][0]
    assert (choice["message"]["content"], choice["logprobs"]) == ("<***>", None)


@pytest.mark.parametrize(
    ("members", "style", "wanted"),
    [
        ({}, "completion", ("No.", None, "content_filter")),
        ({}, "field", (None, "No.", "stop")),
        ({"response_format": {"type": "json_object"}}, "completion", (None, "No.", "stop")),
    ],
)
def test_refused_choices_hold_the_refusal_alone(
    members: dict[str, Any], style: str, wanted: tuple[Any, Any, str]
) -> None:
    """The choice's words, calls and log probabilities give way; the others stay."""
    reader, event = read(RAW, **members)
    raw = reader.write(event, Edits(refusals={1: REFUSAL}, style=style))
    kept, refused = json.loads(raw)["choices"]
    message = refused["message"]
    assert (message["content"], message["refusal"], refused["finish_reason"]) == wanted
    assert "tool_calls" not in message
    assert refused["sealgate"]["rule"] == "r1"
    assert kept == json.loads(RAW)["choices"][0]


def test_what_stands_outside_goes_with_its_choice() -> None:
    """Strings outside of choices are judged with the first choice, so they leave with it."""
    reader, event = read(RAW)
    body = json.loads(reader.write(event, Edits(refusals={0: REFUSAL})))
    assert body["extra"] == ""
    assert "one" not in json.dumps(body)


def test_choices_of_the_same_number_are_refused_together() -> None:
    """An upstream cannot hide a choice behind another of the same number."""
    raw = json.dumps({"choices": [
        {"index": 0, "message": {"content": "bad"}}, {"index": 0, "message": {"content": "good"}}
    ]}).encode()  # fmt: skip
    reader, event = read(raw)
    written = reader.write(event, Edits(refusals={0: REFUSAL}))
    assert b"bad" not in written
    assert b"good" not in written


def test_bodies_without_choices_are_refused_whole() -> None:
    """A body of another shape is judged in full, and replaced in full."""
    reader, event = read(b'{"surprise":["bad"]}')
    assert [piece.text for piece in event.pieces] == ["bad"]
    body = json.loads(reader.write(event, Edits(refusals={0: REFUSAL})))
    assert body["choices"][0]["message"]["content"] == "No."


@pytest.mark.parametrize("raw", [b"<html>", b'{"a":', b'{"a":1,"a":2}', b"\xff"])
def test_unreadable_bodies_raise(raw: bytes) -> None:
    """What cannot be read cannot be judged."""
    reader = answer()
    reader.push(raw)
    with pytest.raises(UpstreamBroken):
        reader.flush()


def test_too_large_answers_raise() -> None:
    """An answer above the limit is refused while it comes."""
    reader = answer()
    with pytest.raises(UpstreamBroken, match="10000 bytes"):
        reader.push(b"x" * 10_001)


def test_a_refused_error_is_an_error() -> None:
    """Who got a status of failure reads no answer of a model."""
    reader, event = read(b'{"error":{"message":"bad words","type":"bad"},"id":"x y"}')
    body = json.loads(reader.write(event, Edits(refusals={0: REFUSAL})))
    assert body["error"] == {
        "message": "No.", "type": "upstream_error", "param": None, "code": "content_filter",
    }  # fmt: skip
    assert body["sealgate"]["rule"] == "r1"


def test_errors_are_told() -> None:
    """A body that is an error is one, and the upstream's own refusal shows."""
    reader, event = read(b'{"error":{"code":"content_filter","message":"m"}}')
    assert (event.kind, reader.refused) == (EventKind.ERROR, True)


def test_nothing_is_nothing() -> None:
    """An empty body has no event; white space passes."""
    assert answer().flush() == []
    assert read(b"        \n")[1].kind is EventKind.COMMENT


def test_labels_of_many_choices_are_placed_in_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk of the body for each label would take minutes for a thousand choices."""
    said = [{"index": n, "message": {"content": f"text {n}"}} for n in range(50)]
    reader, event = read(json.dumps({"choices": said}).encode())
    walks: list[int] = []

    def counted(raw: bytes, pointers: Iterable[Pointer]) -> dict[Pointer, Span]:
        asked = list(pointers)
        walks.append(len(asked))
        return locate(raw, asked)

    monkeypatch.setattr("gateway.adapters.openai_chat.whole.locate", counted)
    ends = dict.fromkeys(range(50), "»")
    raw = reader.write(event, Edits({7: "***"}, before=dict.fromkeys(range(50), "«"), after=ends))
    texts = [choice["message"]["content"] for choice in json.loads(raw)["choices"]]
    assert texts == [f"«{'***' if n == 7 else f'text {n}'}»" for n in range(50)]
    assert len([asked for asked in walks if asked]) == 1


def test_log_probabilities_are_read_in_portions() -> None:
    """2,000 tokens with twenty alternatives each: many stops, in which the streams of others go on,
    and then what is read at once."""
    others = [{"token": f"t{n}", "logprob": -1.0, "bytes": list(b"t%d" % n)} for n in range(20)]
    entry = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": others}
    message = {"role": "assistant", "content": "a" * 2000}
    choice = {"index": 0, "message": message, "logprobs": {"content": [entry] * 2000}}
    raw = json.dumps({"choices": [choice]}).encode()
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    request = read_request(json.dumps(body).encode(), strict=True)
    readers = WholeAnswer(request, len(raw)), WholeAnswer(request, len(raw))
    for reader in readers:
        reader.push(raw)
    stops = sum(readers[0].reading())
    ((event,), (at_once,)) = (reader.flush() for reader in readers)
    assert stops > len(raw) / 70_000 + 2000 / 200
    assert readers[0].flush() == []
    assert not isinstance(event, Run)
    assert not isinstance(at_once, Run)
    assert event.pieces == at_once.pieces
    content, alternatives = event.pieces
    assert content.text == "a" * 2000
    assert alternatives.text == "".join(f"t{n}\n" for n in range(20)) * 2000
