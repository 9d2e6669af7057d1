"""Baidu text censor: a conclusion of four, and reasons with types and subtypes.

Source: Baidu AI documentation of ``text_censor/v2/user_defined`` (at most 20,000 bytes of UTF-8),
and of the signature bce-auth-v1. Conclusion 1 passes, 2 is unsafe, 3 is controversial; 4 means that
the service failed, which is an error here and never a pass.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from filters.remote_guard.contract import (
    UNNAMED,
    Account,
    HttpContract,
    Row,
    Stamp,
    decoded,
    member,
    members,
    merged,
    refuse,
    row,
)
from gateway.ports.filter import Question
from models.calls import HttpRequest

_PATH = "/rest/2.0/solution/v1/text_censor/v2/user_defined"
_VALID_S = 1800
_PASSED = 1
_LEVELS = {2: "unsafe", 3: "controversial"}
_LISTED = {11: "non_violent_illegal_acts", 13: "custom", 14: "custom"}
_SPAM_TYPE = 12
_KINDS = {
    0: "spam", 1: "non_violent_illegal_acts", 2: "sexual_content", 3: "politically_sensitive",
    4: "advertising", 5: "profanity", 6: "advertising", 7: "advertising", 8: "advertising",
}  # fmt: skip


class Signed(NamedTuple):
    """What bce-auth-v1 signs: method, path, parameters of the query and headers, all of them."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


def authorization(signed: Signed, key_id: str, key: str, time_s: int) -> str:
    """Return the header ``Authorization``."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time_s))
    prefix = f"bce-auth-v1/{key_id}/{moment}/{_VALID_S}"
    signing = hmac.digest(key.encode(), prefix.encode(), hashlib.sha256).hex()
    query = "&".join(sorted(f"{_quoted(k)}={_quoted(v)}" for k, v in signed.query.items()))
    named = {name.lower(): value.strip() for name, value in signed.headers.items()}
    lines = "\n".join(sorted(f"{_quoted(k)}:{_quoted(v)}" for k, v in named.items()))
    canonical = f"{signed.method}\n{quote(signed.path)}\n{query}\n{lines}"
    signature = hmac.digest(signing.encode(), canonical.encode(), hashlib.sha256).hex()
    return f"{prefix}/{';'.join(sorted(named))}/{signature}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request, signed."""
    seconds = stamp.time_ns // 1_000_000_000
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    headers = {"host": urlsplit(account.url).netloc, "x-bce-date": moment}
    signed = Signed("POST", _PATH, {}, headers)
    body = f"text={quote(question.text.encode('utf-8', 'replace'))}"
    if "strategy" in account.options:
        body += f"&strategyId={_quoted(account.options['strategy'])}"
    return [
        HttpRequest(
            account.url + _PATH,
            body.encode(),
            {
                **headers,
                "content-type": "application/x-www-form-urlencoded",
                "authorization": authorization(signed, account.key_id, account.key, seconds),
            },
        )
    ]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per reason. Raises ValueError unless the conclusion is one of the three."""
    del question, options
    answer = decoded(bodies[0])
    if "error_code" in answer:
        raise refuse("Baidu", answer["error_code"])
    conclusion = member(answer, "conclusionType", int)
    if conclusion != _PASSED and conclusion not in _LEVELS:
        raise refuse("Baidu", conclusion)
    reasons = members(answer, "data")
    rows = [one for reason in reasons if (one := _row(reason)) is not None]
    if conclusion == _PASSED:
        if any(reason.get("conclusionType", _PASSED) != _PASSED for reason in reasons):
            raise ValueError("the guard passes a text and gives a reason against it")
        return []
    level = _LEVELS[conclusion]
    return merged(rows) if any(level in one[0] for one in rows) else [row(level, UNNAMED)]


def _row(reason: Mapping[str, Any]) -> Row | None:
    concluded = member(reason, "conclusionType", int) if "conclusionType" in reason else 0
    level = _LEVELS.get(concluded)
    if level is None:
        return None
    kind, said = reason.get("type"), reason.get("subType")
    named = _KINDS.get(said, UNNAMED) if kind == _SPAM_TYPE and isinstance(said, int) else None
    return row(level, named or _LISTED.get(kind if isinstance(kind, int) else 0, UNNAMED))


CONTRACT = HttpContract(
    requests, read, tuple(dict.fromkeys((*_KINDS.values(), *_LISTED.values()))), 5_000
)
