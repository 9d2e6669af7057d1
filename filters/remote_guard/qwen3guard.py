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

_SAFETY = re.compile(r"^[ \t]*Safety:[ \t]*(Safe|Unsafe|Controversial)[ \t]*$", re.MULTILINE)
_CATEGORIES = re.compile(r"^[ \t]*Categories:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
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

    Raises ValueError if the answer has no ``Safety:`` line, or more than one, or calls a text safe
    and names a category.
    """
    del question, options
    answer = only(answers)
    levels = _SAFETY.findall(answer)
    if len(levels) != 1:
        raise ValueError("the guard model's answer has no single Safety line")
    line = _CATEGORIES.search(answer)
    said = [name.strip() for name in line[1].split(",")] if line else []
    named = [name for name in said if name and name != "None"]
    if levels[0] == "Safe":
        if named:
            raise ValueError("the guard model calls a text safe and names a category")
        return []
    kinds = dict.fromkeys(_KINDS.get(name, UNNAMED) for name in named) or {UNNAMED: None}
    return [row(_LEVELS[levels[0]], kind) for kind in kinds]


CONTRACT = ChatContract(tasks, read, tuple(dict.fromkeys(_KINDS.values())))
