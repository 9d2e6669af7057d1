"""Llama Guard 3 and 4: ``safe``, or ``unsafe`` and a line of hazard codes of MLCommons.

Source: model cards of meta-llama/Llama-Guard-3-8B and Llama-Guard-4-12B. The server's chat template
adds the categories and asks about the last message. It knows no Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import UNNAMED, ChatContract, Row, chat, only, row
from gateway.ports.filter import Question
from models.calls import ChatAnswer, ChatTask

_CODES = re.compile(r"S\d{1,2}(?:[ \t]*,[ \t]*S\d{1,2})*")
_KINDS = {
    "S1": "violent", "S2": "non_violent_illegal_acts", "S3": "sex_crimes",
    "S4": "child_exploitation", "S5": "defamation", "S6": "specialized_advice",
    "S7": "personal_information", "S8": "copyright", "S9": "weapons", "S10": "hate",
    "S11": "self_harm", "S12": "sexual_content", "S13": "elections", "S14": "code_abuse",
}  # fmt: skip
_GRAVE = {"S4": 4, "S9": 4}


def tasks(question: Question, options: Mapping[str, str]) -> list[ChatTask]:
    """Return the one chat: plain messages."""
    del options
    return [ChatTask(chat(question), max_tokens=64)]


def read(
    question: Question, answers: Sequence[ChatAnswer], options: Mapping[str, str]
) -> list[Row]:
    """Return a row per hazard. Raises ValueError unless the first line is one of the two words and
    the second, if there is one, holds codes."""
    del question, options
    lines = [line.strip() for line in only(answers).strip().splitlines() if line.strip()]
    if lines == ["safe"]:
        return []
    if not lines or lines[0] != "unsafe" or len(lines) > 2:
        raise ValueError("the guard model's answer is neither safe nor unsafe")
    if len(lines) == 1:
        return [row("unsafe", UNNAMED)]
    if not _CODES.fullmatch(lines[1]):
        raise ValueError("the guard model's second line holds no hazard codes")
    codes = [code.strip() for code in lines[1].split(",")]
    found = {_KINDS.get(code, UNNAMED): _GRAVE.get(code, 3) for code in codes}
    return [row("unsafe", kind, severity=severity) for kind, severity in found.items()]


CONTRACT = ChatContract(tasks, read, tuple(_KINDS.values()))
