"""Consults: asked within their deadlines, side by side, no answer lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.edge.consult import ask, heard_verdict
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Policy
from gateway.ports.adapter import RequestEdits
from gateway.ports.filter import Question
from gateway.ports.session import Consult, InputVerdict
from tests.conftest import settings_for
from tests.edge_doubles import Listening
from tests.edge_kit import GatewayHere

QUESTION = Question("text", 0, 4, "user")
FOUND = (Finding("c", 3, 1.0, 0, 4, "slow", "r"),)


class Answering:
    """A slow filter that answers, raises or never comes."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def ask(self, question: Question) -> Any:
        """Do what was said."""
        if self._answer is None:
            await asyncio.Event().wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def _here(**filters: Any) -> GatewayHere:
    here = GatewayHere(settings_for(9, {}), Policy())
    here.gateway.slow_filters.update(filters)  # type: ignore[attr-defined]  # a dict by default
    return here


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(FOUND, tuple), ((), tuple), (ValueError("x"), ValueError), (None, TimeoutError)],
)
async def test_ask(answer: Any, kind: type) -> None:
    """An answer is an answer, a failure is the failure, silence is a TimeoutError; all counted."""
    here = _here(slow=Answering(answer))
    got = await ask(here.gateway, Consult(1, "slow", QUESTION, 0.05))
    assert type(got) is kind
    if kind is tuple:
        assert got == answer
    assert here.counts.consults == ["slow"]


async def test_the_same_question_is_asked_once() -> None:
    """What was answered is known; what failed is asked again; another role, place or filter is
    another question."""
    asks = Answering(FOUND)
    here = _here(slow=asks, other=Answering(()))
    for question, name in [(QUESTION, "slow"), (QUESTION._replace(end=9), "slow"),
                           (QUESTION._replace(role="assistant"), "slow"),
                           (QUESTION._replace(start=1), "slow"), (QUESTION, "other")]:  # fmt: skip
        await ask(here.gateway, Consult(1, name, question, 1.0))
    assert (here.counts.consults, here.counts.recalls) == (["slow"] * 3 + ["other"], ["slow"])
    failing = _here(slow=Answering(ValueError("x")))
    for _ in range(2):
        await ask(failing.gateway, Consult(1, "slow", QUESTION, 1.0))
    assert (failing.counts.consults, failing.counts.recalls) == (["slow"] * 2, [])


async def test_unknown_filter_is_a_failure() -> None:
    """A filter that nobody made cannot answer, and that is told."""
    got = await ask(_here().gateway, Consult(1, "nobody", QUESTION, 1.0))
    assert isinstance(got, KeyError)


async def test_cancelled_question_is_cancelled() -> None:
    """Who cancels the exchange cancels its questions."""
    task = asyncio.create_task(
        ask(_here(slow=Answering(None)).gateway, Consult(1, "slow", QUESTION, 9.0))
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Wanting(Listening):
    """Wants ``rounds`` rounds of two questions."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.told: list[tuple[int, Any]] = []

    def verdict(self) -> InputVerdict:
        """Ask, or be content."""
        if len(self.told) >= 2 * self.rounds:
            return InputVerdict(None, RequestEdits())
        first = len(self.told)
        pair = tuple(Consult(first + n, ("slow", "bad")[n], QUESTION, 1.0) for n in range(2))
        return InputVerdict(None, RequestEdits(), pair)

    def answered(self, number: int, outcome: Any) -> None:
        """Keep it."""
        self.told.append((number, outcome))


async def test_verdict_after_all_questions() -> None:
    """Every question is answered with its number before the verdict is asked again."""
    failure = ValueError("x")
    here, session = _here(slow=Answering(FOUND), bad=Answering(failure)), Wanting(2)
    verdict = await heard_verdict(here.gateway, session)
    assert verdict.consults == ()
    assert session.told == [(0, FOUND), (1, failure), (2, FOUND), (3, failure)]


async def test_others_come_between_the_portions_of_a_long_input() -> None:
    """Its verdict is asked for when all is judged."""
    seen: list[str] = []

    class Long(Listening):
        def judge(self) -> bool:
            seen.append("portion")
            return len(seen) < 5

    async def other() -> None:
        seen.append("other")

    tasks = [asyncio.ensure_future(other()) for _ in range(2)]
    await heard_verdict(_here().gateway, Long())
    assert seen == ["portion", "other", "other", "portion", "portion"]
    await asyncio.gather(*tasks)


async def test_session_that_never_ends_asking() -> None:
    """A session that asks for ever is a bug that ends the exchange."""
    here = _here(slow=Answering(()), bad=Answering(()))
    with pytest.raises(RuntimeError):
        await heard_verdict(here.gateway, Wanting(10_000))
