"""The gateway's own pages on real sockets: bounded in time, memory and places, whoever asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.app import make_app
from gateway.config.settings import (
    Limits,
    MediaSettings,
    Settings,
    UpstreamSettings,
    VerifySettings,
)
from gateway.edge.own_pages import BODIES, page_body
from gateway.nouns.errors import SealgateError
from gateway.nouns.policy import Policy
from tests.edge_kit import Client, GatewayHere, request_bytes, serving_app
from tests.process_kit import until

MOST = 200_000
ECHO, LONG = "/sealgate/v1/echo", "/sealgate/v1/long"
LONG_BYTES = 16 << 20


def _own(seen: Callable[[Exception], None]) -> list[Route]:
    async def echo(request: Request) -> Response:
        """Say how long the body is."""
        try:
            return Response(str(len(await page_body(request, MOST, "the.setting"))))
        except SealgateError as error:
            seen(error)
            return Response(error.detail, error.status)

    async def long(_: Request) -> Response:
        """Say a lot."""
        return Response(b"x" * LONG_BYTES)

    return [Route(ECHO, echo, methods=["POST"]), Route(LONG, long, methods=["POST"])]


class Pages:
    """Where the pages are, and the errors that they met."""

    def __init__(self) -> None:
        self.port = 0
        self.met: list[Exception] = []

    async def ask(self, body: bytes, *lines: str) -> tuple[int, bytes]:
        """Send a request and read the answer to the end of the connection."""
        async with Client.to(self.port, limit=1 << 26) as client:
            await client.send(request_bytes(body, "connection: close", *lines, path=ECHO))
            return await _answer(client)

    async def until(self, status: int, size: int) -> bytes:
        """Ask until the answer has a status; return it."""

        async def look() -> tuple[int, bytes] | None:
            found = await self.ask(b"x" * size)
            return found if found[0] == status else None

        return (await until(look, 20))[1]

    @asynccontextmanager
    async def half(self, size: int, *, of: int = MOST) -> AsyncIterator[Client]:
        """Send a head and a part of the body."""
        async with Client.to(self.port) as client:
            whole = request_bytes(b"x" * of, "connection: close", path=ECHO)
            await client.send(whole[: len(whole) - of + size])
            yield client


async def _answer(client: Client) -> tuple[int, bytes]:
    status, _ = await client.head()
    return status, await asyncio.wait_for(client.reader.read(), 30)


@asynccontextmanager
async def _pages(**limits: Any) -> AsyncIterator[Pages]:
    limits = {"body_bytes": MOST, **limits}
    settings = Settings(
        limits=Limits(**limits), media=MediaSettings(bytes=MOST),
        verify=VerifySettings(upload_bytes=MOST), upstream=UpstreamSettings(url="http://127.0.0.1:1"),
    )  # fmt: skip
    pages = Pages()
    proxy = make_app(GatewayHere(settings, Policy()).gateway, _own(pages.met.append))
    async with serving_app(proxy, settings) as pages.port:
        yield pages


async def test_a_body_that_does_not_come() -> None:
    """Is waited for as long as that of an exchange; one that comes is read."""
    async with _pages(request_body_s=0.3) as pages:
        assert await pages.ask(b"x" * MOST) == (200, str(MOST).encode())
        async with pages.half(1) as client:
            status, said = await _answer(client)
        assert status == 400
        assert b"did not arrive within 0.3 s (limits.request_body_s)" in said


async def test_a_body_that_is_too_large_gets_its_answer() -> None:
    """The client that still writes sees it: the rest is read and thrown away. One that says so
    beforehand, and waits, is not asked for it."""
    async with _pages() as pages:
        status, said = await pages.ask(b"x" * (8 << 20))
        assert (status, said) == (413, f"The limit is {MOST} bytes (the.setting).".encode())
        chunked = b"%x\r\n%s\r\n" % (MOST, b"x" * MOST) * 20 + b"0\r\n\r\n"
        async with Client.to(pages.port, limit=1 << 26) as client:
            head = f"POST {ECHO} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
            await client.send(head.encode() + chunked)
            assert (await client.head())[0] == 413
        async with Client.to(pages.port) as client:
            lines = f"content-length: {1 << 40}\r\nexpect: 100-continue\r\n\r\n"
            await client.send(f"POST {ECHO} HTTP/1.1\r\nhost: x\r\n{lines}".encode())
            status, headers = await client.head()
            assert (status, headers["connection"]) == (413, "close")


async def test_all_bodies_together_are_bounded() -> None:
    """So many that come at once are held; one more is turned away, until one is gone."""
    async with _pages() as pages, AsyncExitStack() as stack:
        for _ in range(BODIES):
            await stack.enter_async_context(pages.half(MOST - 1))
        await pages.until(503, MOST)
        await stack.aclose()
        await pages.until(200, MOST)


async def test_so_many_pages_at_once() -> None:
    """As many as exchanges."""
    async with _pages(exchanges=1) as pages:
        async with pages.half(1):
            assert b'"overloaded"' in await pages.until(503, 1)
        await pages.until(200, 1)


async def test_who_leaves_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """The page hears of it as of any bad request, and nothing is logged as a failure."""
    caplog.set_level(logging.INFO)
    async with _pages() as pages:
        async with pages.half(1):
            pass

        async def met() -> bool:
            return bool(pages.met)

        await until(met)
    assert "breaks off" in str(pages.met[0])
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_who_reads_nothing_is_dropped() -> None:
    """Though all that he is owed lies in our memory already."""
    async with _pages(slow_reader_s=0.2) as pages, Client.to(pages.port, limit=1 << 10) as client:
        await client.send(request_bytes(b"", path=LONG))

        async def dropped() -> bool:
            client.writer.write(b"\r\n")  # of which a connection that is gone tells
            return client.writer.transport.is_closing()

        assert await until(dropped, 20)
