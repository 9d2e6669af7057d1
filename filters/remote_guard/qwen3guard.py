"""Qwen3Guard-Gen: three levels, safe, controversial and unsafe, with categories.

Source: model card of Qwen/Qwen3Guard-Gen; technical report, arXiv 2510.14276. The server's chat
template adds the policy. ``Violent`` is part of ``Non-violent Illegal Acts`` for whoever ignores
case, so names are compared exactly and only on the ``Categories:`` line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import UNNAMED, ChatContract, Row, chat, only, row
from gateway.ports.filter import Question
from models.calls import ChatAnswer, ChatTask

_ANSWER = re.compile(
    r"(?:<think>\s*</think>)?\s*Safety:[ \t]*(Safe|Unsafe|Controversial)"
    r"(?:\s*\n[ \t]*Categories:[ \t]*(\S[^\n]*))?(?:\s*\n[ \t]*Refusal:[ \t]*(?:Yes|No))?"
)
_LEVELS = {"Unsafe": "unsafe", "Controversial": "controversial"}
_KINDS = {
    "Violent": "violent",
    "Non-violent Illegal Acts": "non_violent_illegal_acts",
    "Sexual Content or Sexual Acts": "sexual_content",
    "PII": "personal_information",
    "Personally Identifiable Information": "personal_information",
    "Suicide & Self-Harm": "self_harm",
    "Unethical Acts": "unethical_acts",
    "Politically Sensitive Topics": "politically_sensitive",
    "Copyright Violation": "copyright",
    "Jailbreak": "jailbreak",
}


def tasks(question: Question, options: Mapping[str, str]) -> list[ChatTask]:
    """Return the one chat: plain messages."""
    del options
    return [ChatTask(chat(question))]


def read(
    question: Question, answers: Sequence[ChatAnswer], options: Mapping[str, str]
) -> list[Row]:
    """Return what the model said; nothing if it said "Safe".

    Raises ValueError if the answer is anything but a ``Safety:`` line and perhaps a line of
    categories and one of refusal, or calls a text safe and names a category.
    """
    del question, options
    answer = _ANSWER.fullmatch(only(answers).strip())
    if answer is None:
        raise ValueError("the guard model's answer has no Safety line, or more beside it")
    level, line = answer.groups(default="")
    named = [name for each in line.split(",") if (name := each.strip()) and name != "None"]
    if level == "Safe":
        if named:
            raise ValueError("the guard model calls a text safe and names a category")
        return []
    kinds = dict.fromkeys(_KINDS.get(name, UNNAMED) for name in named) or {UNNAMED: None}
    return [row(_LEVELS[level], kind) for kind in kinds]


CONTRACT = ChatContract(tasks, read, tuple(dict.fromkeys(_KINDS.values())))
