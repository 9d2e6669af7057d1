"""A chat model behind an OpenAI-compatible server."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from models.calls import ChatAnswer, ChatTask, HttpRequest
from models.http_link import HttpLink

_MOST_FIRST = 10
"""How many of the likeliest first tokens are asked for."""


class _Message(msgspec.Struct):
    content: str


class _Token(msgspec.Struct):
    token: str
    logprob: float


class _Place(msgspec.Struct):
    top_logprobs: list[_Token] = []


class _Logprobs(msgspec.Struct):
    content: list[_Place] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct):
    total_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class OpenAIChatRuntime:
    """Asks ``model`` at ``base_url`` (with or without ``/v1``) over a link; a ChatRuntime."""

    def __init__(self, base_url: str, model: str, key: str = "", *, link: HttpLink) -> None:
        root = base_url.rstrip("/").removesuffix("/v1")
        self.name = model
        self._url = f"{root}/v1/chat/completions"
        self._headers = {"content-type": "application/json"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._link = link

    async def complete(self, tasks: Sequence[ChatTask], *, deadline_s: float) -> list[ChatAnswer]:
        """Return the model's answers, in order.

        Raises what `HttpLink.send` does, and ValueError if an answer is not a completion.
        """
        requests = [
            HttpRequest(self._url, msgspec.json.encode(self._body(task)), self._headers)
            for task in tasks
        ]
        return [_read(data) for data in await self._link.send(requests, deadline_s=deadline_s)]

    async def close(self) -> None:
        """Let go of connections."""
        await self._link.close()

    def _body(self, task: ChatTask) -> Mapping[str, Any]:
        body = {
            "model": self.name,
            "messages": task.messages,
            "temperature": 0,
            "max_tokens": task.max_tokens,
            "stream": False,
            **task.extra,
        }
        if task.template:
            body["chat_template_kwargs"] = dict(task.template)
        if task.first:
            body |= {"logprobs": True, "top_logprobs": _MOST_FIRST}
        return body


def _read(data: bytes) -> ChatAnswer:
    try:
        completion = msgspec.json.decode(data, type=_Completion)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("the model's server answered with something else") from None
    if not completion.choices:
        raise ValueError("the model's server answered without a choice")
    choice = completion.choices[0]
    places = (choice.logprobs.content if choice.logprobs else None) or []
    first = (
        {one.token: math.exp(min(one.logprob, 0.0)) for one in places[0].top_logprobs}
        if places
        else {}
    )
    tokens = (completion.usage.total_tokens if completion.usage else None) or 0
    return ChatAnswer(choice.message.content, first, tokens)
