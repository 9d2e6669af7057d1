"""Blocks at every event of a stream, read by a strict parser and by the official client."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest

from gateway.nouns.errors import UpstreamBroken
from tests.contracts.test_adapter import CASSETTES, CHUNKS, EVERY, REFUSAL, answer_of, flat, read


def strict_events(raw: bytes) -> list[Any]:
    """The values of a stream, by a parser that forgives nothing."""
    assert raw.endswith((b"\n\n", b"\r\n\r\n", b"\r\r"))
    values = []
    for block in raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n"):
        lines = [line for line in block.split(b"\n") if line]
        payload = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
        assert all(line[:1] == b":" or b":" in line for line in lines)
        if payload:
            data = b"\n".join(payload)
            values.append(None if data == b"[DONE]" else json.loads(data))
    return values


def blocked_at(name: str, place: int, style: str) -> bytes:
    """A stream that is blocked before its event of that place."""
    answer = answer_of(EVERY[0])
    events = flat(answer.push(CASSETTES[name]) + answer.flush())
    sent = b"".join(event.raw for event in events[:place])
    return sent + answer.close(0, REFUSAL, style) + answer.end()


@pytest.mark.parametrize("style", ["completion", "field"])
@pytest.mark.parametrize("name", CHUNKS)
def test_a_block_at_any_event_is_a_proper_end(name: str, style: str) -> None:
    """Wherever a block comes, what the client gets is a whole stream with a reason."""
    for place in range(len(read(EVERY[0], CASSETTES[name]))):
        values = strict_events(blocked_at(name, place, style))
        assert values[-1] is None
        reason = "stop" if style == "field" else "content_filter"
        assert values[-2]["choices"][0]["finish_reason"] == reason
        assert values[-2]["sealgate"]["retract"] is True


@pytest.mark.parametrize("name", ["openai.sse", "vllm_tools.sse", "deepseek.sse", "crlf.sse"])
def test_the_official_client_reads_every_end(name: str) -> None:
    """The official client reads a block at any event."""
    for place in range(len(read(EVERY[0], CASSETTES[name]))):
        with client(blocked_at(name, place, "completion")) as official:
            chunks = list(official.chat.completions.create(
                model="m", stream=True, messages=[{"role": "user", "content": "x"}]))  # fmt: skip
        last = [chunk.choices[0] for chunk in chunks if chunk.choices][-2:]
        assert last[0].delta.content == "No."
        assert last[1].finish_reason == "content_filter"


def test_the_official_client_raises_failures() -> None:
    """A failure in the middle of a stream is an error to the official client, with its code."""
    answer = answer_of(EVERY[0])
    sent = b"".join(item.raw for item in answer.push(CASSETTES["litellm.sse"])[:2])
    with client(sent + answer.fail(UpstreamBroken(), "01X")) as official:
        stream = official.chat.completions.create(
            model="m", stream=True, messages=[{"role": "user", "content": "x"}]
        )
        with pytest.raises(openai.APIError) as caught:
            list(stream)
    assert caught.value.code == "upstream_broken"


def test_the_official_client_reads_refusals() -> None:
    """A refused input is a 400 with its code; a polite one is a plain completion."""
    refused = EVERY[0].refuse(REFUSAL, exchange="01X")
    with (
        client(refused.body, refused.status) as official,
        pytest.raises(openai.BadRequestError) as caught,
    ):
        official.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert caught.value.code == "content_filter"
    request = EVERY[0].read_request(b'{"messages":[{"role":"user","content":"x"}]}', strict=True)
    polite = EVERY[0].refuse_politely(request, REFUSAL, style="completion", exchange="01X")
    with client(polite.body, content_type="application/json") as official:
        answer = official.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        )
    assert answer.choices[0].message.content == "No."


def client(
    body: bytes, status: int = 200, content_type: str = "text/event-stream"
) -> openai.OpenAI:
    """The official client in front of one canned answer."""
    headers = {"content-type": "application/json" if status != 200 else content_type}

    def serve(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers=headers, content=body)

    transport = httpx2.MockTransport(serve)
    return openai.OpenAI(
        api_key="none", base_url="http://test.invalid/v1", max_retries=0,
        http_client=httpx2.Client(transport=transport),
    )  # fmt: skip
