"""The runner: one exchange from admission to the closed record.

One of the three places that may catch everything: what nobody foresaw is logged without content,
counted, and ends the exchange closed. Every way out of here closes the record with what was true.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from gateway.edge.account import Account
from gateway.edge.body import Receive, content_type, decoded_body, read_body
from gateway.edge.connection import Connection
from gateway.edge.consult import heard_verdict
from gateway.edge.file_sealing import origin_of
from gateway.edge.gateway import Admission, Gateway, Headers
from gateway.edge.media_reading import with_media_read
from gateway.edge.passage import pass_through
from gateway.edge.pump import Pump
from gateway.edge.reply import ClientWriter, HeaderLines
from gateway.edge.routes import Target, guarded_query
from gateway.edge.upstream import FAILURES, UpstreamAnswer, upstream_error
from gateway.edge.watch import ClientGone, ReaderTooSlow, Watch
from gateway.nouns.errors import (
    BadRequest,
    Draining,
    GatewayError,
    SealgateError,
    TooManyRequests,
    UpstreamBroken,
    UpstreamTimeout,
)
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.adapter import FormAdapter, Request, RouteKind
from gateway.telemetry.logs import logger

_LOG = logger("edge")
_FAREWELL_S = 5.0
"""How long the last words to a client may take once its exchange failed."""

_ERROR_BYTES = 1024 * 1024
_QUIET_METHODS = frozenset({"GET", "HEAD"})
"""Plain requests of these methods only look; they make no record."""


class Call(NamedTuple):
    """One request as the proxy read it. ``language`` is what the client would rather read."""

    method: str
    query: bytes
    headers: Headers
    language: str
    receive: Receive
    connection: Connection


class Runner:
    """One exchange. `run` raises nothing, not even its cancellation: it is the end of its task."""

    def __init__(
        self,
        gateway: Gateway,
        target: Target,
        call: Call,
        *,
        writer: ClientWriter,
        watch: Watch,
        account: Account,
    ) -> None:
        self._gateway = gateway
        self._target = target
        self._call = call
        self._writer = writer
        self._watch = watch
        self._account = account
        self._pump: Pump | None = None
        self._ours: HeaderLines = []
        self._reading = False

    async def run(self) -> None:
        """Serve the exchange to its end, whatever happens."""
        self._call.connection.on_lost = self._client_left
        try:
            await self._journey()
        except asyncio.CancelledError:
            # Without a reason of ours it is the server, at the end of its patience with a drain;
            # the task ends here in any case, so nothing is kept from being cancelled.
            await self._end(self._watch.claim() or Draining("The answer was cut off."))
        except Exception as reason:  # noqa: BLE001 -- the runner: see the head of this file
            await self._end(reason)
        finally:
            self._watch.disarm()
            if self._call.connection.on_lost == self._client_left:  # not the next exchange's
                self._call.connection.on_lost = None
            if self._account.upstream is not None:
                self._account.upstream.close()
            self._account.close()

    def _client_left(self) -> None:
        if not self._writer.ended:
            self._watch.interrupt(ClientGone())

    @property
    def _language(self) -> str:
        return self._account.regime.policy.answer.language_for(self._call.language)

    # -- the journey

    async def _journey(self) -> None:
        gateway, call, account = self._gateway, self._call, self._account
        account.principal = gateway.access.authenticate(call.headers)
        account.regime = gateway.regime(account.principal)
        self._let_in()
        limits = gateway.settings.limits
        self._reading = True
        body = await read_body(call.receive, call.headers, limits, self._watch, account.began_s)
        self._reading = False
        began_s = gateway.clock.monotonic_s()
        if self._target.kind is RouteKind.PLAIN:
            await self._pass(decoded_body(body, call.headers, limits))
            return
        query = guarded_query(call.query)
        body = decoded_body(body, call.headers, limits)
        admission = self._admit(body)
        entry = account.open()
        policy = account.regime.policy
        if policy.reads_files:
            admission = await with_media_read(gateway, admission, policy.media)
        heard = account.heard = account.regime.judge.input(admission)
        verdict = await heard_verdict(gateway, heard)
        changed = verdict.refusal is None and not verdict.edits.nothing
        adapter, request = admission.adapter, admission.request
        edited = adapter.write_request(request, verdict.edits) if changed else None
        entry.request(body, edited)
        account.judging_s = gateway.clock.monotonic_s() - began_s
        if verdict.refusal is not None:
            await entry.settle()
            await self._refuse(request, verdict.refusal)
            return
        upstream = await self._ask(query, body if edited is None else edited)
        await self._answer(admission, upstream)

    def _let_in(self) -> None:
        """Hold the key to its limits. Raises TooManyRequests, with the usual header lines."""
        account, access = self._account, self._gateway.access
        try:
            account.permit = access.admit(account.principal, account.began_s)
        except TooManyRequests:
            self._ours.extend(access.standing(account.principal, account.began_s))
            raise
        self._ours.extend(account.permit.headers)

    def _admit(self, body: bytes) -> Admission:
        """Read the request and find out for whom it is. Raises BadRequest."""
        gateway, account, adapter = self._gateway, self._account, self._target.adapter
        strict = account.regime.policy.enforcing
        kind = content_type(self._call.headers)
        if kind.lower().startswith("multipart/") and isinstance(adapter, FormAdapter):
            request = adapter.read_form(body, kind, strict=strict)
        else:
            request = adapter.read_request(body, strict=strict)
        account.model, account.stream = request.model, request.stream
        account.subject = gateway.access.subject(self._call.headers, request.subject_fields)
        if not account.subject.id and gateway.policy.subject.missing == "refuse":
            places = ", ".join(gateway.policy.subject.sources)
            raise BadRequest(f"The policy wants to know the end user; name it in: {places}.")
        self._stand()
        account.unlabelled = gateway.access.unlabelled(self._call.headers, account.principal)
        return Admission(
            account.exchange, request, account.principal, account.subject, adapter,
            self._target.path, account.unlabelled,
        )  # fmt: skip

    def _stand(self) -> None:
        """Hold the end user to where he stands. Raises what he is turned away with."""
        gateway, account = self._gateway, self._account
        if gateway.stand is None:
            return
        now_s, now_ns = gateway.clock.monotonic_s(), gateway.clock.wall_ns()
        level = gateway.stand(account.principal, account.subject, now_s, now_ns)
        account.standing = level.word
        strikes = gateway.policy.strikes
        if level and strikes is not None and strikes.enforcing:
            self._ours.append((b"x-sealgate-standing", level.word.encode("ascii")))

    async def _refuse(self, request: Request, refusal: Refusal) -> None:
        """Say the input's refusal in the way that the policy asks for."""
        adapter, account = self._target.adapter, self._account
        style = account.regime.policy.answer.input
        if style == "error":
            reply = adapter.refuse(refusal, exchange=account.exchange)
        else:
            reply = adapter.refuse_politely(
                request, refusal, style=style, exchange=account.exchange
            )
        account.outcome = Outcome.BLOCKED_INPUT
        self._ours.append((b"x-sealgate-verdict", account.outcome.value.encode("ascii")))
        await self._writer.reply(reply, self._ours, account.exchange)

    async def _ask(self, query: bytes, body: bytes) -> UpstreamAnswer:
        """Ask the upstream. Raises UpstreamError."""
        gateway, call, account, watch = self._gateway, self._call, self._account, self._watch
        limits = gateway.settings.upstream
        lines = gateway.access.upstream_headers(call.headers, account.principal)
        now_s = account.asked_s = gateway.clock.monotonic_s()
        watch.final = now_s + limits.total_s
        watch.overdue = self._overdue
        watch.expect(now_s + limits.first_byte_s, self._late)
        account.upstream = await gateway.upstream.ask(
            call.method, gateway.upstream.url(self._target, query), lines, body
        )
        watch.rest()
        return account.upstream

    async def _answer(self, admission: Admission, upstream: UpstreamAnswer) -> None:
        """Pump the upstream's answer through the window; an error's text goes there too."""
        gateway, account, adapter = self._gateway, self._account, self._target.adapter
        if "html" in upstream.content_type:
            raise UpstreamBroken("It answered with a web page (upstream.url).")
        if upstream.status >= 400:
            await self._read_error(upstream)
        answer = adapter.answer(admission.request, content_type=upstream.content_type)
        account.answer, account.stream = answer, not answer.whole
        if account.heard is None or account.entry is None:
            raise GatewayError("The exchange was not opened.")
        account.said = account.regime.judge.output(admission, account.heard, answer)
        self._pump = Pump(
            gateway, exchange=account.exchange, heard=account.heard, session=account.said,
            answer=answer, entry=account.entry, upstream=upstream, writer=self._writer,
            watch=self._watch, ours=self._ours, origin=origin_of(self._call.headers),
            drains=account.regime.policy.stream.on_block == "drain",
        )  # fmt: skip
        try:
            await self._pump.run()
        finally:
            account.ended_upstream_s = gateway.clock.monotonic_s()
            account.first_upstream_s = self._pump.first_s
            account.own_s = max(0.0, self._pump.own_s - self._writer.waited_s)

    async def _read_error(self, upstream: UpstreamAnswer) -> None:
        """Read an error answer and tell the upstream's own refusal from its failures."""
        idle_s = self._gateway.settings.upstream.idle_s
        self._watch.expect(self._gateway.clock.monotonic_s() + idle_s, UpstreamTimeout)
        try:
            body = await upstream.read_whole(_ERROR_BYTES)
        except FAILURES as failure:
            raise upstream_error(failure) from None
        self._watch.rest()
        refused = self._target.adapter.upstream_refusal(upstream.status, body) is not None
        self._account.outcome = Outcome.UPSTREAM_BLOCKED if refused else Outcome.UPSTREAM_ERROR

    async def _pass(self, body: bytes) -> None:
        """Forward a plain route untouched; what was sent up is recorded as unjudged."""
        account, call = self._account, self._call
        if call.method not in _QUIET_METHODS:
            account.unjudged = ("body",)
            entry = account.open()
            await entry.settle()
        upstream = await self._ask(call.query, body)
        if upstream.status >= 400:
            account.outcome = Outcome.UPSTREAM_ERROR
        await pass_through(
            self._gateway, upstream, self._writer, self._watch,
            exchange=account.exchange, ours=self._ours,
        )  # fmt: skip

    # -- the endings

    async def _end(self, reason: BaseException) -> None:
        """End an exchange that did not come to its own end; raises nothing."""
        self._watch.disarm()
        if isinstance(reason, ClientGone | ReaderTooSlow):
            if not self._writer.ended:
                await self._leave(reason)
            return
        error = reason if isinstance(reason, SealgateError) else SealgateError()
        if error is not reason:
            _LOG.error("exchange failed", exchange=self._account.exchange, exc_info=reason)
        self._account.ended_by(error)
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._tell(error)
        except Exception as failure:  # noqa: BLE001 -- the last words failed: cut the connection
            _LOG.warning("no farewell", exchange=self._account.exchange, exc_info=failure)
            self._call.connection.abort()

    async def _tell(self, error: SealgateError) -> None:
        """Tell the client: with a status if none was sent, else as the started answer allows."""
        writer, upstream = self._writer, self._account.upstream
        if writer.ended:
            return
        if writer.status:
            if self._pump is None or not await self._pump.fail(error):
                self._call.connection.abort()
            return
        if upstream is not None and upstream.status >= 400 and isinstance(error, UpstreamBroken):
            error.status = upstream.status
            self._ours.extend(line for line in upstream.headers if line[0].startswith(b"retry-"))
        reply = self._target.adapter.error(
            error, exchange=self._account.exchange, language=self._language
        )
        if self._reading:  # the rest of the body may still be on its way
            self._ours.append((b"connection", b"close"))
        await writer.reply(reply, self._ours, self._account.exchange)

    async def _leave(self, reason: Exception) -> None:
        """The client is gone or does not read: drop it, and the upstream unless it is drained."""
        self._account.client_left()
        if isinstance(reason, ReaderTooSlow):
            self._account.error = "reader_too_slow"
            self._call.connection.abort()
        if self._pump is not None and self._account.regime.policy.stream.on_disconnect == "drain":
            await self._pump.drain()

    def _late(self) -> SealgateError:
        seconds = self._gateway.settings.upstream.first_byte_s
        return UpstreamTimeout(f"No answer began within {seconds:g} s (upstream.first_byte_s).")

    def _overdue(self) -> SealgateError:
        seconds = self._gateway.settings.upstream.total_s
        return UpstreamTimeout(f"The answer took longer than {seconds:g} s (upstream.total_s).")
