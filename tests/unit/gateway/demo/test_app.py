"""The demo model over ASGI: routes, errors, streams."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gateway.demo.app import DemoModel


async def _ask(method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=DemoModel(delay_s=0))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        return await client.request(method, path, **more)


@pytest.mark.parametrize("prefix", ["", "/v1"])
async def test_routes_answer_with_and_without_version(prefix: str) -> None:
    """A base URL works either way."""
    assert (await _ask("GET", f"{prefix}/models")).json()["data"][0]["id"] == "sealgate-demo"
    assert (await _ask("GET", f"{prefix}/models/sealgate-demo")).status_code == 200
    body = {"messages": [{"role": "user", "content": "hi"}]}
    answer = await _ask("POST", f"{prefix}/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"]


async def test_streams_are_event_streams() -> None:
    """With the type that clients look at."""
    body = {"stream": True, "messages": [{"role": "user", "content": "hi"}]}
    answer = await _ask("POST", "/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", b"{", 400),
        ("GET", "/v1/chat/completions", b"", 404),
        ("POST", "/v1/embeddings", b"{}", 404),
    ],
)
async def test_errors_have_the_protocol_s_shape(
    method: str, path: str, body: bytes, status: int
) -> None:
    """So that every client can read them."""
    answer = await _ask(method, path, content=body)
    assert answer.status_code == status
    assert json.loads(answer.content)["error"]["message"]
