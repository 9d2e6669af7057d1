"""What the chat adapter promises beyond the contract of all adapters, one promise a test."""

from __future__ import annotations

import json

import pytest

from gateway.adapters.openai_chat import OpenAIChat
from gateway.nouns.errors import FilterFailed, TooManyRequests
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import RouteKind

ADAPTER = OpenAIChat()


@pytest.mark.parametrize(
    ("content_type", "stream", "whole"),
    [
        ("text/event-stream", False, False),
        ("Text/Event-Stream; charset=utf-8", False, False),
        ("application/json", True, True),
        ("", True, False),
        ("", False, True),
        ("text/html", True, True),
    ],
)
def test_the_content_type_decides(content_type: str, stream: bool, whole: bool) -> None:
    """An answer is a stream if the upstream says so, whatever was asked."""
    body = json.dumps({"stream": stream, "messages": [{"role": "user", "content": "x"}]}).encode()
    request = ADAPTER.read_request(body, strict=True)
    assert ADAPTER.answer(request, content_type=content_type).whole is whole


def test_routes_are_claimed() -> None:
    """Completions are guarded, the list of models passes."""
    assert [(route.method, route.path, route.kind) for route in ADAPTER.routes] == [
        ("POST", "/chat/completions", RouteKind.GENERATE),
        ("GET", "/models", RouteKind.PLAIN),
        ("GET", "/models/*", RouteKind.PLAIN),
    ]


def test_refusals_are_errors_that_nobody_retries() -> None:
    """A refused input is a 400 with the code that clients know."""
    refusal = Refusal("b", "不行。", "r", "c", language="zh")
    reply = ADAPTER.refuse(refusal, exchange="01X")
    assert reply.status == 400
    assert (b"content-language", b"zh") in reply.headers
    assert (b"x-should-retry", b"false") in reply.headers
    body = json.loads(reply.body)
    assert (body["error"]["code"], body["error"]["param"]) == ("content_filter", "messages")
    assert body["error"]["message"] == "不行。"


def test_errors_have_status_and_headers() -> None:
    """Errors carry their status, the waiting time and whether to try again."""
    limited = ADAPTER.error(TooManyRequests(retry_after_s=3), exchange="01X")
    assert (limited.status, dict(limited.headers)[b"retry-after"]) == (429, b"3")
    failed = ADAPTER.error(FilterFailed(), exchange="01X", language="zh")
    assert (failed.status, dict(failed.headers)[b"x-should-retry"]) == (503, b"false")
    assert json.loads(failed.body)["error"]["message"] == FilterFailed.zh
