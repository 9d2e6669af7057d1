"""NetEase Yidun text check: a suggestion of three, and labels with levels.

Source: NetEase Yidun documentation of the text check, version 5 (at most 10,000 characters), and of
its signature: the sorted parameters, name and value in a row, then the secret, hashed. Suggestion 1
(suspect) is controversial, 2 is unsafe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

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

_PASS = 0
_NONCE_BELOW = 10**10
"""The nonce is a number, of at most eleven digits."""

_LEVELS = {1: "controversial", 2: "unsafe"}
_KINDS = {
    100: "sexual_content", 200: "advertising", 260: "advertising", 300: "terrorism",
    400: "non_violent_illegal_acts", 500: "politically_sensitive", 600: "profanity", 700: "spam",
    900: UNNAMED, 1100: "unethical_acts",
}  # fmt: skip


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """Return the signature (SHA-256) of a call's parameters."""
    row_ = "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return hashlib.sha256(f"{row_}{secret}".encode("utf-8", "replace")).hexdigest()


def _number(word: str) -> str:
    """Return a number that is as seldom the same as the word."""
    digest = hashlib.sha256(word.encode()).digest()
    return str(1 + int.from_bytes(digest[:8]) % _NONCE_BELOW)


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request, signed."""
    parameters = {
        "secretId": account.key_id,
        "businessId": account.options["business_id"],
        "version": "v5.2",
        "timestamp": str(stamp.time_ns // 1_000_000),
        "nonce": _number(stamp.nonce),
        "signatureMethod": "SHA256",
        "dataId": stamp.nonce,
        "content": question.text,
    }
    parameters["signature"] = signature(parameters, account.key)
    body = urlencode(parameters, errors="replace").encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return [HttpRequest(f"{account.url}/v5/text/check", body, headers)]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per label. Raises ValueError unless the code is 200 and the suggestion is one of
    three."""
    del question, options
    answer = decoded(bodies[0])
    if answer.get("code") != 200:
        raise refuse("Yidun", answer.get("code"))
    judged = member(member(answer, "result", dict), "antispam", dict)
    suggestion = member(judged, "suggestion", int)
    reasons = members(judged, "labels")
    if suggestion == _PASS:
        if any(one.get("level", _PASS) != _PASS for one in reasons):
            raise ValueError("the guard passes a text and gives a label against it")
        return []
    if suggestion not in _LEVELS:
        raise ValueError("the guard's suggestion is none of its three")
    labels = [one.get("label") for one in reasons]
    kinds = [_KINDS.get(each, UNNAMED) for each in labels if isinstance(each, int)] or [UNNAMED]
    return merged(row(_LEVELS[suggestion], kind) for kind in kinds)


CONTRACT = HttpContract(requests, read, tuple(dict.fromkeys(_KINDS.values())), 10_000)
