"""OpenAI moderation: booleans and scores for thirteen categories.

Source: OpenAI API reference, ``POST /v1/moderations``. A category that the service calls true is
unsafe; one whose score reaches the option ``controversial`` (0.3) is controversial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filters.remote_guard.contract import (
    UNNAMED,
    Account,
    HttpContract,
    Row,
    Stamp,
    decoded,
    json_body,
    member,
    merged,
    row,
)
from gateway.ports.filter import Question
from models.calls import HttpRequest

_KINDS = {
    "harassment": "harassment",
    "harassment/threatening": "harassment",
    "hate": "hate",
    "hate/threatening": "hate",
    "illicit": "non_violent_illegal_acts",
    "illicit/violent": "violent",
    "self-harm": "self_harm",
    "self-harm/intent": "self_harm",
    "self-harm/instructions": "self_harm",
    "sexual": "sexual_content",
    "sexual/minors": "child_exploitation",
    "violence": "violent",
    "violence/graphic": "violent",
}
_ALWAYS = {"harassment", "hate", "self-harm", "sexual", "violence"}
_GRAVE = {"sexual/minors": 4, "self-harm/instructions": 4}
_MODEL = "omni-moderation-latest"


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request."""
    del stamp
    url = f"{account.url.removesuffix('/v1')}/v1/moderations"
    headers = {"content-type": "application/json", "authorization": f"Bearer {account.key}"}
    body = {"model": account.model or _MODEL, "input": question.text}
    return [HttpRequest(url, json_body(body), headers)]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per category. Raises ValueError unless there is one result with a score for each
    category, those among them that the service always had."""
    del question
    results = member(decoded(bodies[0]), "results", list)
    if len(results) != 1 or not isinstance(results[0], dict):
        raise ValueError("the guard's answer has not one result")
    judged = member(results[0], "categories", dict)
    scores = member(results[0], "category_scores", dict)
    flagged = member(results[0], "flagged", bool)
    if not judged.keys() >= _ALWAYS or judged.keys() != scores.keys():
        raise ValueError("the guard's answer has other categories, or other scores")
    least = float(options.get("controversial", "0.3"))
    rows = [one for name in judged if (one := _row(name, judged, scores, least)) is not None]
    if flagged and not any(one[0].startswith("guard.unsafe.") for one in rows):
        rows.append(row("unsafe", UNNAMED))
    return merged(rows)


def _row(
    name: str, judged: Mapping[str, Any], scores: Mapping[str, Any], least: float
) -> Row | None:
    score, said = scores[name], judged[name]
    number = isinstance(score, (int, float)) and not isinstance(score, bool)
    if not number or not 0 <= score <= 1 or not isinstance(said, bool):
        raise ValueError("the guard's answer has a category without a score")
    kind = _KINDS.get(name, UNNAMED)
    if said:
        return row("unsafe", kind, severity=_GRAVE.get(name, 0), score=float(score))
    return row("controversial", kind, score=float(score)) if score >= least else None


CONTRACT = HttpContract(requests, read, tuple(dict.fromkeys(_KINDS.values())), 10_000)
