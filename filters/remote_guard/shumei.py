"""Shumei (NextData) text: a risk level of three, and labels.

Source: Shumei documentation of the text interface, version 4 (at most 10,000 characters). The
access key travels in the body, so the address should be https. REVIEW is controversial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import (
    UNNAMED,
    Account,
    HttpContract,
    Row,
    Stamp,
    decoded,
    json_body,
    member,
    members,
    merged,
    refuse,
    row,
)
from gateway.ports.filter import Question
from models.calls import HttpRequest

_JUDGED = 1100
_PASS = "PASS"
_LEVELS = {"REVIEW": "controversial", "REJECT": "unsafe"}
_KINDS = {
    "politics": "politically_sensitive", "violence": "terrorism", "porn": "sexual_content",
    "sexy": "sexual_content", "abuse": "profanity", "ad": "advertising", "ad_law": "advertising",
    "ban": "non_violent_illegal_acts", "fraud": "fraud", "spam": "spam", "meaningless": "spam",
    "minor": "child_exploitation", "privacy": "personal_information", "religion": "religion",
    "blacklist": "custom",
}  # fmt: skip


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request. Texts are not tied to a user: the token id is a fresh one."""
    body = {
        "accessKey": account.key,
        "appId": account.options["app_id"],
        "eventId": account.options["event_id"],
        "type": "TEXTRISK",
        "data": {"text": question.text, "tokenId": stamp.nonce},
    }
    headers = {"content-type": "application/json"}
    return [HttpRequest(f"{account.url}/text/v4", json_body(body), headers)]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per label. Raises ValueError unless the code is 1100 and the level is known."""
    del question, options
    answer = decoded(bodies[0])
    if answer.get("code") != _JUDGED:
        raise refuse("Shumei", answer.get("code"))
    beside = answer.get("auxInfo")
    if isinstance(beside, dict) and beside.get("unauthorizedType"):
        raise ValueError("the account may not have texts judged by the guard (unauthorizedType)")
    level = member(answer, "riskLevel", str)
    if level != _PASS and level not in _LEVELS:
        raise ValueError("the guard's risk level is none of its three")
    labels = members(answer, "allLabels")
    if level == _PASS and any(one.get("riskLevel", _PASS) != _PASS for one in labels):
        raise ValueError("the guard passes a text and gives a label against it")
    return merged(
        row(_LEVELS[each], _KINDS.get(str(one.get("riskLabel1")), UNNAMED))
        for one in (answer, *labels)
        if (each := str(one.get("riskLevel"))) in _LEVELS
    )


CONTRACT = HttpContract(requests, read, tuple(dict.fromkeys(_KINDS.values())), 10_000)
