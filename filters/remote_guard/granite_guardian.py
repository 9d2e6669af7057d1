"""Granite Guardian 3.0 to 3.3: one risk per chat; the answer says whether it is there.

Source: model cards of ibm-granite/granite-guardian. The chat template takes the risk as
``guardian_config``. Up to 3.2 the answer is Yes or No, perhaps with a ``<confidence>``; 3.3 thinks
and gives a ``<score>``. English. Version 4 has another form and is not understood here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import ChatContract, Row, chat, row
from gateway.ports.filter import Question
from models.calls import ChatAnswer, ChatTask

_KINDS = {
    "harm": "harm",
    "social_bias": "hate",
    "jailbreak": "jailbreak",
    "violence": "violent",
    "profanity": "profanity",
    "sexual_content": "sexual_content",
    "unethical_behavior": "unethical_acts",
}
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_SCORE = re.compile(r"<score>\s*(yes|no)\s*</score>()", re.IGNORECASE)
_WORD = re.compile(r"(yes|no)\s*(?:<confidence>\s*(high|low)\s*</confidence>)?", re.IGNORECASE)
_SCORES = {"high": 0.9, "low": 0.6, "": 0.9}


def tasks(question: Question, options: Mapping[str, str]) -> list[ChatTask]:
    """Return one chat per risk of the option ``risks`` (comma-separated; ``harm``).

    Raises ValueError for a risk that the model has not.
    """
    return [
        ChatTask(chat(question), max_tokens=512, template={"guardian_config": {"risk_name": risk}})
        for risk in _risks(options)
    ]


def read(
    question: Question, answers: Sequence[ChatAnswer], options: Mapping[str, str]
) -> list[Row]:
    """Return a row per risk that is there. Raises ValueError unless every answer says yes or no."""
    del question
    found = zip(_risks(options), (_verdict(one.text) for one in answers), strict=True)
    return [row("unsafe", _KINDS[risk], score=score) for risk, score in found if score > 0.0]


def _risks(options: Mapping[str, str]) -> list[str]:
    risks = [risk.strip() for risk in options.get("risks", "harm").split(",")]
    for risk in risks:
        if risk not in _KINDS:
            raise ValueError(f"unknown risk {risk!r}; known: {', '.join(_KINDS)}")
    return risks


def _verdict(answer: str) -> float:
    """Return 0 for no and a score for yes."""
    said = _THOUGHT.sub("", answer).strip()
    word = _SCORE.fullmatch(said) or _WORD.fullmatch(said)
    if word is None:
        raise ValueError("the guard model's answer is neither yes nor no")
    return _SCORES[(word[2] or "").lower()] if word[1].lower() == "yes" else 0.0


CONTRACT = ChatContract(tasks, read, tuple(_KINDS.values()))
