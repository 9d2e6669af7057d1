"""The contract of every adapter: nothing escapes, nothing changes by itself, everything can end."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.adapters import ADAPTERS, adapters, opened
from gateway.nouns.segment import Pointer
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Adapter, Answer, Edits, Event, RequestEdits, Run
from gateway.wire.json import KEY, strings

EVERY: tuple[Adapter, ...] = (*adapters(), *opened().values())
JUDGING = tuple(adapter for adapter in EVERY if adapter.name != "plain")
CASSETTES = {
    path.name: path.read_bytes() for path in Path(__file__).parents[1].glob("cassettes/*.sse")
}
CHUNKS = sorted(name for name in CASSETTES if name not in {"cr.sse", "multiline.sse"})
CANARY = "金丝雀 canary"
TOKEN = "canary-7f3a"
"""Looks like a protocol's own word."""
REFUSAL = Refusal("blocked", "No.", "r1", "A1.a", retract=True, shown=4)

by_name = pytest.mark.parametrize("adapter", EVERY, ids=lambda adapter: adapter.name)
judging = pytest.mark.parametrize("adapter", JUDGING, ids=lambda adapter: adapter.name)

REQUEST: dict[str, Any] = {
    "model": "m", "stream": True, "n": 1, "stop": ["s"], "user": "u", "safety_identifier": "u",
    "metadata": {"k": "v"}, "service_tier": "auto", "reasoning_effort": "low",
    "logit_bias": {"5": 1},
    "messages": [
        {"role": "system", "content": "s", "name": "n"},
        {"role": "user", "content": [
            {"type": "text", "text": "t", "cache_control": {"type": "ephemeral"}},
            {"type": "image_url", "image_url": {
                "url": "data:image/png;base64,AA==", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            {"type": "file", "file": {"file_id": "f", "filename": "f"}},
            {"type": "new_kind", "new_kind": {"a": ["b"]}},
        ]},
        {"role": "assistant", "content": "c", "refusal": "r", "reasoning_content": "rc",
         "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "c2", "type": "custom", "custom": {"name": "f", "input": "i"}}],
         "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "tool", "tool_call_id": "c1", "content": "r"},
        {"role": "function", "name": "f", "content": "r"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "description": "d", "strict": True,
         "parameters": {"type": "object", "properties": {"p": {"enum": ["e"]}}}}},
        {"type": "custom", "custom": {"name": "f", "description": "d",
         "format": {"type": "grammar", "grammar": {"definition": "x"}}}}],
    "functions": [{"name": "f", "description": "d", "parameters": {}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {
        "name": "n", "description": "d", "schema": {"title": "t"}}},
    "prediction": {"type": "content", "content": [{"type": "text", "text": "t"}]},
    "web_search_options": {"user_location": {"approximate": {"city": "c"}}},
}  # fmt: skip

ANSWER: dict[str, Any] = {
    "id": "c", "object": "o", "created": 1, "model": "m", "system_fingerprint": "f",
    "service_tier": "s", "provider": "p", "obfuscation": "o",
    "usage": {"total_tokens": 1, "note": "x"},
    "prompt_filter_results": [{"content_filter_results": {"hate": {"severity": "safe"}}}],
    "vendor": {"remark": ["r"]},
    "choices": [{
        "index": 0, "finish_reason": "stop", "native_finish_reason": "stop", "stop_reason": "s",
        "content_filter_results": {"hate": {"severity": "safe"}},
        "delta": {
            "role": "assistant", "content": "c", "refusal": "r", "reasoning_content": "rc",
            "reasoning": "r", "reasoning_details": [{"type": "t", "text": "x", "summary": "y"}],
            "tool_calls": [{"index": 0, "id": "i", "type": "function",
                            "function": {"name": "f", "arguments": "{"}}],
            "function_call": {"name": "f", "arguments": "{"},
            "audio": {"id": "a", "transcript": "t"},
            "annotations": [{"type": "url_citation", "url_citation": {"title": "t", "url": "u"}}],
            "vendor": {"remark": "r"},
        },
        "logprobs": {"content": [{"token": "c", "bytes": [99], "logprob": -1,
            "top_logprobs": [{"token": "d", "bytes": [100], "logprob": -2}]}], "refusal": None},
        "vendor": "v",
    }],
}  # fmt: skip

PLAIN_REQUEST = {
    "model", "service_tier", "reasoning_effort", "messages.*.tool_call_id",
    "messages.*.content.*.type", "messages.*.content.*.image_url.detail",
    "messages.*.content.*.input_audio.format", "messages.*.content.*.file.file_id",
    "messages.*.tool_calls.*.id", "messages.*.tool_calls.*.type", "tools.*.type",
    "tool_choice.type", "response_format.type", "prediction.type", "prediction.content.*.type",
}  # fmt: skip
PLAIN_ANSWER = {
    "id", "object", "model", "system_fingerprint", "service_tier", "provider", "obfuscation",
    "usage.note", "prompt_filter_results.*.content_filter_results.hate.severity",
    "choices.*.finish_reason", "choices.*.native_finish_reason",
    "choices.*.content_filter_results.hate.severity", "choices.*.delta.role",
    "choices.*.delta.reasoning_details.*.type", "choices.*.delta.tool_calls.*.id",
    "choices.*.delta.tool_calls.*.type", "choices.*.delta.audio.id",
}  # fmt: skip


def generic_path(pointer: Pointer) -> str:
    """A pointer with its list places left open."""
    return ".".join("*" if isinstance(step, int) else step for step in pointer)


def replaced(value: Any, pointer: Pointer, new: str) -> Any:
    """A copy in which another string stands at a pointer; a key is renamed."""
    result = copy.deepcopy(value)
    steps = pointer[:-2] if pointer[-1:] == (KEY,) else pointer[:-1]
    inner = result
    for step in steps:
        inner = inner[step]
    if pointer[-1:] == (KEY,):
        inner[new] = inner.pop(pointer[-2])
    else:
        inner[pointer[-1]] = new
    return result


def variants(value: Any, canary: str) -> Iterator[tuple[Pointer, Any]]:
    """The value once for each string and key in it, with a canary in its place."""
    for pointer, _ in strings(value):
        yield pointer, replaced(value, pointer, canary)


def request_texts(adapter: Adapter, value: Any) -> str:
    """All texts that an adapter finds in a request."""
    request = adapter.read_request(json.dumps(value).encode(), strict=True)
    return "\n".join(segment.text for segment in request.segments)


def sse(value: Any) -> bytes:
    """One event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def answer_of(adapter: Adapter, content_type: str = "text/event-stream") -> Answer:
    """The reader of an answer to the plainest request."""
    request = adapter.read_request(b'{"messages":[{"role":"user","content":"x"}]}', strict=True)
    return adapter.answer(request, content_type=content_type)


def flat(items: list[Event | Run]) -> list[Event]:
    """All events, runs taken apart."""
    return [
        event for item in items for event in (item.expand() if isinstance(item, Run) else [item])
    ]


def read(adapter: Adapter, *reads: bytes) -> list[Event]:
    """All events of a stream that comes in these reads."""
    answer = answer_of(adapter)
    return flat([item for data in reads for item in answer.push(data)] + answer.flush())


def texts(events: list[Event]) -> dict[tuple[int, str], str]:
    """The text of each channel, joined."""
    joined: dict[tuple[int, str], str] = {}
    for event in events:
        for piece in event.pieces:
            key = (piece.channel.choice, piece.channel.path)
            joined[key] = joined.get(key, "") + piece.text
    return joined


@judging
def test_no_text_of_a_request_escapes(adapter: Adapter) -> None:
    """A text in any place of a request, keys included, is found."""
    missed = []
    for pointer, value in variants(REQUEST, CANARY):
        if pointer[-1] == KEY and pointer[:-1] in {("messages",), ("model",)}:
            continue  # without these members it is no request, or another one
        if CANARY not in request_texts(adapter, value):
            missed.append(pointer)
    assert missed == []


def test_plain_words_of_a_request_are_these() -> None:
    """A word that looks like the protocol's own is let by only where the map says so."""
    missed = set()
    for pointer, value in variants(REQUEST, TOKEN):
        coded = "url" in pointer[-1:] or "data" in pointer[-1:]
        if pointer[-1] != KEY and not coded and TOKEN not in request_texts(EVERY[0], value):
            missed.add(generic_path(pointer))
    assert missed == PLAIN_REQUEST


@judging
def test_no_text_of_an_answer_escapes(adapter: Adapter) -> None:
    """A text in any place of a stream's event is found, or its event is withheld."""
    missed = []
    for pointer, value in variants(ANSWER, CANARY):
        events = read(adapter, sse(value))
        found = "\n".join(piece.text for event in events for piece in event.pieces)
        if CANARY not in found and not any(event.kind.value == "unknown" for event in events):
            missed.append(pointer)
    assert missed == []


@judging
def test_no_text_of_a_whole_answer_escapes(adapter: Adapter) -> None:
    """The same holds for an answer that is not streamed."""
    whole = copy.deepcopy(ANSWER)
    whole["choices"][0]["message"] = whole["choices"][0].pop("delta")
    missed = []
    for pointer, value in variants(whole, CANARY):
        answer = answer_of(adapter, "application/json")
        answer.push(json.dumps(value).encode())
        found = "\n".join(piece.text for event in flat(answer.flush()) for piece in event.pieces)
        if CANARY not in found:
            missed.append(pointer)
    assert missed == []


def test_plain_words_of_an_answer_are_these() -> None:
    """What is not judged in an answer, however it reads, is this list and no more."""
    missed = set()
    for pointer, value in variants(ANSWER, TOKEN):
        found = "\n".join(p.text for event in read(EVERY[0], sse(value)) for p in event.pieces)
        if pointer[-1] != KEY and TOKEN not in found:
            missed.add(generic_path(pointer))
    assert missed == PLAIN_ANSWER


@by_name
@pytest.mark.parametrize("name", sorted(CASSETTES))
def test_streams_keep_their_bytes_and_texts_in_any_cut(adapter: Adapter, name: str) -> None:
    """Byte by byte or in one piece: the same events, the same texts, every byte."""
    raw = CASSETTES[name]
    whole = read(adapter, raw)
    single = read(adapter, *(raw[at : at + 1] for at in range(len(raw))))
    assert b"".join(event.raw for event in whole) == raw
    assert b"".join(event.raw for event in single) == raw
    assert texts(single) == texts(whole)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CASSETTES)), st.sampled_from(EVERY), st.data())
