"""The guard endpoint: the policy's opinion on texts that do not pass through."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway.config.settings import Limits, Settings, UpstreamSettings
from gateway.edge.gateway import Regime
from gateway.edge.guard_page import MOST_TEXTS, guard_page
from gateway.engine.lane import SlowJudge
from gateway.engine.opinion import Hearing
from gateway.nouns.errors import TooManyRequests, Unauthorized
from gateway.nouns.exchange import Principal
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from gateway.ports.filter import Question
from tests.edge_kit import GatewayHere
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}
NOWHERE = UpstreamSettings(url="http://127.0.0.1:1")


class Asked(Sentences):
    """Finds every sentence unsafe that says so; fails on the word fail."""

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """See gateway.ports.filter.SlowFilter."""
        if "fail" in question.text:
            raise ConnectionError
        if "unsafe" in question.text:
            return (Finding("block", 3, 1.0, question.start, len(question.text), self.name, "u"),)
        return ()


class Page:
    """The page in front of a small policy."""

    def __init__(self, *, slow: bool = False, body_bytes: int = 1 << 20) -> None:
        self.directions: list[Direction] = []
        here = GatewayHere(
            Settings(limits=Limits(body_bytes=body_bytes), upstream=NOWHERE),
            Policy(name="mine", hash="h1"),
        )
        self.door = here.door
        asked = Asked()
        gateway = dataclasses.replace(here.gateway, slow_filters={asked.name: asked})
        one = lane(RULES, NaiveTerms(TERMS))
        self._lane = one._replace(slow=(SlowJudge(asked, acting=True),)) if slow else one
        self.app = Starlette(routes=[guard_page(gateway, self._hearing)])

    def _hearing(self, _: Regime, text: str, direction: Direction) -> Hearing:
        self.directions.append(direction)
        return Hearing(text, self._lane)

    async def ask(self, value: Any) -> tuple[int, dict[str, Any]]:
        """Post a value (bytes as they are); return status and body."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        async with self._client() as client:
            got = await client.post("/sealgate/v1/guard", content=body)
        return got.status_code, got.json()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://g") as client:
            yield client


async def test_one_text_has_one_opinion() -> None:
    """Verdict, rule, safe text and findings with their spans, under the policy's name and hash."""
    page = Page()
    status, body = await page.ask({"text": "a mild bad one"})
    assert status == 200
    assert (body["policy"], body["policy_hash"], body["direction"]) == ("mine", "h1", "input")
    assert (body["verdict"], body["rule"], body["safe_text"]) == ("block", "block", "a *** ")
    assert [(f["start"], f["end"], f["action"], f["category"]) for f in body["findings"]] == [
        (7, 10, "block", "block"), (2, 6, "redact", "red"),
    ]  # fmt: skip
    assert page.directions == [Direction.INPUT]


async def test_many_texts_have_opinions_in_their_order() -> None:
    """Each for itself."""
    page = Page()
    _, body = await page.ask({"texts": ["bad", "fine", ""], "direction": "output"})
    assert [one["verdict"] for one in body["results"]] == ["block", "pass", "pass"]
    assert page.directions == [Direction.OUTPUT] * 3


@pytest.mark.parametrize(
    ("text", "verdict", "rule"),
    [
        ("So safe.", "pass", ""), ("So unsafe.", "block", "block"),
        ("So fail.", "block", "on_failure.sentences"),
    ],
)  # fmt: skip
async def test_slow_filters_are_asked(text: str, verdict: str, rule: str) -> None:
    """And their failures ruled on as in an exchange."""
    _, body = await Page(slow=True).ask({"text": text})
    assert (body["verdict"], body["rule"]) == (verdict, rule)


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        (b"{", 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"text": "a", "texts": ["b"]}, 400, "invalid_request"),
        ({"text": 1}, 400, "invalid_request"),
        ({"text": "a", "extra": 1}, 400, "invalid_request"),
        ({"text": "a", "direction": "sideways"}, 400, "invalid_request"),
        (b'{"text":"\xff"}', 400, "invalid_request"),
        ({"text": "a", "policy": "theirs"}, 400, "invalid_request"),
        ({"texts": ["a"] * (MOST_TEXTS + 1)}, 413, "request_too_large"),
        ({"text": "a" * 2000}, 413, "request_too_large"),
    ],
)
async def test_what_cannot_be_judged_is_a_clear_error(value: Any, status: int, code: str) -> None:
    """In the protocol's shape; the text is not repeated."""
    page = Page(body_bytes=1000) if status == 413 and "text" in value else Page()
    got, body = await page.ask(value)
    assert (got, body["error"]["code"]) == (status, code)


@pytest.mark.parametrize("value", [{"text": "a", "dirty": 1}, {"text": ["dirty"]}, b'"dirty"'])
async def test_an_error_repeats_nothing(value: Any) -> None:
    """Not the names of members either."""
    _, body = await Page().ask(value)
    assert "dirty" not in json.dumps(body)


async def test_a_key_is_held_to_its_limits() -> None:
    """A question is one request, however many texts it brings; it is counted out in the end."""
    page = Page()

    def admit(principal: Principal, now_s: float) -> Any:
        page.door.running += 1
        raise TooManyRequests(retry_after_s=3.0)

    await page.ask({"texts": ["bad", "fine"]})
    await page.ask(b"{")
    assert page.door.running == 0
    page.door.admit = admit  # type: ignore[method-assign]  # the door's own answer
    async with page._client() as client:
        got = await client.post("/sealgate/v1/guard", json={"text": "fine"})
    assert (got.status_code, got.headers["retry-after"], page.door.running) == (429, "3", 1)


async def test_the_policy_may_be_named() -> None:
    """The one that serves."""
    assert (await Page().ask({"text": "fine", "policy": "mine"}))[0] == 200


async def test_nobody_asks_without_a_key() -> None:
    """The door decides, as for any request."""
    page = Page()
    page.door.failure = Unauthorized()
    status, body = await page.ask({"text": "bad"})
    assert (status, body["error"]["code"]) == (401, "invalid_api_key")
    assert page.directions == []
