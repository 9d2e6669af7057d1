"""Contract: how one guard is asked, and how its answer is read. Pure functions, no I/O.

A chat contract speaks with a chat model, a service contract sends requests of its own form. Both
read strictly: anything but a clear answer is a ValueError, and its message never repeats the answer
or the question. What a guard calls harmful becomes rows of (category, severity, score), where a
category is ``guard.unsafe.KIND`` or ``guard.controversial.KIND`` (`gateway.nouns.guard_contract`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from filters.remote_guard.control_tokens import neutral
from gateway.nouns.errors import BadRequest
from gateway.nouns.guard_contract import KINDS
from gateway.ports.filter import Question
from gateway.wire import json
from models.calls import ChatAnswer, ChatTask, HttpRequest, Message

Row = tuple[str, int, float]
"""Category, severity (1 to 4) and score (0 to 1) of something found."""

UNNAMED = "unnamed"
_LEVELS = {"unsafe": (3, 0.9), "controversial": (2, 0.5)}
_UNSEEN = "(judged apart)"
"""Stands for the prompt of an answer: a question carries one text, and many contracts want two."""


class Account(NamedTuple):
    """Where a service is and who asks: ``url`` without a slash at its end, the secret ``key``, the
    ``key_id`` that goes with it, and the options of the policy."""

    url: str
    key: str = ""
    key_id: str = ""
    model: str = ""
    options: Mapping[str, str] = {}


class Stamp(NamedTuple):
    """When a request is signed (nanoseconds since 1970) and a word that is used once."""

    time_ns: int
    nonce: str


class ChatContract(NamedTuple):
    """``tasks`` turns a question into chats, ``read`` their answers into rows (see above)."""

    tasks: Callable[[Question, Mapping[str, str]], Sequence[ChatTask]]
    read: Callable[[Question, Sequence[ChatAnswer], Mapping[str, str]], list[Row]]
    kinds: tuple[str, ...]
    longest: int = 8000


class HttpContract(NamedTuple):
    """``requests`` turns a question into signed requests, ``read`` the bodies of their answers into
    rows. ``longest`` bounds the code points of one question, its context included."""

    requests: Callable[[Question, Account, Stamp], Sequence[HttpRequest]]
    read: Callable[[Question, Sequence[bytes], Mapping[str, str]], list[Row]]
    kinds: tuple[str, ...]
    longest: int


def row(level: str, kind: str, *, severity: int = 0, score: float = -1.0) -> Row:
    """Return a row; severity and score are those of the level unless they are given."""
    usual = _LEVELS[level]
    return f"guard.{level}.{kind}", severity or usual[0], usual[1] if score < 0 else score


def merged(rows: Iterable[Row]) -> list[Row]:
    """Return one row per category, with the gravest severity and the highest score."""
    best: dict[str, Row] = {}
    for category, severity, score in rows:
        _, old_severity, old_score = best.get(category, ("", 0, 0.0))
        best[category] = (category, max(severity, old_severity), max(score, old_score))
    return list(best.values())


def categories(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return every category that a contract of these kinds may find."""
    named = tuple(dict.fromkeys((*kinds, UNNAMED)))
    unknown = [kind for kind in named if kind not in KINDS]
    if unknown:
        raise ValueError(f"no such kind of harm: {unknown[0]}")
    return tuple(f"guard.{level}.{kind}" for level in _LEVELS for kind in named)


def chat(question: Question) -> list[Message]:
    """Return a question as most guard models take it: the last message is the judged one."""
    judged = neutral(question.text)
    if question.role == "assistant":
        return [
            {"role": "user", "content": _UNSEEN},
            {"role": "assistant", "content": judged},
        ]
    return [{"role": "user", "content": judged}]


def only(answers: Sequence[ChatAnswer]) -> str:
    """Return the text of the one answer that there is."""
    (answer,) = answers
    return answer.text


def decoded(body: bytes) -> dict[str, Any]:
    """Return a service's answer. Raises ValueError if it is not a JSON object, or says something
    twice."""
    try:
        value = json.loads(body, strict=True)
    except BadRequest:
        raise ValueError("the guard's answer is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("the guard's answer is not an object")
    return value


def member(value: Mapping[str, Any], name: str, kind: type) -> Any:
    """Return a member of an answer. Raises ValueError if it is missing or of another kind."""
    found = value.get(name)
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise ValueError(f"the guard's answer has no proper `{name}`")
    return found


def members(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of a list in an answer; none if there is no list. Raises ValueError if it
    is something else."""
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(f"the guard's answer has no proper `{name}`")
    return found


def refuse(who: str, code: object) -> ValueError:
    """Return the error of a service that did not judge; only a plain code is repeated."""
    said = str(code)
    plain = said if re.fullmatch(r"[A-Za-z0-9_.\-]{1,64}", said) else "of an odd form"
    return ValueError(f"{who} did not judge the text: code {plain}")


def json_body(value: object) -> bytes:
    """Return a request's body."""
    return msgspec.json.encode(value)
