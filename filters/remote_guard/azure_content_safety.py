"""Azure AI Content Safety: severity 0, 2, 4 or 6 for four categories, and prompt shields.

Source: Azure AI Content Safety REST API, version 2024-09-01, ``text:analyze`` (at most 10,000
characters) and ``text:shieldPrompt``. Severity 2 is controversial, 4 and 6 are unsafe. With the
option ``shield`` (``on``) texts of users are also sent to the prompt shield.
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
    row,
)
from gateway.ports.filter import Question
from models.calls import HttpRequest

_VERSION = "2024-09-01"
_KINDS = {
    "Hate": "hate",
    "SelfHarm": "self_harm",
    "Sexual": "sexual_content",
    "Violence": "violent",
}
_SEVERITIES = {2: ("controversial", 2, 0.4), 4: ("unsafe", 3, 0.7), 6: ("unsafe", 4, 0.95)}
_ON = "on"


def requests(question: Question, account: Account, stamp: Stamp) -> list[HttpRequest]:
    """Return one request, or two with the shield."""
    del stamp
    analysed = {"text": question.text, "categories": list(_KINDS), "haltOnBlocklistHit": False,
                "outputType": "FourSeverityLevels"}  # fmt: skip
    asked = [_request(account, "text:analyze", analysed)]
    if _shielded(question, account.options):
        shielded = {"userPrompt": question.text, "documents": []}
        asked.append(_request(account, "text:shieldPrompt", shielded))
    return asked


def _shielded(question: Question, options: Mapping[str, str]) -> bool:
    return options.get("shield") == _ON and question.role == "user"


def _request(account: Account, path: str, body: object) -> HttpRequest:
    url = f"{account.url}/contentsafety/{path}?api-version={_VERSION}"
    headers = {"content-type": "application/json", "ocp-apim-subscription-key": account.key}
    return HttpRequest(url, json_body(body), headers)


def read(question: Question, bodies: Sequence[bytes], options: Mapping[str, str]) -> list[Row]:
    """Return a row per category with a severity. Raises ValueError unless all four are there, each
    once with a severity that exists."""
    analysis = decoded(bodies[0])
    judged = members(analysis, "categoriesAnalysis")
    levels = {member(one, "category", str): member(one, "severity", int) for one in judged}
    if len(judged) != len(_KINDS) or set(levels) != set(_KINDS):
        raise ValueError("the guard's answer has other categories")
    if not set(levels.values()) <= {0, *_SEVERITIES}:
        raise ValueError("the guard's answer has other severities")
    rows = []
    for name, level in levels.items():
        if level:
            word, severity, score = _SEVERITIES[level]
            rows.append(row(word, _KINDS[name], severity=severity, score=score))
    if analysis.get("blocklistsMatch"):
        rows.append(row("unsafe", "custom"))
    if _shielded(question, options):
        shield = member(decoded(bodies[1]), "userPromptAnalysis", dict)
        if member(shield, "attackDetected", bool):
            rows.append(row("unsafe", "jailbreak"))
    return rows


CONTRACT = HttpContract(requests, read, (*_KINDS.values(), "custom", "jailbreak", UNNAMED), 10_000)
