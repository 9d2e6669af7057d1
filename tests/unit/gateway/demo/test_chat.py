"""The demo model speaks the protocol: whole answers and events say the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.demo.chat import MODEL, BadChat, events, read_chat, whole

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        },
    },
}


def _body(prompt: str = "Hello", **more: Any) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": prompt}], **more}).encode()


def _whole(body: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(whole(read_chat(body, now_s=1)))
    return value


def _events(body: bytes) -> list[dict[str, Any]]:
    frames = list(events(read_chat(body, now_s=1)))
    assert frames[-1] == b"data: [DONE]\n\n"
    return [json.loads(frame.removeprefix(b"data: ")) for frame in frames[:-1]]


def test_a_stream_says_what_the_whole_answer_says() -> None:
    """For every choice, with role first and finish last."""
    body = _body("Tell me a story", n=2)
    answer = _whole(body)["choices"]
    for index in range(2):
        deltas = [e["choices"][0] for e in _events(body) if e["choices"][0]["index"] == index]
        assert deltas[0]["delta"]["role"] == "assistant"
        assert deltas[-1]["finish_reason"] == "stop"
        text = "".join(delta["delta"].get("content") or "" for delta in deltas)
        assert text == answer[index]["message"]["content"]


def test_it_is_honest_about_its_name() -> None:
    """Whatever model was asked for."""
    assert _whole(_body(model="gpt-9"))["model"] == MODEL == "sealgate-demo"


def test_usage_comes_last_when_asked_for() -> None:
    """In an event without choices."""
    last = _events(_body(stream_options={"include_usage": True}))[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == sum(
        last["usage"][key] for key in ("prompt_tokens", "completion_tokens")
    )


def test_logprobs_spell_the_content() -> None:
    """Token by token, with bytes."""
    choice = _whole(_body(logprobs=True, top_logprobs=1))["choices"][0]
    tokens = choice["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == choice["message"]["content"]
    assert bytes(tokens[0]["bytes"]).decode() == tokens[0]["token"]
    assert len(tokens[0]["top_logprobs"]) == 1


@pytest.mark.parametrize(
    ("prompt", "more", "called"),
    [
        ("the weather?", {}, True),
        ("the weather?", {"tool_choice": "none"}, False),
        ("hello", {}, False),
        ("hello", {"tool_choice": "required"}, True),
        (
            "hello",
            {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
            True,
        ),
    ],
)
def test_tools_are_called_when_asked_for(prompt: str, more: dict[str, Any], called: bool) -> None:
    """The arguments fit the schema, and fragments of a stream join to them."""
    body = _body(prompt, tools=[TOOL], **more)
    message = _whole(body)["choices"][0]["message"]
    assert bool(message.get("tool_calls")) is called
    if called:
        arguments = message["tool_calls"][0]["function"]["arguments"]
        assert json.loads(arguments) == {"city": prompt, "days": 7}
        parts = [e["choices"][0]["delta"].get("tool_calls") or [] for e in _events(body)]
        joined = "".join(part["function"]["arguments"] for each in parts for part in each)
        assert joined == arguments


def test_after_a_tool_result_it_answers_in_words() -> None:
    """So that a loop of tools ends."""
    messages = [
        {"role": "user", "content": "weather"},
        {"role": "tool", "content": "12 degrees", "tool_call_id": "c"},
    ]
    value = _whole(json.dumps({"messages": messages, "tools": [TOOL]}).encode())
    assert value["choices"][0]["message"]["content"] == "The tool said: 12 degrees"


def test_json_mode_and_schema_give_json() -> None:
    """An object, and an object of the schema."""
    content = _whole(_body(response_format={"type": "json_object"}))["choices"][0]["message"]
    assert json.loads(content["content"]) == {"answer": "Hello! How can I help?"}
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "l": {"type": "array"}}}
    shape = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    content = _whole(_body(response_format=shape))["choices"][0]["message"]
    assert json.loads(content["content"])["n"] == 7


def test_limits_cut_the_answer() -> None:
    """Tokens end it with `length`, a stop sequence with `stop`."""
    cut = _whole(_body("Tell me a story", max_tokens=3))["choices"][0]
    assert cut["finish_reason"] == "length"
    assert len(cut["message"]["content"]) < 30
    stopped = _whole(_body(stop=["How"]))["choices"][0]
    assert (stopped["message"]["content"], stopped["finish_reason"]) == ("Hello! ", "stop")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{", "body"),
        (b"[]", "messages"),
        (b'{"messages": []}', "messages"),
        (_body(n=99), "n"),
    ],
)
def test_bad_requests_name_the_field(body: bytes, param: str) -> None:
    """As a real API does."""
    with pytest.raises(BadChat) as error:
        read_chat(body, now_s=1)
    assert error.value.param == param
