"""The connection's view, and the protocol's bounds where sockets are not needed."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

import pytest

from gateway.config.settings import Limits
from gateway.edge.connection import (
    EXTENSION,
    BoundedHttp,
    Connection,
    HeadJoiner,
    connection_of,
    http_protocol,
)
from tests.conftest import Starter
from tests.edge_kit import CHAT, PATH, Client, GatewayHere, request_bytes


class Wire:
    """A transport's writing side."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.said.append(data)

    def close(self) -> None:
        """Close."""
        self.closed = True

    def is_closing(self) -> bool:
        """True after close."""
        return self.closed


def _joiner() -> tuple[HeadJoiner, Wire]:
    wire: Any = Wire()
    return HeadJoiner(wire, asyncio.get_running_loop()), wire


async def test_head_goes_with_what_follows() -> None:
    """A head and the bytes after it are one write; later bytes are their own."""
    joiner, wire = _joiner()
    joiner.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.said == []
    joiner.write(b"a")
    joiner.write(b"b")
    await asyncio.sleep(0)
    assert wire.said == [b"HTTP/1.1 200 OK\r\n\r\na", b"b"]


async def test_head_goes_before_a_large_body() -> None:
    """A file is not copied to stand behind its head: both are written, in order."""
    joiner, wire = _joiner()
    joiner.write(b"HTTP/1.1 200 OK\r\n\r\n")
    body = b"a" * 100_000
    joiner.write(body)
    assert wire.said == [b"HTTP/1.1 200 OK\r\n\r\n", body]
    assert wire.said[1] is body


async def test_head_alone_leaves_in_the_next_turn() -> None:
    """Headers that nothing follows are not kept."""
    joiner, wire = _joiner()
    joiner.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    await asyncio.sleep(0)
    assert wire.said == [b"HTTP/1.1 100 Continue\r\n\r\n"]


async def test_close_sends_the_head_first() -> None:
    """An answer without a body that ends the connection still has its head."""
    joiner, wire = _joiner()
    joiner.write(b"HTTP/1.1 204 X\r\n\r\n")
    joiner.close()
    assert (wire.said, wire.closed, joiner.is_closing()) == (
        [b"HTTP/1.1 204 X\r\n\r\n"], True, True,
    )  # fmt: skip


def test_scope_without_our_protocol() -> None:
    """Under another server the connection is never lost and never full."""
    connection = connection_of({"type": "http"})
    assert (connection.lost, connection.congested) == (False, False)
    connection.abort()


def test_scope_with_our_protocol() -> None:
    """The connection in the scope is the one that is found."""
    connection = Connection(None)
    assert connection_of({"extensions": {EXTENSION: connection}}) is connection


def test_loss_is_told() -> None:
    """Whoever asked to be told is told, after the facts are set."""
    connection = Connection(None)
    seen: list[tuple[bool, int]] = []
    connection.on_lost = lambda: seen.append((connection.lost, connection.unsent))
    connection.went(7)
    assert seen == [(True, 7)]


def test_limits_belong_to_the_class() -> None:
    """Two servers in one process may have different limits."""
    few, many = Limits(header_bytes=1), Limits(header_bytes=2)
    assert (http_protocol(few).limits, http_protocol(many).limits) == (few, many)


@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 431)])
async def test_header_limit_is_exact(start: Starter, over: int, status: int) -> None:
    """Target and header lines up to the limit pass, one byte more does not."""
    here: GatewayHere = await start(limits={"header_bytes": 1000})
    counted = len(PATH) + sum(
        len(line.replace(": ", "")) + 4
        for line in ("host: g", "content-type: application/json", f"content-length: {len(CHAT)}")
    )
    fill = 1000 - counted - len("x-fill") - 4 + over
    async with Client.to(here.port) as client:
        await client.post(CHAT, "x-fill: " + "a" * fill)
        assert (await client.get()).status == status


async def test_limits_count_per_request(start: Starter) -> None:
    """Many small requests on one connection are not one large one."""
    here: GatewayHere = await start(limits={"header_bytes": 300})
    async with Client.to(here.port) as client:
        for _ in range(5):
            await client.post(CHAT)
            assert (await client.get()).status == 200


async def test_offer_of_http2_in_a_body_stays(here: GatewayHere) -> None:
    """Only a header line is taken out, never the same bytes in a body."""
    body = CHAT.replace(b"hi", rb"a\r\nUpgrade: h2c\r\nb")
    sent = request_bytes(body, "connection: Upgrade", "Upgrade: h2c")
    async with Client.to(here.port) as client:
        await client.send(sent)
        assert (await client.get()).status == 200
    assert here.entry.body == body


async def test_a_connection_reset_between_requests_leaves_nothing(here: GatewayHere) -> None:
    """The timer that ends idle connections would hold it, and all that it has, for a minute."""
    gc.collect()
    gc.disable()
    try:
        async with Client.to(here.port) as client:
            await client.post(CHAT)
            assert (await client.get()).status == 200
            (held,) = [one for one in gc.get_objects() if isinstance(one, BoundedHttp)]
            assert held.timeout_keep_alive_task is not None
            lost = asyncio.Event()
            held.link.on_lost = lost.set
            sock = client.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        await asyncio.wait_for(lost.wait(), 10)
        await asyncio.sleep(0)
        del held
        assert [one for one in gc.get_objects() if isinstance(one, BoundedHttp)] == []
    finally:
        gc.enable()
