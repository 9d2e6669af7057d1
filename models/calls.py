"""Calls: what a runtime is asked and answers. Values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class NotReached(ConnectionError):
    """Nobody was asked: there was no connection, or none was tried."""


Message = dict[str, str]
"""One turn of a chat: ``role`` and ``content``."""


class ChatTask(NamedTuple):
    """One chat to complete at temperature 0.

    ``template`` are arguments of the model's chat template, ``extra`` further members of the body
    (``reasoning_effort``). ``first``: the odds of the answer's first token are wanted too.
    """

    messages: list[Message]
    max_tokens: int = 128
    template: Mapping[str, Any] = {}
    extra: Mapping[str, Any] = {}
    first: bool = False


class ChatAnswer(NamedTuple):
    """What a model said. ``first`` are the likeliest first tokens with their probability (empty:
    not told); ``tokens`` is what was read and written (0: not told)."""

    text: str
    first: Mapping[str, float] = {}
    tokens: int = 0


class HttpRequest(NamedTuple):
    """A POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]
