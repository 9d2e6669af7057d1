"""What the request side of the chat adapter promises, one promise a test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.adapters.openai_chat.request import ChatBody, read_request, write_request
from gateway.nouns.errors import BadRequest
from gateway.nouns.segment import FieldClass, TextForm
from gateway.ports.adapter import Request, RequestEdits, Structured
from gateway.wire.json import KEY

USER = {"role": "user", "content": "hello"}


def read(*messages: Any, **members: Any) -> Request:
    """Read a request made of these messages and members."""
    body = {"model": "m", "messages": list(messages) or [USER], **members}
    return read_request(json.dumps(body, ensure_ascii=False).encode(), strict=True)


def classes(request: Request) -> dict[str, FieldClass]:
    """The class of each text."""
    return {segment.text: segment.field_class for segment in request.segments}


def test_roles_and_places_make_the_class() -> None:
    """System, history, tool results and what is asked now are told apart."""
    request = read(
        {"role": "system", "content": "sys"},
        {"role": "developer", "content": "dev"},
        {"role": "user", "content": "old question"},
        {"role": "assistant", "content": "old answer"},
        {"role": "user", "content": "new one"},
        {"role": "user", "content": "new two"},
        {"role": "assistant", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":"b"}'}}
        ]},
        {"role": "tool", "tool_call_id": "c1", "content": "result"},
        {"role": "function", "name": "g", "content": "old result"},
    )  # fmt: skip
    assert classes(request) == {
        "sys": FieldClass.SYSTEM,
        "dev": FieldClass.SYSTEM,
        "old question": FieldClass.HISTORY,
        "old answer": FieldClass.HISTORY,
        "new one": FieldClass.USER,
        "new two": FieldClass.USER,
        "f": FieldClass.HISTORY,
        '{"a":"b"}': FieldClass.HISTORY,
        "result": FieldClass.TOOL_RESULT,
        "g": FieldClass.TOOL_RESULT,
        "old result": FieldClass.TOOL_RESULT,
    }
    assert request.user_turns == (2, 4, 5)


def test_prefill_counts_as_user() -> None:
    """A trailing assistant message is what the model goes on from: the user's word."""
    request = read(USER, {"role": "assistant", "content": "Sure, here is"})
    assert classes(request)["Sure, here is"] is FieldClass.USER


def test_unknown_roles_are_judged_with_their_name() -> None:
    """An unknown role is a text of its own, since templates write it into the prompt."""
    request = read(USER, {"role": "narrator", "content": "x y"})
    assert classes(request)["narrator"] is FieldClass.UNKNOWN
    assert classes(request)["x y"] is FieldClass.UNKNOWN


def test_old_tool_arguments_read_as_json() -> None:
    """Arguments in the history are JSON text to whoever reads them."""
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    request = read(USER, {"role": "assistant", "tool_calls": [call]}, USER)
    forms = {segment.text: segment.form for segment in request.segments}
    assert (forms["{}"], forms["f"]) == (TextForm.JSON, TextForm.PROSE)


def test_definitions_are_their_own_class() -> None:
    """Names, descriptions, schemas and their keys are tool definitions."""
    schema = {"type": "object", "properties": {"where to": {"description": "a city"}}}
    request = read(
        tools=[{"type": "function", "function": {
            "name": "go", "description": "goes there", "parameters": schema, "strict": True}}],
        functions=[{"name": "old", "description": "older"}],
        response_format={"type": "json_schema", "json_schema": {
            "name": "answer", "schema": {"title": "T"}}},
    )  # fmt: skip
    found = classes(request)
    for text in ("go", "goes there", "where to", "a city", "old", "older", "answer", "T"):
        assert found[text] is FieldClass.TOOL_DEFINITION
    assert request.strict_tools
    assert request.structured is Structured.SCHEMA


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({}, Structured.FREE),
        ({"response_format": None}, Structured.FREE),
        ({"response_format": {"type": "text"}}, Structured.FREE),
        ({"response_format": {"type": "json_object"}}, Structured.JSON),
        ({"response_format": {"type": "grammar", "grammar": "x"}}, Structured.SCHEMA),
        ({"guided_json": {"type": "object"}}, Structured.SCHEMA),
    ],
)
def test_response_formats_bind(members: dict[str, Any], wanted: Structured) -> None:
    """What binds the content's shape is known, vendors' ways included."""
    assert read(**members).structured is wanted


