"""Models that look and listen behind OpenAI-compatible servers: moderation, vision, transcription.

Source: OpenAI's API reference for moderations, chat completions with images, and audio
transcriptions.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TypeVar

import aiohttp
import msgspec

from models.calls import HttpRequest
from models.http_link import HttpLink

LONGEST_ANSWER = 4 * 1024 * 1024
"""The most bytes of an answer: hours of speech, written down."""

_T = TypeVar("_T")


class _Result(msgspec.Struct):
    category_scores: dict[str, float]


class _Moderation(msgspec.Struct):
    results: list[_Result]


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class _Transcript(msgspec.Struct):
    text: str


class OpenAIMediaRuntime:
    """Asks ``model`` at ``base_url`` (with or without ``/v1``) about pictures and sounds, over a
    link. Every question raises what `HttpLink.send` does, and ValueError if the server answers with
    something else than was asked for. No message repeats any content.
    """

    def __init__(self, base_url: str, model: str, key: str = "", *, link: HttpLink) -> None:
        self.name = model
        self._root = base_url.rstrip("/").removesuffix("/v1")
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._link = link

    async def moderate(self, jpeg: bytes, *, deadline_s: float) -> dict[str, float]:
        """Return the scores of a picture by category, from 0 to 1."""
        asked = {"model": self.name, "input": [_picture_part(jpeg)]}
        answer = await self._ask("moderations", asked, deadline_s)
        results = _decoded(answer, _Moderation).results
        if len(results) != 1 or not results[0].category_scores:
            raise ValueError("the model's server answered without scores")
        return results[0].category_scores

    async def describe(self, jpeg: bytes, *, deadline_s: float) -> str:
        """Return what a vision model says about a picture that is shown to it alone."""
        messages = [{"role": "user", "content": [_picture_part(jpeg)]}]
        asked = {"model": self.name, "messages": messages, "temperature": 0, "max_tokens": 128}
        choices = _decoded(await self._ask("chat/completions", asked, deadline_s), _Completion)
        if not choices.choices:
            raise ValueError("the model's server answered without a choice")
        return choices.choices[0].message.content

    async def transcribe(self, content: bytes, file_name: str, *, deadline_s: float) -> str:
        """Return the words of a sound; the file's ending tells its format."""
        form = aiohttp.FormData()
        form.add_field("model", self.name)
        form.add_field("response_format", "json")
        form.add_field("file", content, filename=file_name, content_type="audio/*")
        upload = form()
        body, kind = await upload.as_bytes(), upload.content_type
        answer = await self._send("audio/transcriptions", body, kind, deadline_s)
        return _decoded(answer, _Transcript).text

    async def close(self) -> None:
        """Let go of connections."""
        await self._link.close()

    async def _ask(self, path: str, asked: Mapping[str, object], deadline_s: float) -> bytes:
        return await self._send(path, msgspec.json.encode(asked), "application/json", deadline_s)

    async def _send(self, path: str, body: bytes, kind: str, deadline_s: float) -> bytes:
        headers = {"content-type": kind, **self._headers}
        request = HttpRequest(f"{self._root}/v1/{path}", body, headers)
        (answer,) = await self._link.send([request], deadline_s=deadline_s)
        return answer


def _picture_part(jpeg: bytes) -> dict[str, object]:
    url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
    return {"type": "image_url", "image_url": {"url": url}}


def _decoded(answer: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("the model's server answered with something else") from None
