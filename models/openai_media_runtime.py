"""Models that look and listen behind OpenAI-compatible servers: moderation, vision, transcription.

Source: OpenAI's API reference for moderations, chat completions with images, and audio
transcriptions. Several failures in a row open a breaker, see `models.circuit_breaker`.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import aiohttp
import msgspec

from models.circuit_breaker import CircuitBreaker

_LONGEST_ANSWER = 4 * 1024 * 1024
_TROUBLE = frozenset({408, 425, 429})
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
    """Asks ``model`` at ``base_url`` (with or without ``/v1``) about pictures and sounds.

    ``concurrent`` bounds the calls in flight; waiting for a place counts against the deadline. Use
    it from one event loop, and `close` it there. Every question raises TimeoutError after its
    deadline, ConnectionError if the server cannot be used, and ValueError if it answers with
    something else than was asked for. No message repeats any content.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str = "",
        *,
        concurrent: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = model
        self._root = base_url.rstrip("/").removesuffix("/v1")
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._places = asyncio.Semaphore(concurrent)
        self._breaker = CircuitBreaker(5, 10.0, clock)
        self._session: aiohttp.ClientSession | None = None

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
        return _decoded(await self._ask("audio/transcriptions", form, deadline_s), _Transcript).text

    async def close(self) -> None:
        """Let go of connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _ask(
        self, path: str, asked: Mapping[str, object] | aiohttp.FormData, deadline_s: float
    ) -> tuple[int, bytes]:
        if not self._breaker.admit():
            raise ConnectionError("the model's server failed repeatedly; it is tried again later")
        placed = False
        try:
            async with asyncio.timeout(deadline_s), self._places:
                placed = True
                answer = await self._post(path, asked)
        except TimeoutError:
            if placed:  # a queue of our own says nothing about the server
                self._breaker.failed()
            raise TimeoutError("the model did not answer before the deadline") from None
        except (aiohttp.ClientError, ConnectionError, OSError) as error:
            self._breaker.failed()
            kind = type(error).__name__
            raise ConnectionError(f"the model's server cannot be used: {kind}") from None
        self._breaker.worked()
        return answer

    async def _post(
        self, path: str, asked: Mapping[str, object] | aiohttp.FormData
    ) -> tuple[int, bytes]:
        form = isinstance(asked, aiohttp.FormData)
        headers = self._headers if form else {"content-type": "application/json", **self._headers}
        body = asked if form else msgspec.json.encode(asked)
        async with self._open_session().post(
            f"{self._root}/v1/{path}", data=body, headers=headers, allow_redirects=False
        ) as response:
            if response.status >= 500 or response.status in _TROUBLE:
                raise ConnectionError
            data = b""
            async for piece in response.content.iter_any():
                data += piece
                if len(data) > _LONGEST_ANSWER:
                    return response.status, b""
            return response.status, data

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def _picture_part(jpeg: bytes) -> dict[str, object]:
    url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
    return {"type": "image_url", "image_url": {"url": url}}


def _decoded(answer: tuple[int, bytes], kind: type[_T]) -> _T:
    status, data = answer
    if status != 200:
        raise ValueError(f"the model's server answered with status {status}")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("the model's server answered with something else") from None
