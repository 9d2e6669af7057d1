"""The pump: one answer from the upstream's bytes to the client's, in the order that binds.

Every release is carried out whole before the next: its texts go to the journal and are settled,
then its bytes go to the client. Reads, consults and ticks come from different tasks; a lock keeps
them apart, so the client sees the releases in the order in which the session made them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from gateway.edge.consult import ask
from gateway.edge.gateway import Gateway
from gateway.edge.media_reading import looked_at
from gateway.edge.reply import ClientWriter, HeaderLines, answer_lines
from gateway.edge.turn import Turn
from gateway.edge.upstream import FAILURES, UpstreamAnswer, upstream_error
from gateway.edge.watch import AnswerEnded, Watch
from gateway.nouns.errors import FilterFailed, SealgateError, UpstreamBroken, UpstreamTimeout
from gateway.nouns.verdict import Outcome, stronger
from gateway.ports.adapter import Answer
from gateway.ports.journal import Entry
from gateway.ports.session import (
    Consult,
    InputSession,
    LookOrder,
    OutputSession,
    Release,
    SealOrder,
)

KEEP_ALIVE = b": keep-alive\n"
"""One comment line without an empty line: some clients take an empty line for an empty event."""

_FAILED = frozenset({Outcome.UPSTREAM_ERROR, Outcome.GATEWAY_ERROR})
_TAIL_BYTES = 64 * 1024
_TAIL_S = 1.0


class Pump:
    """The answer of one exchange. Made when the upstream's headers are here; `run` once."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        exchange: str,
        heard: InputSession,
        session: OutputSession,
        answer: Answer,
        entry: Entry,
        upstream: UpstreamAnswer,
        writer: ClientWriter,
        watch: Watch,
        ours: HeaderLines,
        origin: str = "",
        drains: bool = False,
    ) -> None:
        self._origin = origin
        self._gateway = gateway
        self._exchange = exchange
        self._heard = heard
        self._session = session
        self._answer = answer
        self._entry = entry
        self._upstream = upstream
        self._writer = writer
        self._watch = watch
        self._ours = ours
        self._drains = drains
        self._lock = Turn()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()
        self._keep_alive_s = gateway.settings.keep_alive_s
        self._read_bytes = 0
        self._cancelled = False
        self.own_s = 0.0
        self.first_s: float | None = None

    async def run(self) -> None:
        """Carry the answer to its end.

        Raises UpstreamError if the upstream fails, LedgerFailed if the record cannot be kept,
        ClientGone or ReaderTooSlow if the client is the end of it. What then follows is the
        caller's: `fail` ends a started answer in the protocol's own way.
        """
        if not self._answer.whole:
            self._watch.beat = self._beat
            self._set_beat(self._gateway.clock.monotonic_s())
        try:
            await self._read()
            if not self._ended.is_set():
                await self._wait_for_consults()
        except asyncio.CancelledError:
            reason = self._watch.claim()
            if reason is None:
                raise
            if not isinstance(reason, AnswerEnded):
                try:
                    raise reason from None
                finally:
                    del reason  # its traceback has this frame: they would hold each other
        finally:
            await self.stop()
        await self._let_go()

    async def _read(self) -> None:
        """Read the upstream to its end, or until nothing is wanted of it any more."""
        read, watch, session = self._upstream.read, self._watch, self._session
        now_of = self._gateway.clock.monotonic_s
        idle_s = self._gateway.settings.upstream.idle_s
        limit = self._gateway.settings.limits.answer_bytes
        watch.expect(now_of() + idle_s, self._silent)
        while not self._ended.is_set():
            try:
                data = await read()
            except FAILURES as failure:
                raise upstream_error(failure) from None
            now_s = now_of()
            if self.first_s is None and data:
                self.first_s = now_s
            self._read_bytes += len(data)
            if self._read_bytes > limit:
                raise UpstreamBroken(f"Its answer is larger than limits.answer_bytes ({limit}).")
            if not self._lock.take():
                await self._lock.acquire()
            try:
                if self._ended.is_set():
                    return
                release = session.feed(data, now_s) if data else session.finish(now_s)
                while release.more:  # a long text: the streams of others go on in between
                    watch.rest()
                    await asyncio.sleep(0)
                    release = session.go_on(now_s)
                await self._carry_out(release, now_s)
            finally:
                self._lock.release()
            if not data or self._cancelled:
                return
            now_after_s = now_of()
            self.own_s += now_after_s - now_s
            watch.expect(now_after_s + idle_s, self._silent)

    async def _wait_for_consults(self) -> None:
        self._watch.rest()
        if not self._tasks and self._timer is None:
            raise FilterFailed("The answer did not end.")
        await self._ended.wait()

    async def _carry_out(self, release: Release, now_s: float) -> None:
        """Do what a release says, in its order; the caller holds the lock."""
        if release.consults or release.seals or release.looks:
            self._begin(release)
        if release.failure is not None and not self._writer.status:
            raise release.failure
        if release.suppressed:
            self._entry.suppressed(release.suppressed)
        if release.texts:
            self._entry.answer(release.texts)
            await self._entry.settle()
        if release.cancel:
            self._cancelled = True
        if release.wake_s is not None:
            self._wake_in(release.wake_s)
        if release.done:
            await self._finish(release.data, release.status)
        elif release.data:
            if not self._writer.status:
                await self._start(())
            await self._writer.write(release.data)
            self._entry.sent(self._writer.sent)
            self._set_beat(now_s)

    def _begin(self, release: Release) -> None:
        """Begin what others have to answer."""
        for consult in release.consults:
            self._spawn(self._ask(consult))
        for order in release.seals:
            self._spawn(self._seal(order))
        for look in release.looks:
            self._spawn(self._look(look))

    async def _finish(self, data: bytes, status: int | None = None) -> None:
        if not self._writer.status:
            if self._answer.whole and not data and self._session.tally().outcome in _FAILED:
                raise UpstreamBroken("Its answer cannot be read.")
            length = str(len(data)).encode("ascii")
            more = ((b"content-length", length),) if self._answer.whole else ()
            await self._start(more, status)
        await self._writer.finish(data)
        self._entry.sent(self._writer.sent)
        self._ended.set()

    async def _start(
        self, more: tuple[tuple[bytes, bytes], ...], status: int | None = None
    ) -> None:
        whole = self._answer.whole
        lines = answer_lines(
            self._upstream.headers,
            [*self._ours, *(self._session.headers if self._upstream.status < 400 else ())],
            self._exchange,
            stream=not whole,
        )
        lines.extend(more)
        if whole:
            tally = self._session.tally()
            verdict = stronger(self._heard.tally().outcome, tally.outcome)
            lines.append((b"x-sealgate-verdict", verdict.value.encode("ascii")))
            if tally.retract:
                lines.append((b"x-sealgate-retract", b"true"))
        await self._writer.start(status or self._upstream.status, lines)

    # -- what comes from other tasks

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a side task; what it raises ends the exchange, in the exchange's own task."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 -- passed on to the runner, which logs it
            self._watch.interrupt(error)

    async def _step(self, release: Release, now_s: float) -> None:
        """Carry out what another task than the reading one brought; the lock is held."""
        await self._carry_out(release, now_s)
        if self._ended.is_set():
            self._watch.interrupt(AnswerEnded())

    async def _ask(self, consult: Consult) -> None:
        outcome = await ask(self._gateway, consult)
        async with self._lock:
            if not self._ended.is_set():
                now_s = self._gateway.clock.monotonic_s()
                await self._step(self._session.answered(consult.number, outcome, now_s), now_s)

    async def _seal(self, order: SealOrder) -> None:
        outcome = await self._gateway.files.seal(order, origin=self._origin)
        async with self._lock:
            if not self._ended.is_set():
                now_s = self._gateway.clock.monotonic_s()
                await self._step(self._session.sealed(order.number, outcome, now_s), now_s)

    async def _look(self, order: LookOrder) -> None:
        outcome = await looked_at(self._gateway, order.part, order.rules)
        async with self._lock:
            if not self._ended.is_set():
                now_s = self._gateway.clock.monotonic_s()
                await self._step(self._session.looked(order.number, outcome, now_s), now_s)

    def _wake_in(self, wake_s: float) -> None:
        """Call `tick` in so many seconds; an earlier call that is planned already serves too."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + wake_s:
                return
            self._timer.cancel()
        self._timer = loop.call_later(wake_s, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._spawn(self._tick())

    async def _tick(self) -> None:
        async with self._lock:
            if not self._ended.is_set():
                now_s = self._gateway.clock.monotonic_s()
                await self._step(self._session.tick(now_s), now_s)

    def _set_beat(self, now_s: float) -> None:
        self._watch.beat_at = now_s + self._keep_alive_s

    def _beat(self) -> None:
        if "event-stream" in self._upstream.content_type:
            self._spawn(self._keep_alive())

    async def _keep_alive(self) -> None:
        async with self._lock:
            if not self._ended.is_set():
                if not self._writer.status:
                    await self._start(())
                await self._writer.write(KEEP_ALIVE)
                self._set_beat(self._gateway.clock.monotonic_s())

    # -- endings

    def _silent(self) -> SealgateError:
        idle_s = self._gateway.settings.upstream.idle_s
        return UpstreamTimeout(f"Nothing came for {idle_s:g} s (upstream.idle_s).")

    async def stop(self) -> None:
        """End the timers and side tasks of this answer."""
        self._watch.rest()
        self._watch.beat_at = float("inf")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def fail(self, error: SealgateError) -> bool:
        """End a started answer with an error, as the session says it.

        False if the protocol has no words for it (a file): then the connection must be cut, or the
        client would take what it has for the whole.
        """
        if self._writer.ended:
            return True
        now_s = self._gateway.clock.monotonic_s()
        release = self._session.fail(error, now_s)
        wordless = release.done and not release.data
        await self._carry_out(release._replace(done=False) if wordless else release, now_s)
        if not wordless:
            await self._writer.finish()
        return not wordless

    async def _let_go(self) -> None:
        """The client has all: drain the upstream if the policy wants its usage, else drop it.

        After a normal end its last framing bytes are read, so that the connection is used again.
        """
        if self._cancelled and self._drains:
            await self.drain()
        elif not self._cancelled and not self._upstream.at_end:
            await self._read_away(_TAIL_BYTES, _TAIL_S, keep=False)
        self._upstream.close()

    async def drain(self) -> None:
        """Read the upstream to its end for the usage figures; nothing of it leaves."""
        settings = self._gateway.settings
        await self._read_away(settings.limits.answer_bytes, settings.upstream.total_s, keep=True)

    async def _read_away(self, most_bytes: int, seconds: float, *, keep: bool) -> None:
        push = self._answer.push if keep else len
        with suppress(*FAILURES, SealgateError):
            async with asyncio.timeout(seconds):
                while most_bytes > 0 and (data := await self._upstream.read()):
                    most_bytes -= len(data)
                    push(data)