def test_parts_become_text_and_media() -> None:
    """Text parts are text, media parts are named, a file's name is text."""
    parts = [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
        {"type": "file", "file": {
            "filename": "plan b.pdf", "file_data": "data:application/pdf;base64,AA"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "hologram", "hologram": {"caption": "see this"}},
    ]  # fmt: skip
    request = read({"role": "user", "content": parts})
    assert classes(request) == {
        "look": FieldClass.USER,
        "plan b.pdf": FieldClass.USER,
        "hologram": FieldClass.UNKNOWN,
        "caption": FieldClass.UNKNOWN,
        "see this": FieldClass.UNKNOWN,
    }
    assert [(part.kind, part.pointer[-1], part.turn) for part in request.media] == [
        ("image", 1, 0), ("audio", 2, 0), ("file", 3, 0), ("file", 4, 0), ("unknown", 5, 0),
    ]  # fmt: skip


def test_names_of_unknown_members_are_judged() -> None:
    """A text can be the name of a member that nobody knows, whatever its value; names of the
    protocol's own figures are no texts."""
    request = read(
        {"role": "user", "content": "hi", "secretplan": 1},
        temperature=0.5, max_tokens=9, n=1, stream=False, stream_options={"include_usage": True},
        logit_bias={"forbiddenword": 1}, zork=None, nested={"deepword": {"deeper": [1]}},
    )  # fmt: skip
    assert classes(request) == {"hi": FieldClass.USER} | dict.fromkeys(
        ["secretplan", "forbiddenword", "zork", "nested", "deepword", "deeper"],
        FieldClass.UNKNOWN,
    )


def test_members_of_the_body_are_judged() -> None:
    """Stop strings, metadata with its keys, predictions, ids of users and anything unknown."""
    request = read(
        stop=["s t"], metadata={"k 1": "v 1"}, user="u-1", safety_identifier="s-1",
        prediction={"type": "content", "content": "p t"}, invented={"deep": ["d t"]},
    )  # fmt: skip
    found = classes(request)
    assert found["p t"] is FieldClass.USER
    for text in ("s t", "v 1", "k 1", "u-1", "s-1", "d t"):
        assert found[text] is FieldClass.UNKNOWN
    assert request.subject_fields == {"user": "u-1", "safety_identifier": "s-1"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ([], None),
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "messages.0"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
        ({"messages": [USER, {"role": "user", "content": {"a": 1}}]}, "messages.1.content"),
        ({"messages": [USER], "model": 5}, "model"),
        ({"messages": [USER], "stream": "yes"}, "stream"),
        ({"messages": [USER], "n": "2"}, "n"),
        ({"messages": [USER], "n": 0}, "n"),
        ({"messages": [USER], "n": 100_000}, "n"),
        ({"messages": [USER], "n": True}, "n"),
    ],
)
def test_wrong_types_name_the_field(body: Any, param: str | None) -> None:
    """A request of the wrong shape is refused, naming the field at fault."""
    with pytest.raises(BadRequest) as caught:
        read_request(json.dumps(body).encode(), strict=True)
    assert caught.value.param == param


def test_odd_values_do_not_break_the_reading() -> None:
    """Roles, tools and calls of odd types are read or left to the upstream, never a crash."""
    request = read(
        {"role": ["user"], "content": "a b", "tool_calls": "c d"},
        {"role": None, "content": [None, 5, "e f", {"type": ["x"], "text": "g h"}]},
        tools=[None, "t t", {"function": "u u"}], response_format="json_object", tool_choice=5,
    )  # fmt: skip
    assert {"a b", "c d", "e f", "g h", "t t", "u u"} <= set(classes(request))
    assert write_request(request, RequestEdits(dropped_turns=frozenset({0})))


def test_duplicate_keys_are_refused_if_strict() -> None:
    """A key that stands twice may be read otherwise by the upstream."""
    raw = b'{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}'
    with pytest.raises(BadRequest):
        read_request(raw, strict=True)
    assert read_request(raw, strict=False).segments[-1].text == "b"


def test_usage_wish_is_kept() -> None:
    """The adapter's own form knows whether a usage event is asked for."""
    for wish in (True, False):
        value = read(stream_options={"include_usage": wish}).value
        assert isinstance(value, ChatBody)
        assert value.include_usage is wish


def test_unchanged_requests_keep_their_bytes() -> None:
    """Without edits the original bytes go up."""
    raw = b' { "messages" : [ {"role":"user","content":"\\u4f60"} ] }\n'
    assert write_request(read_request(raw, strict=True), RequestEdits()) is raw


def test_edits_change_only_their_strings() -> None:
    """Texts and keys are replaced in place; every other byte stays."""
    raw = (
        b'{ "messages":[ {"role":"user","content":"call \\u4f60 555"}, '
        b'{"role":"user","content":[{"type":"text","text":"x"}]} ],"metadata":{"a b":"c"} ,"n":1}'
    )
    request = read_request(raw, strict=True)
    texts = {
        ("messages", 0, "content"): '<"1">',
        ("messages", 1, "content", 0, "text"): "好",
        ("metadata", "a b", KEY): "k",
    }
    wanted = (
        b'{ "messages":[ {"role":"user","content":"<\\"1\\">"}, '
        b'{"role":"user","content":[{"type":"text","text":"\xe5\xa5\xbd"}]} ],'
        b'"metadata":{"k":"c"} ,"n":1}'
    )
    assert write_request(request, RequestEdits(texts)) == wanted


def test_dropped_turns_leave_valid_messages() -> None:
    """Turns go with their comma and their edits; the results of their calls go with them."""
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "bad"},
        {"role": "assistant", "tool_calls": [{"id": "c1"}, {"id": "c2"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "r1"},
        {"role": "tool", "tool_call_id": "c2", "content": "r2"},
        {"role": "user", "content": "good"},
    ]
    request = read(*messages)
    edits = RequestEdits({("messages", 1, "content"): "x"}, frozenset({1, 2}))
    body = json.loads(write_request(request, edits))
    assert body == {"model": "m", "messages": [messages[0], messages[5]]}
