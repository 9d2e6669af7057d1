"""Inquiry: one question to the desk, from the request to the report, within every bound.

Answers to the public leave at whole steps of time after the question was read, so that what cost a
little more (a mark that was ours after all, a record that was looked at) cannot be told apart.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.access.limits import Permit
from gateway.config.settings import VerifySettings
from gateway.desk.report import Report
from gateway.desk.submission import Submission, whole
from gateway.nouns.errors import (
    BadRequest,
    ClientError,
    Overloaded,
    SealgateError,
    TooManyRequests,
)
from gateway.ports.clock import Clock
from gateway.telemetry.logs import logger

STEP_S = 0.1
"""The step of time at which public answers leave."""

READS_AT_ONCE = 4
"""So many contents are read, or wait to be read, in one process at the same time."""

Read = Callable[[bytes, str, bytes], Awaitable[Report]]
"""Reads a content (with a name that hints at its format, and the C2PA manifest that came beside it)
away from the event loop."""

Hosted = Callable[[str], tuple[bytes, str] | None]
"""Returns a file that we host, by its name below `gateway.desk.submission.FILES`, and its media
type; None if there is none of this name (any more). It may read a disk: it is called in a thread.
"""

_LOG = logger("desk")


class Question(NamedTuple):
    """A request as the desk gets it. ``length`` is the declared length, as it was written."""

    body: AsyncIterator[bytes]
    content_type: str
    length: str
    address: str


def _free(_address: str, _now_s: float) -> Permit | None:
    """Nobody is counted."""
    return None


def _uncounted(_outcome: str) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that answering needs. ``enter`` counts an address in (see `gateway.desk.turnstile`),
    ``count`` counts an answer by its outcome, ``rest`` waits. ``even`` says whether answers leave
    at whole steps of time: they do to the public. ``hosts`` are names under which we are reached,
    besides the one that a request says. ``start_s`` is how long what reads may take to start:
    its first question gets so much more time."""

    settings: VerifySettings
    body_s: float
    read: Read
    hosted: Hosted
    clock: Clock
    places: asyncio.Semaphore
    enter: Callable[[str, float], Permit | None] = _free
    count: Callable[[str], None] = _uncounted
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    even: bool = True
    hosts: frozenset[str] = frozenset()
    start_s: float = 0.0

    async def ask(self, question: Question, submit: Callable[[bytes, str], Submission]) -> Report:
        """Return the report. ``submit`` makes of a body and its content type what is handed in.

        Raises ClientError for what cannot be read, Overloaded if it would take too long.
        """
        began_s = self.clock.monotonic_s()
        outcome, size, kind = "failed", 0, ""
        try:
            permit = self.enter(question.address, began_s)
            try:
                handed = await self._handed_in(question, submit)
                size, read_from_s = len(handed.content), self.clock.monotonic_s()
                report = await self._read(handed)
                if self.even:
                    await self.rest(_until_step(self.clock.monotonic_s() - read_from_s))
            finally:
                if permit is not None:
                    permit.release()
            outcome, kind = report.made_here.value, str(report.format or "")
            return report
        except SealgateError as error:
            outcome = _outcome(error)
            raise
        finally:
            took_ms = round((self.clock.monotonic_s() - began_s) * 1000, 1)
            self.count(outcome)
            _LOG.info("verified", outcome=outcome, format=kind, bytes=size, duration_ms=took_ms)

    async def _handed_in(
        self, question: Question, submit: Callable[[bytes, str], Submission]
    ) -> Submission:
        try:
            async with asyncio.timeout(self.body_s):
                limit = self.settings.upload_bytes
                body = await whole(question.body, limit, question.length)
        except TimeoutError:
            raise BadRequest(f"Its body did not arrive within {self.body_s:g} s.") from None
        handed = submit(body, question.content_type)
        if not handed.hosted:
            return handed
        found = await asyncio.to_thread(self.hosted, handed.hosted)
        if found is None:
            error = BadRequest("No file of this name is hosted here (any more).", param="url")
            error.status = 404
            raise error
        return Submission(*found)

    async def _read(self, handed: Submission) -> Report:
        if self.places.locked():
            raise Overloaded("Too many contents are being read.", retry_after_s=2.0)
        async with self.places:
            try:
                async with asyncio.timeout(self.settings.longest_s + self.start_s):
                    return await self.read(handed.content, handed.name, handed.manifest)
            except TimeoutError:
                raise Overloaded(
                    f"It was not read within {self.settings.longest_s:g} s (verify.longest_s)."
                ) from None


def _until_step(passed_s: float) -> float:
    return max(0.0, math.ceil(passed_s / STEP_S) * STEP_S - passed_s)


def _outcome(error: SealgateError) -> str:
    if isinstance(error, TooManyRequests):
        return "limited"
    return "refused" if isinstance(error, ClientError) else "failed"
