"""A link to one server over HTTP: calls with a deadline, a bound on calls at once, a breaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import aiohttp

from models.calls import HttpRequest, NotReached
from models.circuit_breaker import CircuitBreaker

_TROUBLE = frozenset({408, 425, 429})
"""Statuses below 500 that say "not now" and nothing about the request."""


class HttpLink:
    """Sends requests to one server; an HttpSender.

    ``concurrent`` bounds the calls in flight; waiting for a place counts against the deadline.
    ``longest`` bounds an answer, in bytes. ``clock`` returns monotonic seconds. Use it from one
    event loop, and `close` it there.
    """

    def __init__(
        self,
        *,
        concurrent: int = 16,
        longest: int = 256 * 1024,
        failures: int = 5,
        pause_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = asyncio.Semaphore(concurrent)
        self._concurrent = concurrent
        self._longest = longest
        self._breaker = CircuitBreaker(failures, pause_s, clock)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, requests: Sequence[HttpRequest], *, deadline_s: float) -> list[bytes]:
        """Send the requests side by side and return the bodies of their answers, all of status 200.

        Raises TimeoutError after ``deadline_s`` seconds, NotReached if the server cannot be reached
        or failed too often of late, another ConnectionError if it says that it cannot serve now or
        breaks off, and ValueError if it answers with another status or without end. No message
        repeats any text.
        """
        if not self._breaker.admit():
            raise NotReached("the model's server failed repeatedly; it is tried again later")
        asked = asyncio.Event()
        calls = [asyncio.ensure_future(self._post(each, asked)) for each in requests]
        try:
            async with asyncio.timeout(deadline_s):
                answers = await asyncio.gather(*calls)
        except TimeoutError:
            if asked.is_set():  # a queue of our own says nothing about the server
                self._breaker.failed()
            raise TimeoutError("the model did not answer before the deadline") from None
        except (aiohttp.ClientError, ConnectionError, OSError) as error:
            self._breaker.failed()
            unreached = isinstance(error, aiohttp.ClientConnectorError)
            lost, kind = NotReached if unreached else ConnectionError, type(error).__name__
            raise lost(f"the model's server cannot be used: {kind}") from None
        finally:
            for call in calls:
                call.cancel()
        self._breaker.worked()
        return [_body(*answer) for answer in answers]

    async def close(self) -> None:
        """Let go of connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, request: HttpRequest, asked: asyncio.Event) -> tuple[int, bytes]:
        async with self._places:
            asked.set()
            try:
                return await self._ask(request)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if isinstance(error, aiohttp.ClientConnectorError):
                    raise
                # It gave a kept connection up as the question came. Asking changes nothing there.
                return await self._ask(request)

    async def _ask(self, request: HttpRequest) -> tuple[int, bytes]:
        async with self._open_session().post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            if response.status >= 500 or response.status in _TROUBLE:
                raise ConnectionError
            return response.status, await self._bounded(response)

    async def _bounded(self, response: aiohttp.ClientResponse) -> bytes:
        """Return an answer's body, or nothing if it is too long to be one."""
        data = b""
        async for piece in response.content.iter_any():
            data += piece
            if len(data) > self._longest:
                return b""
        return data

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._concurrent),
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _body(status: int, data: bytes) -> bytes:
    if status != 200:
        raise ValueError(f"the model's server answered with status {status}")
    return data
