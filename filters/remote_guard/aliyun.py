"""Aliyun Content Moderation 2.0, text moderation plus: a risk level and labels.

Source: Aliyun documentation of the operation ``TextModerationPlus`` (version 2022-03-02) with the
services ``llm_query_moderation`` (2,000 characters) and ``llm_response_moderation``, and of the
signature of RPC calls (HMAC-SHA1, version 1.0). Risk ``medium`` and ``low`` are controversial,
``high`` is unsafe; an attack on the model and sensitive data (S1 to S3, controversial) come beside
it where the account has them looked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

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

_SERVICES = {
    "user": ("service_input", "llm_query_moderation"),
    "assistant": ("service_output", "llm_response_moderation"),
}
_LEVELS = {
    "high": ("unsafe", 3, 0.9),
    "medium": ("controversial", 2, 0.6),
    "low": ("controversial", 1, 0.3),
}
_NO_LEVEL = "none"
_NOT_SENSITIVE, _PERSONAL = "S0", "personal_information"
_SENSITIVE = {"S1": 1, "S2": 2, "S3": 3}
"""Severity of sensitive data, where the account has it looked for."""

_PARTS = {
    "pornographic": "sexual_content", "sexual": "sexual_content",
    "violent_extremist": "terrorism", "violent": "violent",
    "political": "politically_sensitive",
    "contraband_drug": "drugs", "contraband_gambling": "gambling",
    "contraband_weapon": "weapons", "contraband": "non_violent_illegal_acts",
    "inappropriate_discrimination": "hate", "inappropriate_profanity": "profanity",
    "inappropriate_oral": "profanity", "inappropriate_nonsense": "spam",
    "inappropriate": "unethical_acts", "religion": "religion", "pt": "advertising",
    "customized": "custom",
}  # fmt: skip
"""Beginnings of the service's labels, the special before the general."""

_NOTHING = frozenset({"nonLabel", "safe"})
"""Labels of a text against which there is nothing."""


def signature(parameters: Mapping[str, str], secret: str, method: str = "POST") -> str:
    """Return the signature of an RPC call, as its parameter ``Signature`` carries it."""
    query = "&".join(f"{_quoted(k)}={_quoted(parameters[k])}" for k in sorted(parameters))
    signed = f"{method}&%2F&{_quoted(query)}"
    digest = hmac.digest(f"{secret}&".encode(), signed.encode(), hashlib.sha1)
    return base64.b64encode(digest).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return the one request, signed."""
    option, usual = _SERVICES[question.role]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(stamp.time_ns // 1_000_000_000))
    parameters = {
        "AccessKeyId": account.key_id,
        "Action": "TextModerationPlus",
        "Format": "JSON",
        "Service": account.options.get(option, usual),
        "ServiceParameters": json_body({"content": question.text}).decode(),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": stamp.nonce,
        "SignatureVersion": "1.0",
        "Timestamp": moment,
        "Version": "2022-03-02",
    }
    parameters["Signature"] = signature(parameters, account.key)
    body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in parameters.items())
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return [HttpRequest(f"{account.url}/", body.encode(), headers)]


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per label. Raises ValueError unless the code is 200 and the level is known."""
    del question, options
    answer = decoded(bodies[0])
    if answer.get("Code") != 200:
        raise refuse("Aliyun", answer.get("Code"))
    judged = member(answer, "Data", dict)
    rows = _rows(judged, "RiskLevel", "Result", _kind)
    if judged.get("AttackLevel"):
        rows += _rows(judged, "AttackLevel", "AttackResult", lambda _: "jailbreak")
    sensitive = judged.get("SensitiveLevel") or _NOT_SENSITIVE
    if sensitive not in (_NOT_SENSITIVE, *_SENSITIVE):
        raise ValueError("the guard's answer has a level of sensitive data that is not known")
    if sensitive != _NOT_SENSITIVE:
        rows.append(row("controversial", _PERSONAL, severity=_SENSITIVE[sensitive]))
    return merged(rows)


def _rows(judged: Mapping[str, Any], level: str, results: str, kind: Any) -> list[Row]:
    said = member(judged, level, str).lower()
    labels = [str(one.get("Label", "")) for one in members(judged, results)]
    kinds = [kind(label) for label in labels if label and label not in _NOTHING]
    if said == _NO_LEVEL:
        if kinds:
            raise ValueError("the guard passes a text and gives a label against it")
        return []
    if said not in _LEVELS:
        raise ValueError("the guard's answer has a level that is not known")
    word, severity, score = _LEVELS[said]
    return [row(word, each, severity=severity, score=score) for each in kinds or [UNNAMED]]


def _kind(label: str) -> str:
    return next((kind for part, kind in _PARTS.items() if label.startswith(part)), UNNAMED)


_ALL = (*dict.fromkeys(_PARTS.values()), "jailbreak", _PERSONAL)
CONTRACT = HttpContract(requests, read, _ALL, 2_000)
