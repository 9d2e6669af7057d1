"""The proxy: the data plane's ASGI application. Raw ASGI, because every request passes here.

It finds out what a request wants, turns away what nobody serves, and gives each exchange a runner.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import msgspec

from gateway.edge.account import Account
from gateway.edge.body import Receive
from gateway.edge.connection import connection_of
from gateway.edge.gateway import Gateway, Headers
from gateway.edge.own_pages import Application, OwnPages, Scope
from gateway.edge.reply import ClientWriter, HeaderLines, Send
from gateway.edge.routes import Target, canonical_path
from gateway.edge.runner import Call, Runner
from gateway.edge.watch import Sweep, Watch
from gateway.nouns.errors import Overloaded, PathRefused, SealgateError
from gateway.ports.adapter import RouteKind
from gateway.wire.accept_language import preferred_language

OWN_PREFIX = b"/sealgate/"
"""What lies below belongs to the gateway itself, not to a protocol."""

OWN_PAGES = frozenset({b"/verify"})
"""The pages for people: as short as they are printed on a label."""

FRONT = b"/"
"""The page for a browser that has nothing but the address; a client's mistake is told otherwise."""

LIVE = (b"/livez", b"/health/liveliness")
READY = (b"/readyz", b"/health/readiness")
_HEALTH = frozenset({*LIVE, *READY})
_LAST_RECORDS_S = 10.0
_TRY_AGAIN_S = 1.0


class Proxy:
    """The application of one worker. ``own`` serves `FRONT`, `OWN_PAGES` and what is below
    `OWN_PREFIX`.

    ``draining`` tells the probes that this worker is leaving; whoever still reaches it is served.
    """

    def __init__(self, gateway: Gateway, own: Application) -> None:
        self._gateway = gateway
        self._own = OwnPages(gateway, own)
        self._sweep = Sweep(gateway.clock.monotonic_s)
        self.most = gateway.settings.exchanges_each
        self._nowhere = Target(gateway.fallback, RouteKind.REFUSE, "", "", versioned=False)
        self.draining = False

    @property
    def running(self) -> int:
        """How many exchanges run now."""
        return len(self._sweep)

    async def quiet(self) -> None:
        """Wait until no exchange runs."""
        await self._sweep.emptied()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection: an HTTP request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        path: bytes = scope["raw_path"]
        reads = scope["method"] in {"GET", "HEAD"}
        if path in _HEALTH and reads:
            await self._tell_health(path, send)
        elif (
            path in OWN_PAGES
            or (path == FRONT and reads)
            or (path.startswith(OWN_PREFIX) and b"%" not in path and b"/." not in path)
        ):
            await self._own(scope, receive, send)
        else:
            await self._exchange(scope, receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self._gateway
        connection = connection_of(scope)
        watch = Watch(_this_task())
        writer = ClientWriter(
            send, connection, watch, gateway.clock, gateway.settings.limits.slow_reader_s
        )
        upgrade, language = _wishes(scope["headers"])
        try:
            target = self._target(scope, upgrade=upgrade)
        except SealgateError as error:
            await self._turn_away(error, writer, language)
            return
        account = Account(gateway, gateway.new_id(), target, writer)
        call = Call(
            scope["method"], scope["query_string"], scope["headers"], language, receive, connection
        )
        runner = Runner(gateway, target, call, writer=writer, watch=watch, account=account)
        self._sweep.add(watch)
        try:
            await runner.run()
        finally:
            self._sweep.remove(watch)

    def _target(self, scope: Scope, *, upgrade: bool) -> Target:
        """Return who serves a request. Raises what it is turned away with."""
        if len(self._sweep) >= self.most:
            raise Overloaded(
                f"It runs {self.most} exchanges (limits.exchanges).", retry_after_s=_TRY_AGAIN_S
            )
        if upgrade:
            error = PathRefused("Upgrades (WebSocket) are not taken.")
            error.status = 403
            raise error
        return self._gateway.routes.find(scope["method"], canonical_path(scope["raw_path"]))

    async def _turn_away(self, error: SealgateError, writer: ClientWriter, language: str) -> None:
        account = Account(self._gateway, self._gateway.new_id(), self._nowhere, writer)
        account.ended_by(error)
        spoken = self._gateway.policy.answer.language_for(language)
        reply = self._gateway.fallback.error(error, exchange=account.exchange, language=spoken)
        ours: HeaderLines = [(b"connection", b"close")] if error.status in {403, 503} else []
        try:
            await writer.reply(reply, ours, account.exchange)
        finally:
            account.close()

    async def _tell_health(self, path: bytes, send: Send) -> None:
        """Answer the probes; content-free, so no key is asked for."""
        identity = self._gateway.identity
        ready = path in LIVE or not self.draining
        body = msgspec.json.encode(
            {
                "status": "ok" if ready else "draining",
                "version": identity.version,
                "generation": identity.generation,
                "policy": identity.policy,
                "worker": identity.worker,
            }
        )
        lines = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode("ascii")),
            (b"cache-control", b"no-store"),
        ]
        status = 200 if ready else 503
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _live(self, receive: Receive, send: Send) -> None:
        """Open with the server, and close after the last record was written."""
        await receive()
        await self._gateway.upstream.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def close(self) -> None:
        """Wait for exchanges that were cut off to close their records, then let go of all."""
        self.draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_RECORDS_S):
                await self.quiet()
        await self._sweep.close()
        await self._gateway.upstream.close()
        self._gateway.journal.close()
        await self._gateway.close()


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("an exchange runs in a task")
    return task


def _wishes(headers: Headers) -> tuple[bool, str]:
    """Return whether an upgrade is asked for, and the language of our own words."""
    upgrade, language = False, "en"
    for name, value in headers:
        if name == b"upgrade":
            upgrade = True
        elif name == b"accept-language":
            language = preferred_language(value.decode("latin-1"))
    return upgrade, language
