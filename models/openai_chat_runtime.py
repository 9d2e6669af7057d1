"""A chat model behind an OpenAI-compatible server, asked with a deadline and given up on in time.

When several calls in a row fail, the breaker opens: for a while every call fails at once instead of
waiting for a server that is down. After that one call may try; if it works, the breaker closes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
import msgspec

_LONGEST_ANSWER = 256 * 1024
_TROUBLE = frozenset({408, 425, 429})
"""Statuses below 500 that say "not now" and nothing about the request."""


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class CircuitBreaker:
    """Counts failures in a row; opens after ``failures`` of them for ``pause_s`` seconds."""

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failed = 0
        self._open_until_s = 0.0

    def admit(self) -> bool:
        """True if a call may be made now. When a pause ends, one call is let through and the pause
        begins anew until that call has worked."""
        if self._failed < self._limit:
            return True
        now_s = self._clock()
        if now_s < self._open_until_s:
            return False
        self._open_until_s = now_s + self._pause_s
        return True

    def worked(self) -> None:
        """Note a call that was answered."""
        self._failed = 0

    def failed(self) -> None:
        """Note a call that was not answered."""
        self._failed += 1
        if self._failed >= self._limit:
            self._open_until_s = self._clock() + self._pause_s


class OpenAIChatRuntime:
    """Asks ``model`` at ``base_url`` (with or without ``/v1``); a ChatRuntime.

    ``concurrent`` bounds the calls in flight; waiting for a place counts against the deadline.
    ``clock`` returns monotonic seconds. Use it from one event loop, and `close` it there.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str = "",
        *,
        concurrent: int = 16,
        max_tokens: int = 128,
        failures: int = 5,
        pause_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        root = base_url.rstrip("/").removesuffix("/v1")
        self.name = model
        self._url = f"{root}/v1/chat/completions"
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._max_tokens = max_tokens
        self._places = asyncio.Semaphore(concurrent)
        self._concurrent = concurrent
        self._breaker = CircuitBreaker(failures, pause_s, clock)
        self._session: aiohttp.ClientSession | None = None

    async def complete(self, messages: list[dict[str, str]], *, deadline_s: float) -> str:
        """Return the model's answer to the messages, sampled at temperature 0.

        Raises TimeoutError after ``deadline_s`` seconds, ConnectionError if the server cannot be
        reached, says that it cannot serve now, or failed too often of late, and ValueError if it
        answers with something that is not a completion. No message repeats any text.
        """
        if not self._breaker.admit():
            raise ConnectionError("the model's server failed repeatedly; it is tried again later")
        asked = False
        try:
            async with asyncio.timeout(deadline_s), self._places:
                asked = True
                answer = await self._post(messages)
        except TimeoutError:
            if asked:  # a queue of our own says nothing about the server
                self._breaker.failed()
            raise TimeoutError("the model did not answer before the deadline") from None
        except (aiohttp.ClientError, ConnectionError, OSError) as error:
            self._breaker.failed()
            kind = type(error).__name__
            raise ConnectionError(f"the model's server cannot be used: {kind}") from None
        self._breaker.worked()
        return _read_completion(*answer)

    async def close(self) -> None:
        """Let go of connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, messages: list[dict[str, str]]) -> tuple[int, bytes]:
        body = msgspec.json.encode(
            {
                "model": self.name,
                "messages": messages,
                "temperature": 0,
                "max_tokens": self._max_tokens,
                "stream": False,
            }
        )
        headers = {"content-type": "application/json", **self._headers}
        async with self._open_session().post(
            self._url, data=body, headers=headers, allow_redirects=False
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
                connector=aiohttp.TCPConnector(limit=self._concurrent),
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _read_completion(status: int, data: bytes) -> str:
    if status != 200:
        raise ValueError(f"the model's server answered with status {status}")
    try:
        choices = msgspec.json.decode(data, type=_Completion).choices
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("the model's server answered with something else") from None
    if not choices:
        raise ValueError("the model's server answered without a choice")
    return choices[0].message.content
