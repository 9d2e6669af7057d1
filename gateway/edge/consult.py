"""Consults: asking slow filters for a session, each within its deadline, never losing an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.edge.gateway import Gateway
from gateway.nouns.finding import Finding
from gateway.ports.session import Consult, InputSession, InputVerdict

_MOST_ROUNDS = 64


async def ask(gateway: Gateway, consult: Consult) -> tuple[Finding, ...] | Exception:
    """Return what the slow filter found, now or when it was asked the same before, or why there is
    no answer; never raises an Exception."""
    digest = gateway.verdicts.digest(consult.filter, consult.question)
    known = gateway.verdicts.get(digest)
    if known is not None:
        gateway.meter.remembered(consult.filter)
        return known
    started_s = gateway.clock.monotonic_s()
    outcome: tuple[Finding, ...] | Exception
    try:
        async with asyncio.timeout(consult.deadline_s):
            outcome = await gateway.slow_filters[consult.filter].ask(consult.question)
    except Exception as error:  # noqa: BLE001 -- the filter guard: the session rules on failures
        outcome = error
    gateway.meter.consulted(consult.filter, gateway.clock.monotonic_s() - started_s)
    if not isinstance(outcome, Exception):
        gateway.verdicts.add(digest, outcome)
    return outcome


async def in_portions(judge: Callable[[], bool]) -> None:
    """Call ``judge`` until it says that there is no more; the streams of others go on between."""
    while judge():  # noqa: ASYNC110 -- it waits for nothing, it gives way
        await asyncio.sleep(0)


async def heard_verdict(gateway: Gateway, session: InputSession) -> InputVerdict:
    """Return the input's verdict after asking all that it wants asked, side by side. Between the
    portions of a long one the streams of others go on.

    Raises RuntimeError if a session never comes to an end of its questions.
    """
    await in_portions(session.judge)
    for _ in range(_MOST_ROUNDS):
        verdict = session.verdict()
        if not verdict.consults:
            return verdict
        answers = await asyncio.gather(*(ask(gateway, consult) for consult in verdict.consults))
        for consult, answer in zip(verdict.consults, answers, strict=True):
            session.answered(consult.number, answer)
    raise RuntimeError("the input's session keeps asking")