def test_streams_keep_everything_in_random_cuts(
    name: str, adapter: Adapter, data: st.DataObject
) -> None:
    """However the network cuts a stream, nothing changes."""
    raw = CASSETTES[name]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    reads = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    whole, cut = read(adapter, raw), read(adapter, *reads)
    assert b"".join(event.raw for event in cut) == raw
    assert texts(cut) == texts(whole)
    kinds = [(event.kind, event.choices, event.pieces) for event in whole if event.pieces]
    assert [(event.kind, event.choices, event.pieces) for event in cut if event.pieces] == kinds


@by_name
@pytest.mark.parametrize("name", sorted(CASSETTES))
def test_writing_without_edits_changes_nothing(adapter: Adapter, name: str) -> None:
    """An event that nobody edits is written as its own bytes."""
    answer = answer_of(adapter)
    events = flat(answer.push(CASSETTES[name]) + answer.flush())
    assert b"".join(answer.write(event, Edits()) for event in events) == CASSETTES[name]


@judging
@pytest.mark.parametrize("name", sorted(CASSETTES))
def test_an_emptied_event_holds_none_of_its_texts(adapter: Adapter, name: str) -> None:
    """When all pieces of an event are emptied, none of their texts is left in its bytes."""
    answer = answer_of(adapter)
    for event in flat(answer.push(CASSETTES[name]) + answer.flush()):
        values = [index for index, piece in enumerate(event.pieces) if piece.slot[-1:] != (KEY,)]
        if not values:
            continue
        raw = answer.write(event, Edits(dict.fromkeys(values, "")))
        left = [piece for one in read(adapter, raw) for piece in one.pieces]
        assert [piece for piece in left if piece.slot[-1:] != (KEY,) and piece.text] == []


