"""Own pages: what is asked of the gateway itself, held to the bounds that exchanges are held to.

However a page reads its request, no more pages are served at once than exchanges, their bodies
arrive in time, and together they take no more memory than a few of the largest. A body that a page
does not want to its end is read and thrown away, so that the client sees the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.body import DISCARD_BYTES, Receive, declared, header
from gateway.edge.gateway import Gateway, Headers
from gateway.edge.reply import Send
from gateway.nouns.errors import BadRequest, Overloaded, SealgateError, TooLarge
from gateway.wire.accept_language import preferred_language

BODIES = 8
"""So many bodies of the largest size that a page takes are held at once, by one worker."""

_TRY_AGAIN_S = 1.0
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class OwnPages:
    """An ASGI application around the gateway's own pages."""

    def __init__(self, gateway: Gateway, pages: Application) -> None:
        settings = gateway.settings
        self._gateway = gateway
        self.pages = pages
        self.limits = settings.limits
        self.clock = gateway.clock
        self.room = BODIES * max(
            settings.limits.body_bytes, settings.verify.upload_bytes, settings.media.bytes
        )
        self.held = 0
        self._most = settings.exchanges_each
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._running >= self._most:
            error = Overloaded(f"It serves {self._most} pages.", retry_after_s=_TRY_AGAIN_S)
            answer = error_response(self._gateway, error, scope["headers"])
            answer.headers["connection"] = "close"
            await answer(scope, receive, send)
            return
        visit = _Visit(self, scope, receive, send)
        self._running += 1
        try:
            await self.pages(scope, visit.receive, visit.send)
        finally:
            self._running -= 1
            self.held -= visit.bytes


class _Visit:
    """One request: counts what comes, and sees the answer off."""

    def __init__(self, pages: OwnPages, scope: Scope, receive: Receive, send: Send) -> None:
        self._pages = pages
        self._waits = header(scope["headers"], b"expect").lower() == b"100-continue"
        self._receive = receive
        self._send = send
        self._until_s = pages.clock.monotonic_s() + pages.limits.request_body_s
        self._ended = False
        self.bytes = 0

    async def receive(self) -> MutableMapping[str, Any]:
        """Receive the next part of the body. Raises BadRequest if it is late or breaks off, and
        Overloaded if there is no room for it."""
        if self._ended:
            return await self._receive()
        message = await self._next()
        self.bytes += len(message["body"])
        self._pages.held += len(message["body"])
        if self._pages.held > self._pages.room:
            raise Overloaded("It holds too many bodies at once.", retry_after_s=_TRY_AGAIN_S)
        return message

    async def _next(self) -> MutableMapping[str, Any]:
        late_s = self._pages.limits.request_body_s
        try:
            async with asyncio.timeout(self._until_s - self._pages.clock.monotonic_s()):
                message = await self._receive()
        except TimeoutError:
            self._ended = True
            raise BadRequest(
                f"Its body did not arrive within {late_s:g} s (limits.request_body_s)."
            ) from None
        if message["type"] != "http.request":
            self._ended = True
            raise BadRequest("Its body breaks off.")
        self._waits = False
        self._ended = not message.get("more_body")
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send a part of the answer; before the first, the rest of the body is read."""
        if message["type"] == "http.response.start" and not self._ended:
            await self._discard(message)
        await self._send(message)

    async def _discard(self, start: MutableMapping[str, Any]) -> None:
        """Throw the rest of the body away. The connection of one that does not end is closed."""
        passed = self.bytes
        with suppress(SealgateError):
            while not (self._ended or self._waits) and passed <= DISCARD_BYTES:
                passed += len((await self._next())["body"])
            if self._ended:
                return
        start["headers"] = [*start["headers"], (b"connection", b"close")]


def language_of(headers: Headers) -> str:
    """Return the language that a page's reader likes best (``zh`` or ``en``)."""
    return preferred_language(header(headers, b"accept-language").decode("latin-1"))


def error_response(
    gateway: Gateway, error: SealgateError, headers: Headers, exchange: str = ""
) -> Response:
    """Return what a page answers instead: the error's object, in the language that the policy or
    else the reader wants."""
    spoken = gateway.policy.answer.language_for(language_of(headers))
    reply = gateway.fallback.error(error, exchange=exchange, language=spoken)
    lines = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers=lines)


async def page_body(request: Request, most: int, key: str) -> bytes:
    """Return a page's body of at most so many bytes. Raises TooLarge, naming the setting; one that
    says beforehand that it is larger is not asked for."""
    too_large = TooLarge(f"The limit is {most} bytes ({key}).")
    if declared(request.scope["headers"]) > most:
        raise too_large
    found: list[bytes] = []
    total = 0
    async for part in request.stream():
        total += len(part)
        if total > most:
            raise too_large
        found.append(part)
    return b"".join(found)
