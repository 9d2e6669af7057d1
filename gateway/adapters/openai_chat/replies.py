"""What the gateway itself says in this protocol: chunks, completions, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.nouns.errors import BadRequest
from gateway.nouns.exchange import exchange_time_ms
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Reply, Request, Structured
from gateway.wire.error_shape import JSON_HEADER, extension
from gateway.wire.json import encode, loads

DONE = b"data: [DONE]\n\n"
STREAM_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
)

_UPSTREAM_REFUSALS = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "moderation_blocked",
        "responsibleaipolicyviolation",
        "datainspectionfailed",
        "data_inspection_failed",
        "sensitivecontentdetected",
        "inputtextsensitivecontentdetected",
        "outputtextsensitivecontentdetected",
        "content exists risk",
        "1301",
    }
)
"""Codes, lower-case, by which upstreams refuse content: OpenAI, Azure OpenAI, DashScope, Ark,
DeepSeek (a message, not a code) and Zhipu."""


def refusal_message(refusal: Refusal, style: str) -> dict[str, object]:
    """Return the assistant's message that says a refusal."""
    if style == "field":
        return {"role": "assistant", "content": None, "refusal": refusal.message}
    return {"role": "assistant", "content": refusal.message, "refusal": None}


def finish_reason(style: str) -> str:
    """Return the finish reason of a refused choice."""
    return "stop" if style == "field" else "content_filter"


def refused_choice(index: int, refusal: Refusal, style: str) -> dict[str, object]:
    """Return a choice of a whole answer that holds nothing but the refusal."""
    return {
        "index": index,
        "message": refusal_message(refusal, style),
        "logprobs": None,
        "finish_reason": finish_reason(style),
        "sealgate": extension(refusal),
    }


def style_for(request: Request, style: str) -> str:
    """Return how a refusal is said: never as content where a format binds the content."""
    return "field" if request.structured is not Structured.FREE else style


def chunk(
    head: Mapping[str, Any], index: int, delta: Mapping[str, Any], finish: str | None
) -> dict[str, object]:
    """Return one event of a stream. ``head`` has id, created, model and so on."""
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**head, "choices": [choice]}


def refuse_politely(request: Request, refusal: Refusal, style: str, exchange: str) -> Reply:
    """Return the refusal of an input as an answer, streamed if that was asked."""
    style = style_for(request, style)
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    head = {
        "id": f"chatcmpl-{exchange}",
        "object": "chat.completion.chunk" if request.stream else "chat.completion",
        "created": _created(exchange),
        "model": request.model,
    }
    if not request.stream:
        choices = [refused_choice(index, refusal, style) for index in range(request.choices)]
        return Reply(200, (JSON_HEADER,), encode({**head, "choices": choices, "usage": usage}))
    events: list[dict[str, object]] = []
    for index in range(request.choices):
        said = {k: v for k, v in refusal_message(refusal, style).items() if v is not None}
        events.append(chunk(head, index, said, None))
        last = chunk(head, index, {}, finish_reason(style))
        events.append({**last, "sealgate": extension(refusal)})
    if getattr(request.value, "include_usage", False):
        events.append({**head, "choices": [], "usage": usage})
    body = b"".join(b"data: " + encode(event) + b"\n\n" for event in events) + DONE
    return Reply(200, STREAM_HEADERS, body)


def _created(exchange: str) -> int:
    try:
        return exchange_time_ms(exchange) // 1000
    except ValueError:
        return 0


def upstream_refusal(status: int, body: bytes) -> str | None:
    """Return the code if an upstream's error is its own refusal of the content."""
    if status < 400 or status >= 500:
        return None
    try:
        value = loads(body)
    except BadRequest:
        return None
    return refusal_code(value) if isinstance(value, dict) else None


def refusal_code(body: Mapping[str, Any]) -> str | None:
    """Return the code if the error in a body is the upstream's own refusal of the content."""
    error = body.get("error") or body
    if not isinstance(error, dict):
        return None
    inner = error.get("innererror")
    named = [error.get("code"), error.get("type"), error.get("message")]
    named.append(inner.get("code") if isinstance(inner, dict) else None)
    for name in named:
        code = str(name).strip().lower().removesuffix(".")
        if code in _UPSTREAM_REFUSALS:
            return code.replace(" ", "_")
    return None
