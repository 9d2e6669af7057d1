"""The runtime against a real server on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from models.calls import ChatAnswer, ChatTask
from models.http_link import HttpLink
from models.openai_chat_runtime import OpenAIChatRuntime

_MESSAGES = [{"role": "user", "content": "a secret thing"}]
_Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _server(answer: _Answer) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _runtime(url: str, **options: Any) -> AsyncIterator[OpenAIChatRuntime]:
    key = options.pop("key", "")
    runtime = OpenAIChatRuntime(url, "guard", key, link=HttpLink(**options))
    try:
        yield runtime
    finally:
        await runtime.close()


async def _said(runtime: OpenAIChatRuntime, *, deadline_s: float) -> str:
    (answer,) = await runtime.complete([ChatTask(_MESSAGES)], deadline_s=deadline_s)
    return answer.text


def _completion(text: str) -> web.Response:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    return web.json_response({"choices": [choice]})


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
async def test_asks_and_returns_the_content(suffix: str) -> None:
    """With or without /v1; model, key, temperature 0 and a short answer are asked for."""
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(await request.json(), key=request.headers.get("authorization"))
        return _completion("Safety: Safe")

    async with _server(answer) as url, _runtime(url + suffix, key="k1") as runtime:
        assert await _said(runtime, deadline_s=5) == "Safety: Safe"
    assert seen == {
        "model": "guard", "messages": _MESSAGES, "temperature": 0, "max_tokens": 128,
        "stream": False, "key": "Bearer k1",
    }  # fmt: skip


async def test_a_silent_server_is_a_timeout() -> None:
    """The deadline is the caller's, and the message holds no text."""
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await release.wait()
        return _completion("late")

    async with _server(answer) as url, _runtime(url) as runtime:
        with pytest.raises(TimeoutError) as caught:
            await _said(runtime, deadline_s=0.05)
        release.set()
    assert "secret" not in str(caught.value)


async def test_waiting_for_a_place_counts_against_the_deadline() -> None:
    """No more than ``concurrent`` calls are in flight; the next one times out waiting."""
    release, arrived = asyncio.Event(), asyncio.Event()
    calls: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        calls.append(request)
        arrived.set()
        await release.wait()
        return _completion("first")

    async with _server(answer) as url, _runtime(url, concurrent=1, failures=1) as runtime:
        first = asyncio.create_task(_said(runtime, deadline_s=5))
        await asyncio.wait_for(arrived.wait(), 5)
        with pytest.raises(TimeoutError):
            await _said(runtime, deadline_s=0.1)
        release.set()
        assert await first == "first"
        assert len(calls) == 1
        assert await _said(runtime, deadline_s=5) == "first"  # no breaker opened


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_cannot_serve_is_a_connection_error(status: int) -> None:
    """It is the server's trouble, so it counts towards the breaker."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text="overloaded")

    async with _server(answer) as url, _runtime(url, failures=1) as runtime:
        with pytest.raises(ConnectionError, match="cannot be used"):
            await _said(runtime, deadline_s=5)
        with pytest.raises(ConnectionError, match="repeatedly"):
            await _said(runtime, deadline_s=5)


@pytest.mark.parametrize(
    "response",
    [
        lambda: web.Response(text="<html>"),
        lambda: web.json_response({"choices": []}),
        lambda: web.json_response({"choices": [{"message": {"content": None}}]}),
        lambda: web.json_response([1]),
        lambda: web.Response(body=b"\xff\xfe"),
        lambda: web.Response(body=b" " * (300 * 1024)),
        lambda: web.json_response({"error": "no such model"}, status=404),
        lambda: web.Response(status=302, headers={"location": "http://127.0.0.1:9/"}),
    ],
)
async def test_anything_but_a_completion_is_a_value_error(
    response: Callable[[], web.Response],
) -> None:
    """Never an empty answer, and a redirect is not followed with the key."""

    async def answer(request: web.Request) -> web.Response:
        return response()

    async with _server(answer) as url, _runtime(url, failures=1) as runtime:
        for _ in range(2):  # the breaker stays closed: the server did answer
            with pytest.raises(ValueError, match="server answered"):
                await _said(runtime, deadline_s=5)


async def test_breaker_opens_and_tries_again_later() -> None:
    """After so many failures in a row it fails at once; after the pause one call tries."""
    now = [0.0]
    broken = [True]

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500) if broken[0] else _completion("ok")

    async with (
        _server(answer) as url,
        _runtime(url, failures=2, pause_s=10, clock=lambda: now[0]) as runtime,
    ):
        for _ in range(2):
            with pytest.raises(ConnectionError, match="cannot be used"):
                await _said(runtime, deadline_s=5)
        broken[0] = False
        with pytest.raises(ConnectionError, match="repeatedly"):
            await _said(runtime, deadline_s=5)
        now[0] = 10.0
        assert await _said(runtime, deadline_s=5) == "ok"
        assert await _said(runtime, deadline_s=5) == "ok"


async def test_nobody_there_is_a_connection_error() -> None:
    """A refused connection says so, without text."""

    async def answer(request: web.Request) -> web.Response:
        return _completion("ok")

    async with _server(answer) as url:
        pass
    async with _runtime(url) as runtime:
        with pytest.raises(ConnectionError, match="cannot be used"):
            await _said(runtime, deadline_s=5)


async def test_closing_twice_and_calling_again() -> None:
    """close lets go; a later call opens anew."""

    async def answer(request: web.Request) -> web.Response:
        return _completion("ok")

    async with _server(answer) as url, _runtime(url) as runtime:
        await runtime.close()
        assert await _said(runtime, deadline_s=5) == "ok"
        await runtime.close()
        assert await _said(runtime, deadline_s=5) == "ok"


async def test_odds_tokens_and_the_template() -> None:
    """The odds of the first token and the tokens taken are read; arguments of the template and
    other members go along."""
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(await request.json())
        top = [{"token": "Yes", "logprob": 0.0}, {"token": "No", "logprob": -1e9}]
        choice = {"message": {"content": "Yes"}, "logprobs": {"content": [{"top_logprobs": top}]}}
        return web.json_response({"choices": [choice], "usage": {"total_tokens": 12}})

    async with _server(answer) as url, _runtime(url) as runtime:
        extra = {"reasoning_effort": "low"}
        task = ChatTask(_MESSAGES, 1, {"guideline": "none"}, extra, first=True)
        got = await runtime.complete([task, task], deadline_s=5)
    assert got == [ChatAnswer("Yes", {"Yes": 1.0, "No": 0.0}, 12)] * 2
    assert seen["chat_template_kwargs"] == {"guideline": "none"}
    assert (seen["logprobs"], seen["reasoning_effort"], seen["max_tokens"]) == (True, "low", 1)
