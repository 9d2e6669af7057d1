"""One exchange's facts: one word for its end, told to record, metrics and log alike."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.edge.account import Account, outcome_of
from gateway.edge.connection import Connection
from gateway.edge.gateway import SystemClock
from gateway.edge.reply import ClientWriter
from gateway.edge.watch import Watch
from gateway.nouns import errors
from gateway.nouns.exchange import Subject
from gateway.nouns.policy import Policy
from gateway.nouns.verdict import Outcome
from gateway.ports.session import Tally
from tests.conftest import settings_for
from tests.edge_doubles import PASSED
from tests.edge_kit import GatewayHere

EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


class Side:
    """A session that is over, with this tally."""

    complete = False

    def __init__(self, outcome: Outcome, **more: Any) -> None:
        self._tally = PASSED._replace(outcome=outcome, **more)
        self.left = False

    def tally(self) -> Tally:
        """Return it."""
        return self._tally

    def gone(self) -> None:
        """Note it."""
        self.left = True


def _account() -> tuple[Account, GatewayHere, ClientWriter]:
    task = asyncio.current_task()
    assert task is not None
    here = GatewayHere(settings_for(9, {}), Policy())

    async def send(message: Any) -> None:
        """Say nothing."""

    writer = ClientWriter(send, Connection(None), Watch(task), SystemClock(), 1.0)
    target = here.gateway.routes.find("POST", "/v1/chat/completions")
    return Account(here.gateway, EXCHANGE, target, writer), here, writer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (errors.BadRequest(), Outcome.CLIENT_ERROR),
        (errors.TooLarge(), Outcome.CLIENT_ERROR),
        (errors.Unauthorized(), Outcome.REFUSED),
        (errors.TooManyRequests(), Outcome.REFUSED),
        (errors.PathRefused(), Outcome.REFUSED),
        (errors.Overloaded(), Outcome.REFUSED),
        (errors.Draining(), Outcome.REFUSED),
        (errors.UpstreamTimeout(), Outcome.UPSTREAM_ERROR),
        (errors.FilterFailed(), Outcome.GATEWAY_ERROR),
        (errors.LedgerFailed(), Outcome.GATEWAY_ERROR),
        (errors.SealgateError(), Outcome.GATEWAY_ERROR),
    ],
)
def test_outcome_of_errors(error: errors.SealgateError, outcome: Outcome) -> None:
    """Whose fault it was decides the word."""
    assert outcome_of(error) is outcome


@pytest.mark.parametrize(
    ("heard", "said", "word"),
    [
        (Outcome.PASSED, Outcome.PASSED, "passed"),
        (Outcome.EDITED, Outcome.FLAGGED, "edited"),
        (Outcome.FLAGGED, Outcome.PASSED, "flagged"),
        (Outcome.PASSED, Outcome.BLOCKED_OUTPUT, "blocked_output"),
        (Outcome.FLAGGED, Outcome.UPSTREAM_BLOCKED, "upstream_blocked"),
        (None, None, "passed"),
    ],
)
async def test_stronger_side_gives_the_word(
    heard: Outcome | None, said: Outcome | None, word: str
) -> None:
    """Without an error the stronger of both sides counts."""
    account, here, _ = _account()
    account.open()
    account.heard = Side(heard) if heard else None  # type: ignore[assignment]  # a double
    account.said = Side(said) if said else None  # type: ignore[assignment]
    account.close()
    assert here.entry.closed is not None
    assert here.entry.closed.outcome == word
    assert here.counts.facts[0].outcome.value == word


async def test_upstream_error_after_a_block_stays_a_block() -> None:
    """A block is what happened, also if the upstream broke later; our own failure is not hidden."""
    for error, word in ((errors.UpstreamBroken(), "blocked_output"),
                        (errors.LedgerFailed(), "gateway_error")):  # fmt: skip
        account, here, _ = _account()
        account.open()
        account.said = Side(Outcome.BLOCKED_OUTPUT)  # type: ignore[assignment]  # a double
        account.ended_by(error)
        account.close()
        assert here.entry.closed is not None
        assert here.entry.closed.outcome == word


@pytest.mark.parametrize("complete", [False, True])
async def test_client_that_left(*, complete: bool) -> None:
    """Who left before the end is gone; who had everything is not."""
    account, here, _ = _account()
    account.open()
    side = Side(Outcome.PASSED)
    side.complete = complete
    account.said = side  # type: ignore[assignment]  # a double
    account.client_left()
    account.close()
    assert here.entry.closed is not None
    assert here.entry.closed.outcome == ("passed" if complete else "client_gone")
    assert side.left is not complete


async def test_record_has_what_both_sides_know() -> None:
    """Unjudged parts, sums and the subject come together."""
    account, here, writer = _account()
    account.subject = Subject("u", "body:user")
    account.model, account.stream = "m", True
    account.open()
    account.heard = Side(Outcome.PASSED, unjudged=("image",))  # type: ignore[assignment]
    account.said = Side(  # type: ignore[assignment]  # a double
        Outcome.PASSED, unjudged=("event",), released_chars=7, retract=True
    )
    await writer.start(200, [])
    await writer.finish(b"12345")
    account.close()
    entry = here.entry
    assert (entry.opened.subject, entry.opened.model, entry.opened.stream) == ("u", "m", True)
    assert (entry.opened.exchange, entry.opened.route) == (EXCHANGE, "/chat/completions")
    closed = entry.closed
    assert closed is not None
    assert closed.unjudged == ("image", "event")
    assert (closed.released_chars, closed.retract) == (7, True)
    assert (closed.sent_bytes, closed.status) == (5, 200)


async def test_drained_exchange_is_our_failure() -> None:
    """Cut off after it was let in: not a refusal."""
    account, here, _ = _account()
    account.open()
    account.ended_by(errors.Draining())
    account.close()
    assert here.entry.closed is not None
    assert (here.entry.closed.outcome, here.entry.closed.error) == ("gateway_error", "draining")


async def test_record_that_cannot_be_closed_is_still_counted() -> None:
    """A disk that fills up at the very end takes the record's last frame, not the count."""
    account, here, _ = _account()
    entry = account.open()

    def full(facts: Any) -> None:
        raise errors.LedgerFailed

    entry.close = full  # type: ignore[method-assign]  # this one entry
    account.close()
    assert here.counts.in_flight == 0
    assert len(here.counts.facts) == 1
