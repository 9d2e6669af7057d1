"""Tencent Cloud text moderation: a suggestion (Pass, Review, Block) and a label.

Source: Tencent Cloud API 3.0, product ``tms``, ``TextModeration`` (version 2020-12-29, at most
10,000 characters in Base64), and its signature TC3-HMAC-SHA256. Review is controversial.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

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
    refuse,
    row,
)
from gateway.ports.filter import Question
from models.calls import HttpRequest

_ACTION = "TextModeration"
_TYPE = "application/json; charset=utf-8"
_LEVELS = {"Block": "unsafe", "Review": "controversial"}
_PASS = "Pass"
_KINDS = {
    "Porn": "sexual_content", "Sexy": "sexual_content", "Abuse": "profanity",
    "Ad": "advertising", "Polity": "politically_sensitive", "Illegal": "non_violent_illegal_acts",
    "Terror": "terrorism", "Custom": "custom", "Spam": "spam", "Moan": "sexual_content",
    "Religion": "religion", "Teenager": "child_exploitation", "Hate": "hate",
}  # fmt: skip


class Scope(NamedTuple):
    """What a signature is made for. ``headers`` are signed, with names in lower case."""

    service: str
    headers: Mapping[str, str]
    time_s: int


def authorization(body: bytes, key_id: str, key: str, scope: Scope) -> str:
    """Return the header ``Authorization`` of a POST to the path ``/``."""
    names = ";".join(sorted(scope.headers))
    lines = "".join(f"{name}:{scope.headers[name].lower()}\n" for name in sorted(scope.headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    date = time.strftime("%Y-%m-%d", time.gmtime(scope.time_s))
    credential = f"{date}/{scope.service}/tc3_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signed = f"TC3-HMAC-SHA256\n{scope.time_s}\n{credential}\n{hashed}"
    secret = f"TC3{key}".encode()
    for part in (date, scope.service, "tc3_request"):
        secret = hmac.digest(secret, part.encode(), hashlib.sha256)
    signature = hmac.digest(secret, signed.encode(), hashlib.sha256).hex()
    return (
        f"TC3-HMAC-SHA256 Credential={key_id}/{credential}, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request, signed."""
    content = base64.b64encode(question.text.encode("utf-8", "replace")).decode()
    asked = {"Content": content, "DataId": stamp.nonce}
    if "biz_type" in account.options:
        asked["BizType"] = account.options["biz_type"]
    body, seconds = json_body(asked), stamp.time_ns // 1_000_000_000
    signed = {"content-type": _TYPE, "host": urlsplit(account.url).netloc,
              "x-tc-action": _ACTION}  # fmt: skip
    headers = {
        **signed,
        "x-tc-action": _ACTION,
        "x-tc-version": "2020-12-29",
        "x-tc-timestamp": str(seconds),
        "x-tc-region": account.options.get("region", "ap-guangzhou"),
        "authorization": authorization(
            body, account.key_id, account.key, Scope("tms", signed, seconds)
        ),
    }
    return [HttpRequest(f"{account.url}/", body, headers)]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return the label's row. Raises ValueError unless the suggestion is one of three."""
    del question, options
    answer = member(decoded(bodies[0]), "Response", dict)
    if "Error" in answer:
        raise refuse("Tencent", member(answer, "Error", dict).get("Code"))
    suggestion = member(answer, "Suggestion", str)
    if suggestion == _PASS:
        details = members(answer, "DetailResults")
        if any(one.get("Suggestion", _PASS) != _PASS for one in details):
            raise ValueError("the guard passes a text and gives a reason against it")
        return []
    if suggestion not in _LEVELS:
        raise ValueError("the guard's suggestion is none of its three words")
    scored = answer.get("Score") is not None  # the service may leave it out
    score = min(max(member(answer, "Score", int), 0), 100) / 100 if scored else -1.0
    kind = _KINDS.get(str(answer.get("Label")), UNNAMED)
    return [row(_LEVELS[suggestion], kind, score=score)]


CONTRACT = HttpContract(requests, read, tuple(dict.fromkeys(_KINDS.values())), 10_000)
