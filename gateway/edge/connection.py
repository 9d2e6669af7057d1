"""The client's connection: an HTTP protocol with bounds, and the view of it that the edge has.

ASGI tells neither how much is unsent nor, without a waiting task, that the client left. The worker
serves with this protocol class, which puts a `Connection` into the scope's extensions.
"""

from __future__ import annotations

import asyncio
import re
import select
from collections.abc import Callable, MutableMapping
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.config.settings import Limits
from gateway.nouns.errors import BadRequest, SealgateError, TooLarge
from gateway.wire.error_shape import error_object

EXTENSION = "sealgate.connection"
"""Where the scope's extensions hold the `Connection`."""


LAST_WORD_S = 1.0
"""So much later than the exchange itself the connection drops a client that reads nothing."""

LAST_REQUEST_S = 0.5
"""How long a draining worker waits for a request that may be on its way."""

_STILL_THERE_S = 0.25
"""How often a connection on which the client sends no more is looked at: was it reset?"""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""What every client of HTTP/1.1 passes over before its answer (RFC 9110, 15.2)."""

_COPIED_MOST = 64 * 1024
"""Larger bodies follow their head in a write of their own, which the loop sends with it."""

_CHUNKED = b"\r\ntransfer-encoding: chunked\r\n\r\n"
"""How the server ends a head whose body has no length."""

_OFFER = re.compile(rb"\r\nupgrade:([ \t]*h2c[ \t]*)\r\n", re.IGNORECASE)


class Connection:
    """What an exchange may know and do about its client's connection."""

    __slots__ = ("_protocol", "lost", "on_lost", "unsent")

    def __init__(self, protocol: HttpToolsProtocol | None) -> None:
        self._protocol = protocol
        self.lost = False
        self.unsent = 0
        self.on_lost: Callable[[], None] | None = None

    @property
    def congested(self) -> bool:
        """True if more than the allowed bytes wait for the client to read."""
        return self._protocol is not None and self._protocol.flow.write_paused

    def abort(self) -> None:
        """Drop the connection with what is unsent."""
        if self._protocol is not None and self._protocol.transport is not None:
            self._protocol.transport.abort()

    def went(self, unsent: int) -> None:
        """The connection is gone; ``unsent`` bytes were never taken by the socket."""
        self.lost = True
        self.unsent = unsent
        self._protocol = None  # which has this: nothing is left to be asked or dropped
        if self.on_lost is not None:
            self.on_lost()


def connection_of(scope: MutableMapping[str, Any]) -> Connection:
    """Return the connection in a scope; without our protocol one that is never lost."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found if isinstance(found, Connection) else Connection(None)


class HeadJoiner:
    """A transport's writing side that sends a status line and headers together with what follows.

    One system call less per answer. Headers that nothing follows leave in the loop's next turn.
    """

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        """Send, or keep a head for a moment."""
        if self._head and len(data) > _COPIED_MOST:
            self.flush()
        elif self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self.flush)
            return
        self._transport.write(data)

    def flush(self) -> None:
        """Send a head that is still here."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Send what is here, then close."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """True if the transport ends."""
        return self._transport.is_closing()


class Unframed:
    """The writing side for a client of HTTP/1.0, which does not know chunks (RFC 9112, 6.1): what
    has no length ends with the connection, as the server closes it anyway."""

    __slots__ = ("_chunked", "_inner")

    def __init__(self, inner: HeadJoiner) -> None:
        self._inner = inner
        self._chunked = False

    def write(self, data: bytes) -> None:
        """Send, without the frames around the chunks that the server writes whole."""
        if self._chunked:
            data = _unframed(data)
        elif data.endswith(_CHUNKED):
            data, self._chunked = data.removesuffix(_CHUNKED) + b"\r\n\r\n", True
        self._inner.write(data)

    def close(self) -> None:
        """Send what is here, then close."""
        self._inner.close()

    def is_closing(self) -> bool:
        """True if the transport ends."""
        return self._inner.is_closing()


def _unframed(chunks: bytes) -> bytes:
    out: list[bytes] = []
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        out.append(rest[:length])
        chunks = rest[length + 2 :]
    return b"".join(out)


