"""The field map says what it says: each known string has the class that the policy counts on."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.adapters.openai_chat.fields import ANSWER, CHOICES, MESSAGES, REQUEST
from gateway.nouns.segment import FieldClass, TextForm
from gateway.wire.field_map import Found, Node, walk


def classes(value: Any, node: Node) -> list[tuple[str, FieldClass, TextForm]]:
    """Name, class and form of each string that is found."""
    found: list[Found] = []
    walk(value, node, (), "", found)
    return [(one.name, one.field_class, one.form) for one in found]


PROSE, JSON = TextForm.PROSE, TextForm.JSON
CALL = {"index": 2, "id": "c", "type": "function"}


@pytest.mark.parametrize(
    ("delta", "wanted"),
    [
        ({"content": "a"}, ("content", FieldClass.CONTENT, PROSE)),
        ({"refusal": "a"}, ("refusal", FieldClass.REFUSAL, PROSE)),
        ({"reasoning_content": "a"}, ("reasoning_content", FieldClass.REASONING, PROSE)),
        ({"reasoning": "a"}, ("reasoning", FieldClass.REASONING, PROSE)),
        ({"reasoning_details": [{"type": "t", "summary": "a", "index": 1}]},
         ("reasoning_details.1.summary", FieldClass.REASONING, PROSE)),
        ({"thinking_blocks": [{"type": "t", "thinking": "a"}]},
         ("thinking_blocks.0.thinking", FieldClass.REASONING, PROSE)),
        ({"tool_calls": [{**CALL, "function": {"arguments": "a"}}]},
         ("tool_calls.2.arguments", FieldClass.TOOL_ARGUMENTS, JSON)),
        ({"tool_calls": [{**CALL, "function": {"name": "a"}}]},
         ("tool_calls.2.name", FieldClass.TOOL_ARGUMENTS, PROSE)),
        ({"tool_calls": [{**CALL, "custom": {"input": "a"}}]},
         ("tool_calls.2.input", FieldClass.TOOL_ARGUMENTS, PROSE)),
        ({"function_call": {"arguments": "a"}},
         ("function_call.arguments", FieldClass.TOOL_ARGUMENTS, JSON)),
        ({"audio": {"transcript": "a"}}, ("audio.transcript", FieldClass.CONTENT, PROSE)),
        ({"novelty": "a"}, ("novelty", FieldClass.UNKNOWN, PROSE)),
    ],
)  # fmt: skip
def test_deltas(delta: dict[str, Any], wanted: tuple[str, FieldClass, TextForm]) -> None:
    """Each string of a delta, and of a message, has its channel, class and form."""
    for name in ("delta", "message"):
        assert classes({name: delta}, CHOICES[PROSE]) == [wanted]


def test_bound_content_is_json() -> None:
    """Only the content's form follows the response format."""
    value = {"delta": {"content": "a", "reasoning": "b", "refusal": "c"}}
    assert [form for _, _, form in classes(value, CHOICES[JSON])] == [JSON, PROSE, PROSE]


def test_protocol_words_are_not_judged() -> None:
    """Ids, names and reasons of the protocol are no texts."""
    head = {"id": "c", "object": "o", "model": "m/x@y", "system_fingerprint": "f",
            "service_tier": "default", "provider": "P", "obfuscation": "x",
            "usage": {"a": {"b": "c"}}}  # fmt: skip
    assert classes(head, ANSWER) == []
    choice = {
        "finish_reason": "stop",
        "native_finish_reason": "STOP",
        "delta": {"role": "assistant"},
    }
    assert classes(choice, CHOICES[PROSE]) == []


@pytest.mark.parametrize("field_class", MESSAGES)
def test_messages_take_the_class_of_their_role(field_class: FieldClass) -> None:
    """All texts of a message are of one class; ids and types are no texts."""
    message = {
        "role": "user", "content": "a", "name": "b", "refusal": "c", "reasoning_content": "d",
        "tool_call_id": "x", "tool_calls": [{"id": "x", "type": "x", "function": {"name": "e"}}],
    }  # fmt: skip
    assert [found[1] for found in classes(message, MESSAGES[field_class])] == [field_class] * 5


def test_choices_of_tools_are_definitions() -> None:
    """A tool that is named is named by its definition's name."""
    found = classes({"tool_choice": {"type": "function", "function": {"name": "a b"}}}, REQUEST)
    assert found == [("tool_choice.function.name", FieldClass.TOOL_DEFINITION, PROSE)]
    assert classes({"tool_choice": "auto"}, REQUEST) == []
