"""NemoGuard and Nemotron Safety Guard: a JSON object with a rating per side and categories.

Source: model cards of nvidia/llama-3.1-nemoguard-8b-content-safety and of the Safety Guard versions
2 and 3; the server's template adds the taxonomy (that of Aegis 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import (
    UNNAMED,
    ChatContract,
    Row,
    chat,
    decoded,
    member,
    only,
    row,
)
from gateway.ports.filter import Question
from models.calls import ChatAnswer, ChatTask

_RATINGS = {"user": "User Safety", "assistant": "Response Safety"}
_KINDS = {
    "violence": "violent",
    "sexual": "sexual_content",
    "criminal planning/confessions": "non_violent_illegal_acts",
    "guns and illegal weapons": "weapons",
    "controlled/regulated substances": "drugs",
    "suicide and self harm": "self_harm",
    "sexual (minor)": "child_exploitation",
    "hate/identity hate": "hate",
    "pii/privacy": "personal_information",
    "harassment": "harassment",
    "threat": "violent",
    "profanity": "profanity",
    "needs caution": UNNAMED,
    "other": UNNAMED,
    "manipulation": "unethical_acts",
    "fraud/deception": "fraud",
    "malware": "malware",
    "high risk gov decision making": "specialized_advice",
    "political/misinformation/conspiracy": "misinformation",
    "copyright/trademark/plagiarism": "copyright",
    "unauthorized advice": "specialized_advice",
    "illegal activity": "non_violent_illegal_acts",
    "immoral/unethical": "unethical_acts",
}
_CAUTION = "needs caution"


def tasks(question: Question, options: Mapping[str, str]) -> list[ChatTask]:
    """Return the one chat: plain messages."""
    del options
    return [ChatTask(chat(question), max_tokens=100)]


def read(
    question: Question, answers: Sequence[ChatAnswer], options: Mapping[str, str]
) -> list[Row]:
    """Return a row per category of an unsafe text; a category that only asks for caution is
    controversial. Raises ValueError unless every rating is one of two words, that of the judged
    side among them, and if categories are named although every rating is safe."""
    del options
    verdict = decoded(only(answers).strip().encode(errors="replace"))
    ratings = {
        key: member(verdict, key, str).strip().lower()
        for key in _RATINGS.values()
        if key in verdict or key == _RATINGS[question.role]
    }
    if not set(ratings.values()) <= {"safe", "unsafe"}:
        raise ValueError("the guard model's rating is neither safe nor unsafe")
    said = str(verdict.get("Safety Categories") or "")
    names = [name.strip().lower() for name in said.split(",")]
    named = [name for name in names if name] or ["other"]
    if ratings[_RATINGS[question.role]] == "safe":
        if any(names) and "unsafe" not in ratings.values():
            raise ValueError("the guard model calls a text safe and names a category")
        return []
    if named == [_CAUTION]:
        return [row("controversial", UNNAMED)]
    kinds = dict.fromkeys(_KINDS.get(name, UNNAMED) for name in named if name != _CAUTION)
    return [
        row("unsafe", kind, severity=4 if kind == "child_exploitation" else 0) for kind in kinds
    ]


CONTRACT = ChatContract(tasks, read, tuple(dict.fromkeys(_KINDS.values())))
