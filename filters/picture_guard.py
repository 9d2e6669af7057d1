"""Picture guard: asks a model elsewhere what a picture shows, in the words of its own contract.

``openai_moderation``: the moderations endpoint with an image, scores by category.
``llama_guard``: a vision guard as a chat model that says ``safe``, or ``unsafe`` and below it the
hazards of MLCommons' taxonomy (S1 to S14).
"""

from __future__ import annotations

import re

from gateway.nouns.finding import Finding
from gateway.nouns.policy import PictureJudgeUse
from gateway.ports.runtime import MediaRuntime

_GRAVE = 0.8
_SCORED = {
    "sexual": "sexual",
    "sexual/minors": "minors",
    "violence": "violence",
    "violence/graphic": "graphic",
    "self-harm": "self_harm",
    "self-harm/intent": "self_harm",
    "self-harm/instructions": "self_harm",
    "hate": "hate",
    "hate/threatening": "hate",
    "harassment": "harassment",
    "harassment/threatening": "harassment",
    "illicit": "illicit",
    "illicit/violent": "illicit",
}
_HAZARDS = {
    "S1": "violence", "S2": "illicit", "S3": "sexual", "S4": "minors", "S9": "weapons",
    "S10": "hate", "S11": "self_harm", "S12": "sexual",
}  # fmt: skip
_OTHER = "other"
_MINORS = "minors"
_VERDICT = re.compile(r"(safe|unsafe)(?:\s+(S\d{1,2}(?:\s*,\s*S\d{1,2})*))?", re.IGNORECASE)

PICTURE_CATEGORIES = tuple(
    f"picture.{kind}" for kind in dict.fromkeys((*_SCORED.values(), *_HAZARDS.values(), _OTHER))
)
"""Everything that a judge of pictures may find."""


class PictureGuard:
    """A PictureJudge. ``use`` is as in the policy."""

    categories = PICTURE_CATEGORIES

    def __init__(self, use: PictureJudgeUse, runtime: MediaRuntime) -> None:
        self.name = use.name
        self._use = use
        self._runtime = runtime

    async def look(self, jpeg: bytes) -> tuple[Finding, ...]:
        """Return what is found; see `gateway.ports.media.PictureJudge`."""
        if self._use.contract == "llama_guard":
            said = await self._runtime.describe(jpeg, deadline_s=self._use.deadline_s)
            found = read_llama_guard(said)
        else:
            scores = await self._runtime.moderate(jpeg, deadline_s=self._use.deadline_s)
            found = read_scores(dict(scores), self._use.at_least)
        return tuple(
            Finding(f"picture.{kind}", severity, score, 0, 0, self.name, kind)
            for kind, severity, score in found
        )


def read_scores(scores: dict[str, float], at_least: float) -> list[tuple[str, int, float]]:
    """Return kind, severity and score of everything that has at least this score.

    Raises ValueError if a score is none, or nothing is found and no category is one of the
    contract.
    """
    found: dict[str, float] = {}
    for name, score in scores.items():
        kind = _SCORED.get(name, _OTHER)
        if score >= at_least:
            found[kind] = max(score, found.get(kind, 0.0))
    known = found or scores.keys() & _SCORED.keys()
    if not known or not all(0 <= each <= 1 for each in scores.values()):
        raise ValueError("the model's scores are not those of the contract")
    return [(kind, _severity(kind, score), score) for kind, score in found.items()]


def read_llama_guard(answer: str) -> list[tuple[str, int, float]]:
    """Return kind, severity and score of the hazards that were named.

    Raises ValueError if the answer is not one of the contract.
    """
    verdict = _VERDICT.fullmatch(answer.strip())
    if verdict is None or (verdict[1].lower() == "safe" and verdict[2]):
        raise ValueError("the model's answer is neither safe nor unsafe")
    if verdict[1].lower() == "safe":
        return []
    named = [word.strip().upper() for word in (verdict[2] or "").split(",")]
    kinds = dict.fromkeys(_HAZARDS.get(word, _OTHER) for word in named)
    return [(kind, _severity(kind, 0.9), 0.9) for kind in kinds]


def _severity(kind: str, score: float) -> int:
    if kind == _MINORS:
        return 4
    return 3 if score >= _GRAVE else 2