class BoundedHttp(HttpToolsProtocol):
    """HTTP/1.1 with bounds on header bytes, on the time headers take, and on unsent bytes.

    A request that cannot be parsed is answered with an error object like every other error.
    """

    limits = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent has it
        """Set the bounds of a new connection."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=self.limits.unsent_bytes)
        self.link = Connection(self)
        self.joiner = HeadJoiner(transport, self.loop)
        self.header_bytes = 0
        self.between_requests = True
        self.head_is_whole = False
        self.leaving = False
        self.refusal: SealgateError = BadRequest("It is not HTTP/1.1.")
        self.header_timer: asyncio.TimerHandle | None = None
        self.reader_timer: asyncio.TimerHandle | None = None
        self.reset_timer: asyncio.TimerHandle | None = None
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the exchange that its client left.

        No timer stays behind. (The parent's own stays where the client reset the connection: it
        would hold all this until an idle connection ends.)
        """
        self._headers_came()
        self._reader_came()
        if self.reset_timer is not None:
            self.reset_timer.cancel()
        self._unset_keepalive_if_required()
        unsent = self.transport.get_write_buffer_size()
        super().connection_lost(exc)
        self.link.went(unsent)

    def data_received(self, data: bytes) -> None:
        """Read on; an offer of HTTP/2 is taken out before the parser takes it for the end of HTTP.

        Some clients make that offer on every connection. Not answering it is what RFC 9110, 7.8
        foresees; the parser would leave the body out.
        """
        if self.between_requests and b"h2c" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(rb"\r\nx-passed-over:\1\r\n", head + b"\r\n")[:-2] + end + rest
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # True keeps the writing side open
        """The client sends no more. Before its answer began it may still read (RFC 9112, 9.6), or
        be gone: then what we send is answered with a reset. So something is sent that changes
        nothing, and the reset is looked for. Who ends while the answer comes has left.
        """
        cycle = self.cycle
        if self._idle() or cycle.more_body or cycle.response_started:
            return False
        if self.parser.get_http_version() == "1.0":  # which knows no such word
            return False
        cycle.keep_alive = False
        if not self.pipeline:  # else an answer before this one may be half said
            self.transport.write(_CONTINUE)
        self._look_for_reset()
        return True

    def _look_for_reset(self) -> None:
        look = select.poll()
        look.register(self.transport.get_extra_info("socket"), 0)
        if look.poll(0):
            self.transport.abort()
        else:
            self.reset_timer = self.loop.call_later(_STILL_THERE_S, self._look_for_reset)

    def pause_writing(self) -> None:
        """The client does not read: wait, and drop it if it goes on taking nothing, also when all
        that it is owed lies here already."""
        super().pause_writing()
        self._await_reader(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client reads again."""
        self._reader_came()
        super().resume_writing()

    def _await_reader(self, unsent: int) -> None:
        wait_s = self.limits.slow_reader_s + LAST_WORD_S
        self.reader_timer = self.loop.call_later(wait_s, self._look_at_reader, unsent)

    def _look_at_reader(self, before: int) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent >= before:
            self.transport.abort()
        else:
            self._await_reader(unsent)

    def _reader_came(self) -> None:
        if self.reader_timer is not None:
            self.reader_timer.cancel()
            self.reader_timer = None

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.between_requests = True
        super().on_message_complete()

    def on_message_begin(self) -> None:
        """Begin to count a request's header bytes."""
        super().on_message_begin()
        self.between_requests = False
        self.head_is_whole = False
        self.header_bytes = 0
        self.scope["extensions"] = {EXTENSION: self.link}  # type: ignore[dict-item]  # it is no dict
        if self.header_timer is None:
            self._await_headers()

    def on_url(self, url: bytes) -> None:
        """Count the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header line. One that comes behind the body (a trailer) is passed over.

        The parser reports both alike, and a proxy in front that sets a header, such as who the end
        user is, knows nothing of a trailer that names another (RFC 9110, 6.5.1).
        """
        self._count(len(name) + len(value) + 4)
        if not self.head_is_whole:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers are whole: stop their timer. One host is named, as RFC 9112, 3.2 asks."""
        self._headers_came()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            self.refusal = BadRequest("It names no host, or several.", param="host")
            raise ValueError("not one host")
        self.head_is_whole = True
        super().on_headers_complete()
        old = self.parser.get_http_version() == "1.0"
        writing = Unframed(self.joiner) if old else self.joiner
        self.cycle.transport = writing  # type: ignore[assignment]  # it is all a cycle uses
        if self.leaving:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """The server drains: end after the present request, or soon if there is none.

        A connection that is idle here may have a request on its way: closing at once would lose
        it. So it has `LAST_REQUEST_S` to arrive; it is served and is the last.
        """
        self.leaving = True
        if self._idle():
            self.loop.call_later(LAST_REQUEST_S, self._leave_if_idle)
        else:
            self.cycle.keep_alive = False

    def _leave_if_idle(self) -> None:
        if self._idle():
            self.transport.close()

    def _idle(self) -> bool:
        """True if no answer is owed on this connection."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed with an error object, then close."""
        del msg  # ours says more
        error = self.refusal
        body = msgspec.json.encode(error_object(error, "", "en"))
        reason = b"Request Header Fields Too Large" if error.status == 431 else b"Bad Request"
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (error.status, reason, len(body), body)
        )
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing here: the proxy refuses upgrades and counts them."""

    def _count(self, size: int) -> None:
        self.header_bytes += size
        if self.header_bytes > self.limits.header_bytes:
            self.refusal = TooLarge(
                f"The headers are larger than limits.header_bytes ({self.limits.header_bytes})."
            )
            self.refusal.status = 431
            raise ValueError("headers too large")

    def _await_headers(self) -> None:
        self.header_timer = self.loop.call_later(
            self.limits.request_body_s, self.timeout_keep_alive_handler
        )

    def _headers_came(self) -> None:
        if self.header_timer is not None:
            self.header_timer.cancel()
            self.header_timer = None


def http_protocol(limits: Limits) -> type[BoundedHttp]:
    """Return the protocol class for these limits, as uvicorn's ``http=`` takes it."""
    return type("BoundedHttp", (BoundedHttp,), {"limits": limits})
