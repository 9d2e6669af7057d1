"""What the gateway's own words in chat promise, one promise a test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.adapters.openai_chat.replies import refuse_politely, upstream_refusal
from gateway.adapters.openai_chat.request import read_request
from gateway.nouns.exchange import exchange_id
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Reply

REFUSAL = Refusal("blocked", "No.", "r1", "A1.a")
EXCHANGE = exchange_id(1_763_900_000_123, bytes(10))


def reply(style: str = "completion", **members: Any) -> Reply:
    """The polite refusal of a request with these members."""
    body = {"model": "m1", "messages": [{"role": "user", "content": "x"}], **members}
    request = read_request(json.dumps(body).encode(), strict=True)
    return refuse_politely(request, REFUSAL, style, EXCHANGE)


def test_whole_refusals_are_completions() -> None:
    """Every choice that was asked for says the refusal; id, time and model are there."""
    answer = json.loads(reply(n=2).body)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1]
    assert {choice["message"]["content"] for choice in answer["choices"]} == {"No."}
    assert {choice["finish_reason"] for choice in answer["choices"]} == {"content_filter"}
    assert (answer["id"], answer["created"], answer["model"]) == (
        f"chatcmpl-{EXCHANGE}", 1_763_900_000, "m1",
    )  # fmt: skip
    assert answer["usage"]["total_tokens"] == 0


@pytest.mark.parametrize("members", [{}, {"response_format": {"type": "json_object"}}])
def test_field_style_leaves_content_empty(members: dict[str, Any]) -> None:
    """By policy, or where a format binds the content, the refusal is in its own field."""
    choice = json.loads(reply("completion" if members else "field", **members).body)["choices"][0]
    assert (choice["message"]["content"], choice["message"]["refusal"]) == (None, "No.")
    assert choice["finish_reason"] == "stop"


@pytest.mark.parametrize("usage", [True, False])
def test_streamed_refusals_are_streams(usage: bool) -> None:
    """Role and words, the reason, usage if it was asked for, and the terminator."""
    answer = reply(stream=True, stream_options={"include_usage": usage})
    lines = answer.body.split(b"\n\n")
    assert lines[-2:] == [b"data: [DONE]", b""]
    events = [json.loads(line[6:]) for line in lines[:-2]]
    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": "No."}
    assert events[1]["choices"][0]["finish_reason"] == "content_filter"
    assert events[1]["sealgate"]["rule"] == "r1"
    assert ("usage" in events[-1]) is usage
    assert (b"content-type", b"text/event-stream; charset=utf-8") in answer.headers


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": {"code": "content_filter", "message": "x"}}, "content_filter"),
        (400, {"error": {"code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
         "responsibleaipolicyviolation"),
        (400, {"code": "DataInspectionFailed", "message": "x"}, "datainspectionfailed"),
        (400, {"error": {"code": "data_inspection_failed"}}, "data_inspection_failed"),
        (400, {"error": {"message": "Content Exists Risk", "code": "invalid_request_error"}},
         "content_exists_risk"),
        (400, {"error": {"code": "1301"}}, "1301"),
        (400, {"error": {"code": "invalid_api_key"}}, None),
        (500, {"error": {"code": "content_filter"}}, None),
        (400, ["content_filter"], None),
        (400, {"error": "content_filter"}, None),
    ],
)  # fmt: skip
def test_upstream_refusals_are_recognised(status: int, body: Any, code: str | None) -> None:
    """The codes by which upstreams refuse content, each in its own shape."""
    assert upstream_refusal(status, json.dumps(body).encode()) == code


def test_html_is_no_refusal() -> None:
    """An error that is no JSON is just an error."""
    assert upstream_refusal(400, b"<html>content_filter</html>") is None
