"""Several requests at once over one link; `test_openai_chat_runtime.py` has the single ones."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from models.calls import HttpRequest
from models.http_link import HttpLink


async def _serve(answer: Any) -> tuple[web.AppRunner, str]:
    application = web.Application()
    application.router.add_post("/{name}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_side_by_side_and_in_order() -> None:
    """The second is asked while the first waits; bodies come back in the order of the requests;
    no more are in flight than may be."""
    both, running, most = asyncio.Event(), 0, 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            both.set()
        await both.wait()
        running -= 1
        return web.Response(text=request.match_info["name"])

    runner, url = await _serve(answer)
    link = HttpLink(concurrent=2)
    requests = [HttpRequest(f"{url}/{name}", b"", {}) for name in "abcd"]
    try:
        assert await link.send(requests, deadline_s=5) == [b"a", b"b", b"c", b"d"]
        assert most == 2
    finally:
        await link.close()
        await runner.cleanup()


async def test_one_failure_is_the_failure_of_all() -> None:
    """The others are given up, and no task is left behind."""

    async def answer(request: web.Request) -> web.Response:
        if request.match_info["name"] == "bad":
            return web.Response(status=503)
        await asyncio.Event().wait()
        raise AssertionError

    runner, url = await _serve(answer)
    link = HttpLink()
    requests = [HttpRequest(f"{url}/{name}", b"", {}) for name in ("good", "bad")]
    try:
        with pytest.raises(ConnectionError, match="cannot be used"):
            await link.send(requests, deadline_s=5)
    finally:
        await link.close()
        await runner.cleanup()
    assert not [each for each in asyncio.all_tasks() if "HttpLink" in repr(each)]


async def test_a_longer_answer_than_was_agreed_is_none() -> None:
    """Read no further than the bound; one of exactly that length is whole."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * int(request.match_info["name"]))

    runner, url = await _serve(answer)
    link = HttpLink(longest=70_000)
    requests = [HttpRequest(f"{url}/{size}", b"", {}) for size in (70_000, 70_001)]
    try:
        assert await link.send(requests, deadline_s=5) == [b"x" * 70_000, b""]
    finally:
        await link.close()
        await runner.cleanup()
