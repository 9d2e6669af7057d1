"""``POST /sealgate/v1/guard``: the policy's opinion on texts that do not pass through the gateway.

For applications that call models in other ways, and for other gateways: no exchange, no record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.consult import ask, in_portions
from gateway.edge.gateway import Gateway, Regime
from gateway.edge.own_pages import error_response, page_body
from gateway.engine.lane import Ruled
from gateway.engine.opinion import Hearing, Opinion
from gateway.nouns.errors import BadRequest, SealgateError, TooLarge
from gateway.nouns.segment import Direction
from gateway.ports.session import Consult

MOST_TEXTS = 1000
_FORM = (
    "The body is no JSON object with text (a string) or texts (strings), and perhaps direction "
    "(input or output) and policy."
)
MakeHearing = Callable[[Regime, str, Direction], Hearing]
"""Makes the hearing of one text under a regime."""


class GuardRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked: one ``text``, or many ``texts``; ``direction`` is ``input`` or ``output``.

    ``policy`` may name the policy that is expected to serve; another one is an error.
    """

    text: str | None = None
    texts: list[str] | None = None
    direction: Direction = Direction.INPUT
    policy: str = ""


def guard_page(gateway: Gateway, hearing: MakeHearing) -> Route:
    """Return the guard endpoint."""

    async def guard(request: Request) -> Response:
        """Judge a text or a batch."""
        try:
            principal = gateway.access.authenticate(request.scope["headers"])
            permit = gateway.access.admit(principal, gateway.clock.monotonic_s())
            try:
                regime = gateway.regime(principal)
                asked = await _read(request, gateway, regime.policy.name)
                opinions = []
                for text in _texts(asked):
                    heard = hearing(regime, text, asked.direction)
                    opinions.append(await _opinion(gateway, heard))
                    await asyncio.sleep(0)  # streams of others come between two texts
                return _json(200, _answer(regime, asked, opinions))
            finally:
                permit.release()
        except SealgateError as error:
            return error_response(gateway, error, request.scope["headers"])

    return Route("/sealgate/v1/guard", guard, methods=["POST"])


async def _read(request: Request, gateway: Gateway, policy: str) -> GuardRequest:
    most = gateway.settings.limits.body_bytes
    body = await page_body(request, most, "limits.body_bytes")
    try:
        asked = msgspec.json.decode(body, type=GuardRequest)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise BadRequest(_FORM) from None
    if (asked.text is None) == (asked.texts is None):
        raise BadRequest("Send either text or texts.", param="text")
    if asked.texts is not None and len(asked.texts) > MOST_TEXTS:
        raise TooLarge(f"At most {MOST_TEXTS} texts at once.", param="texts")
    if asked.policy and asked.policy != policy:
        raise BadRequest(f"This gateway serves the policy {policy}.", param="policy")
    return asked


def _texts(asked: GuardRequest) -> list[str]:
    return [asked.text] if asked.text is not None else asked.texts or []


async def _opinion(gateway: Gateway, hearing: Hearing) -> Opinion:
    await in_portions(hearing.judge)
    names = hearing.slow_names
    consults = [
        Consult(number, names[place], question, gateway.slow_filters[names[place]].deadline_s)
        for number, (place, question) in enumerate(hearing.questions)
    ]
    answers = await asyncio.gather(*(ask(gateway, consult) for consult in consults))
    for (place, question), answer in zip(hearing.questions, answers, strict=True):
        hearing.answered(place, question, answer)
    return hearing.opinion()


def _answer(regime: Regime, asked: GuardRequest, opinions: list[Opinion]) -> dict[str, Any]:
    head = {"policy": regime.policy.name, "policy_hash": regime.policy.hash,
            "direction": asked.direction.value}  # fmt: skip
    results = [_result(one) for one in opinions]
    return {**head, **results[0]} if asked.text is not None else {**head, "results": results}


def _result(opinion: Opinion) -> dict[str, Any]:
    return {
        "verdict": opinion.verdict.word,
        "rule": opinion.rule,
        "safe_text": opinion.safe,
        "findings": [_finding(one) for one in opinion.findings],
    }


def _finding(ruled: Ruled) -> dict[str, Any]:
    found = ruled.finding
    return {
        "start": found.start, "end": found.end, "category": found.category,
        "severity": found.severity, "score": found.score, "filter": found.filter,
        "term": found.rule, "action": ruled.action, "wanted": ruled.wanted, "rule": ruled.rule,
    }  # fmt: skip


def _json(status: int, value: object) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
