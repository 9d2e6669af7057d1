"""What goes to the client: header lines by allow-list, whole replies, and the counted writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any

from gateway.edge.connection import Connection
from gateway.edge.watch import ReaderTooSlow, Watch
from gateway.ports.adapter import Reply
from gateway.ports.clock import Clock

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
HeaderLines = list[tuple[bytes, bytes]]

EXCHANGE = b"x-sealgate-exchange"
REQUEST_ID = b"x-request-id"

_PASSING = frozenset({
    b"content-type", b"content-language", b"content-disposition", b"request-id", REQUEST_ID,
    b"retry-after", b"retry-after-ms", b"x-should-retry", b"apim-request-id", b"x-ms-region",
    b"x-ms-request-id", b"openai-model", b"cf-ray", b"server-timing", b"warning", b"deprecation",
    b"sunset", b"etag", b"last-modified",
})  # fmt: skip
_PASSING_FAMILIES = (
    b"openai-", b"anthropic-", b"x-ratelimit-", b"azureml-", b"x-ms-client-", b"x-dashscope-",
    b"x-goog-", b"x-litellm-",
)  # fmt: skip
_LARGE = 64 * 1024
"""Before larger bodies leave, other streams that are ready go first: putting a body together and
giving it to the system take a millisecond or two each."""

_PLAIN = re.compile(rb"[\t -~]*")

_STREAM_LINES = ((b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


def passing_lines(upstream: Iterable[tuple[bytes, bytes]]) -> HeaderLines:
    """Return the upstream's header lines that the client gets; names are lower-case.

    Values that are not plain ASCII do not pass: control characters are no HTTP, and nobody judges
    what a header says.
    """
    return [
        (name, value)
        for name, value in upstream
        if (name in _PASSING or name.startswith(_PASSING_FAMILIES)) and _PLAIN.fullmatch(value)
    ]


def answer_lines(
    upstream: Iterable[tuple[bytes, bytes]],
    ours: Sequence[tuple[bytes, bytes]],
    exchange: str,
    *,
    stream: bool,
) -> HeaderLines:
    """Return the header lines of an answer: the upstream's, with ours instead of its namesakes."""
    named = {name for name, _ in ours}
    lines = [line for line in passing_lines(upstream) if line[0] not in named]
    lines.extend(ours)
    identifier = exchange.encode("ascii")
    if not any(name == REQUEST_ID for name, _ in lines):
        lines.append((REQUEST_ID, identifier))
    lines.append((EXCHANGE, identifier))
    if stream:
        lines.extend(_STREAM_LINES)
    return lines


def reply_lines(reply: Reply, ours: Sequence[tuple[bytes, bytes]], exchange: str) -> HeaderLines:
    """Return the header lines of a reply of our own."""
    return answer_lines(
        (), [*reply.headers, *ours], exchange, stream=_is_event_stream(reply.headers)
    )


def _is_event_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(n == b"content-type" and v.startswith(b"text/event-stream") for n, v in headers)


def _nothing() -> None:
    """Nobody waits for the last bytes."""


class ClientWriter:
    """The answer's way out: starts once, counts what the connection took, never waits unwatched.

    ``sent`` are body bytes, ``status`` is 0 until the answer started, ``waited_s`` are the seconds
    in which a slow client kept us waiting. ``on_last`` is called before the last bytes leave: what
    the client's next request may need is free before it can ask.
    """

    def __init__(
        self, send: Send, connection: Connection, watch: Watch, clock: Clock, slow_reader_s: float
    ) -> None:
        self._send = send
        self._connection = connection
        self._watch = watch
        self._clock = clock
        self._slow_reader_s = slow_reader_s
        self.sent = 0
        self.status = 0
        self.ended = False
        self.waited_s = 0.0
        self.first_s: float | None = None
        self.on_last: Callable[[], None] = _nothing

    @property
    def taken(self) -> int:
        """Body bytes that the socket took, as far as it can be known."""
        return max(0, self.sent - self._connection.unsent)

    async def start(self, status: int, lines: HeaderLines) -> None:
        """Send status and headers."""
        await self._send({"type": "http.response.start", "status": status, "headers": lines})
        self.status = status  # only now: what was refused did not start

    async def write(self, data: bytes) -> None:
        """Send body bytes; waits while the client does not read. See `ReaderTooSlow`."""
        if self.first_s is None:
            self.first_s = self._clock.monotonic_s()
        message = {"type": "http.response.body", "body": data, "more_body": True}
        if self._connection.congested:
            await self._send_late(message)
        else:
            await self._send(message)
        self.sent += len(data)

    async def finish(self, data: bytes = b"") -> None:
        """Send the last bytes and end the answer; a second call does nothing."""
        if len(data) > _LARGE:
            await asyncio.sleep(0)
        if self.ended:
            return
        self.ended = True
        self.let_go()
        if data and self.first_s is None:
            self.first_s = self._clock.monotonic_s()
        message = {"type": "http.response.body", "body": data, "more_body": False}
        if self._connection.congested:
            await self._send_late(message)
        else:
            await self._send(message)
        self.sent += len(data)

    def let_go(self) -> None:
        """Call `on_last`, if nobody did, and forget whom it calls."""
        last, self.on_last = self.on_last, _nothing
        last()

    async def reply(self, reply: Reply, ours: Sequence[tuple[bytes, bytes]], exchange: str) -> None:
        """Send a whole reply of our own."""
        lines = reply_lines(reply, ours, exchange)
        lines.append((b"content-length", str(len(reply.body)).encode("ascii")))
        await self.start(reply.status, lines)
        await self.finish(reply.body)

    async def _send_late(self, message: MutableMapping[str, Any]) -> None:
        """Send while the client does not read, within its time."""
        watch = self._watch
        began_s, before = self._clock.monotonic_s(), (watch.deadline, watch.late)
        watch.expect(began_s + self._slow_reader_s, ReaderTooSlow)
        await self._send(message)
        watch.expect(*before)
        self.waited_s += self._clock.monotonic_s() - began_s
