"""A plain route's answer: untouched, bounded, paced."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from gateway.edge.connection import Connection
from gateway.edge.gateway import SystemClock
from gateway.edge.passage import pass_through
from gateway.edge.reply import ClientWriter
from gateway.edge.watch import Watch
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.policy import Policy
from tests.conftest import settings_for
from tests.edge_kit import GatewayHere


class Answering:
    """An upstream's answer of these reads; an exception is raised."""

    status = 201
    headers = ((b"content-type", b"a/b"), (b"set-cookie", b"x"))

    def __init__(self, *reads: bytes | Exception, content_type: str = "a/b") -> None:
        self._reads = list(reads)
        self.content_type = content_type

    async def read(self) -> bytes:
        """Give the next."""
        one = self._reads.pop(0)
        if isinstance(one, Exception):
            raise one
        return one


async def _pass(answer: Answering, **limits: int) -> list[Any]:
    task = asyncio.current_task()
    assert task is not None
    here, said = GatewayHere(settings_for(9, {"limits": limits}), Policy()), list[Any]()

    async def send(message: Any) -> None:
        said.append(message)

    watch = Watch(task)
    writer = ClientWriter(send, Connection(None), watch, SystemClock(), 1.0)
    upstream: Any = answer
    await pass_through(here.gateway, upstream, writer, watch, exchange="E", ours=[])
    return said


async def test_bytes_and_status_pass() -> None:
    """What comes goes, with the header lines that may."""
    said = await _pass(Answering(b"ab", b"c", b""))
    assert said[0]["status"] == 201
    assert said[0]["headers"] == [
        (b"content-type", b"a/b"), (b"x-request-id", b"E"), (b"x-sealgate-exchange", b"E"),
    ]  # fmt: skip
    assert [message["body"] for message in said[1:]] == [b"ab", b"c", b""]


async def test_stream_lines_for_event_streams() -> None:
    """An event stream is one on a plain route too."""
    said = await _pass(Answering(b"", content_type="text/event-stream"))
    assert dict(said[0]["headers"])[b"x-accel-buffering"] == b"no"


@pytest.mark.parametrize(
    "reads", [(b"ab", aiohttp.ClientPayloadError()), (b"abcdef", b"")], ids=["breaks", "too large"]
)
async def test_failures(reads: tuple[bytes | Exception, ...]) -> None:
    """A break and too many bytes are the upstream's fault."""
    with pytest.raises(UpstreamBroken):
        await _pass(Answering(*reads), answer_bytes=5)