@by_name
def test_requests_keep_their_bytes(adapter: Adapter) -> None:
    """Without edits the client's bytes go up."""
    raw = b" " + json.dumps(REQUEST, indent=2).encode() + b"\n"
    request = adapter.read_request(raw, strict=True)
    assert adapter.write_request(request, RequestEdits()) == raw


@judging
def test_every_segment_can_be_edited(adapter: Adapter) -> None:
    """A new text at any segment's pointer changes that string and nothing else."""
    raw = json.dumps(REQUEST, indent=1).encode()
    request = adapter.read_request(raw, strict=True)
    before = dict(strings(REQUEST))
    for segment in request.segments:
        edited = json.loads(
            adapter.write_request(request, RequestEdits({segment.pointer: 'new "x"'}))
        )
        if segment.pointer[-1:] == (KEY,):
            assert edited == replaced(REQUEST, segment.pointer, 'new "x"')
        else:
            assert dict(strings(edited)) == {**before, segment.pointer: 'new "x"'}


@by_name
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_errors_of_an_upstream_never_break_the_reading(adapter: Adapter, status: int) -> None:
    """Whatever an upstream answers as an error, asking for its refusal is safe."""
    for body in (
        b"",
        b"<html>",
        b"[]",
        b'{"error":[]}',
        b'{"error":{"code":[1]}}',
        b"\xff",
        b"[" * 9999,
    ):
        assert adapter.upstream_refusal(status, body) is None


def test_every_adapter_has_a_name_of_its_own() -> None:
    """Names go into records and metrics; every registered adapter is in this suite."""
    assert len({adapter.name for adapter in EVERY}) == len(EVERY) == len(ADAPTERS) + 2
