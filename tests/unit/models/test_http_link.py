"""Several requests at once over one link; `test_openai_chat_runtime.py` has the single ones."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from models.calls import HttpRequest, NotReached
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


async def test_who_was_not_asked_is_known() -> None:
    """Where nobody listens, and while the breaker is open, nobody was asked; a server that turns a
    question away was."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=429)

    runner, url = await _serve(answer)
    link = HttpLink(failures=2)
    try:
        with pytest.raises(NotReached, match="cannot be used"):
            await link.send([HttpRequest("http://127.0.0.1:1/", b"", {})], deadline_s=5)
        with pytest.raises(ConnectionError, match="cannot be used") as caught:
            await link.send([HttpRequest(f"{url}/a", b"", {})], deadline_s=5)
        assert not isinstance(caught.value, NotReached)
        with pytest.raises(NotReached, match="failed repeatedly"):
            await link.send([HttpRequest(f"{url}/a", b"", {})], deadline_s=5)
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


@pytest.mark.parametrize("end", ["abort", "close"])
async def test_a_kept_connection_that_the_server_gives_up_is_no_failure(end: str) -> None:
    """It ends idle connections as it likes, also as the next question comes: asked once more on a
    new one. A server that does so each time has failed."""
    asked, keeps = 0, True

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        for number in range(2):
            await reader.readuntil(b"{}")
            asked += 1
            if number or not keeps:
                getattr(writer.transport, end)()
                return
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    link = HttpLink()
    request = HttpRequest(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {})
    try:
        for _ in range(3):
            assert await link.send([request], deadline_s=5) == [b"ok"]
        assert asked == 5
        keeps = False
        with pytest.raises(ConnectionError, match="cannot be used"):
            await link.send([request], deadline_s=5)
    finally:
        await link.close()
        server.close()
