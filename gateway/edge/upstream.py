"""The model API behind: one connection pool per worker, and what can go wrong on the way to it.

Deadlines other than the connect's are the exchange's own (see `watch`). Nothing is ever asked twice
once a byte of the request may have gone up; no redirect is followed, no cookie kept, no netrc read.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from http.cookies import BaseCookie, SimpleCookie
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from gateway.config.settings import Limits, UpstreamSettings
from gateway.edge.routes import Target
from gateway.nouns.errors import (
    ConfigError,
    SealgateError,
    UpstreamBroken,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from gateway.wire.encodings import BadEncoding, Decompressor

FAILURES = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What the client library raises when an upstream fails; `upstream_error` translates."""

_VERSIONED = re.compile(r"v\d+[a-z]*\d*")
_RETRY_PAUSE_S = 0.05
_POOL_KEEP_S = 30.0
_NO_COOKIES: BaseCookie[str] = SimpleCookie()
_HEADER_LINE = 64 * 1024
_ONE_WRITE = 256 * 1024


def upstream_error(failure: BaseException) -> SealgateError:
    """Return what a failure of the client library means in our tree; no text of the peer's."""
    if isinstance(failure, aiohttp.ConnectionTimeoutError):
        return UpstreamTimeout("No connection was made in time (upstream.connect_s).")
    if isinstance(failure, aiohttp.ClientConnectorCertificateError):
        return UpstreamUnreachable("Its TLS certificate is not accepted (upstream.ca_file).")
    if isinstance(failure, aiohttp.ClientSSLError):
        return UpstreamUnreachable("It does not speak TLS there: is it http? (upstream.url)")
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return UpstreamUnreachable("Its host name is not known (upstream.url).")
    if isinstance(failure, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError):
        return UpstreamUnreachable("It refuses the connection (upstream.url, proxy settings).")
    if isinstance(failure, asyncio.TimeoutError):
        return UpstreamTimeout()
    return UpstreamBroken("The connection broke.")


class UpstreamAnswer:
    """An answer that began: status and headers are here, the body is read as it comes."""

    def __init__(self, response: aiohttp.ClientResponse, limits: Limits) -> None:
        self._response = response
        self.status = response.status
        self.headers = tuple((name.lower(), value) for name, value in response.raw_headers)
        self.content_type = response.headers.get("content-type", "")
        self.read: Callable[[], Awaitable[bytes]] = response.content.readany
        """Return the next bytes as they came, b"" at the end. Raises one of `FAILURES`."""
        encoding = response.headers.get("content-encoding", "")
        if encoding:
            self._decode(encoding, limits.decompression_ratio)

    def _decode(self, encoding: str, ratio: int) -> None:
        """Read through a decoder: identity was asked for, and something else came."""
        raw = self._response.content.readany
        with _broken_if_bad():
            decoder = Decompressor(encoding, ratio=ratio)
        if decoder.identity:
            return

        async def read() -> bytes:
            while data := await raw():
                with _broken_if_bad():
                    text = decoder.push(data)
                if text:
                    return text
            with _broken_if_bad():
                decoder.flush()
            return b""

        self.read = read

    async def read_whole(self, limit: int) -> bytes:
        """Return the whole body (an error's, say); `read` then gives it once more.

        Raises UpstreamBroken above ``limit`` bytes, or one of `FAILURES`.
        """
        parts: list[bytes] = []
        total = 0
        while data := await self.read():
            parts.append(data)
            total += len(data)
            if total > limit:
                raise UpstreamBroken("Its error message is too large.")
        body = b"".join(parts)
        again = [body] if body else []

        async def read() -> bytes:
            return again.pop() if again else b""

        self.read = read
        return body

    @property
    def at_end(self) -> bool:
        """True if the whole body was read: the connection can be used again."""
        return self._response.content.at_eof()

    def close(self) -> None:
        """Let go: the connection returns to the pool if all was read, else it is closed."""
        if self.at_end:
            self._response.release()
        else:
            self._response.close()


class _NoCookies(aiohttp.DummyCookieJar):
    """No cookie is kept; the library's own form of that makes a new empty jar per request."""

    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        """Return none."""
        del request_url
        return _NO_COOKIES


class Upstream:
    """A worker's way to the model API. `start` it inside the event loop, `close` it at the end."""

    def __init__(self, settings: UpstreamSettings, limits: Limits) -> None:
        """Check what can be checked without a connection. Raises ConfigError."""
        parts = urlsplit(settings.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError("upstream.url must begin with http:// or https:// and name a host.")
        if parts.query or parts.fragment or parts.username:
            raise ConfigError("upstream.url must have no user, query or fragment.")
        self._settings = settings
        self._limits = limits
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = parts.path.rstrip("/")
        has_version = any(_VERSIONED.fullmatch(part) for part in self._base.split("/"))
        self._version = "" if has_version else "/v1"
        self.proxy = _proxy_for(parts.scheme, parts.hostname) if settings.trust_environment else ""
        self.tls = _tls(settings.ca_file) if parts.scheme == "https" else None
        self._session: aiohttp.ClientSession | None = None
        self._url = lru_cache(256)(self._make_url)

    @property
    def settings(self) -> UpstreamSettings:
        """The settings that it follows; the exchange keeps the deadlines in them."""
        return self._settings

    async def start(self) -> None:
        """Open the pool; called once in the worker's event loop."""
        connector = aiohttp.TCPConnector(
            limit=self._settings.connections,
            keepalive_timeout=_POOL_KEEP_S,
            ssl=self.tls if self.tls is not None else True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=_NoCookies(),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._settings.connect_s, sock_connect=None, sock_read=None
            ),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
            max_line_size=_HEADER_LINE,
            max_field_size=_HEADER_LINE,
        )

    async def close(self) -> None:
        """Close the pool and every connection in it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def url(self, target: Target, query: bytes = b"") -> URL:
        """Return the upstream's URL of a target: a version in the base URL is not doubled."""
        path = target.path
        url = self._url(f"{self._version}{path}" if target.versioned else path)
        return URL(f"{url}?{query.decode('latin-1')}", encoded=True) if query else url

    def _make_url(self, path: str) -> URL:
        return URL(f"{self._origin}{self._base}{path}", encoded=True)

    async def ask(
        self, method: str, url: URL, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> UpstreamAnswer:
        """Send a request and return its answer when the headers are here.

        A connection that could not be made is tried ``upstream.retries`` times more. Raises
        UpstreamUnreachable, UpstreamTimeout, UpstreamBroken.
        """
        lines = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers
        )
        for attempt in range(self._settings.retries + 1):
            try:
                return await self._ask_once(method, url, lines, body)
            except aiohttp.ClientConnectorError as failure:
                if attempt == self._settings.retries:
                    raise upstream_error(failure) from None
                await asyncio.sleep(_RETRY_PAUSE_S * (attempt + 1))
            except FAILURES as failure:
                raise upstream_error(failure) from None
        raise UpstreamUnreachable

    async def _ask_once(
        self, method: str, url: URL, lines: CIMultiDict[str], body: bytes
    ) -> UpstreamAnswer:
        if self._session is None:
            raise UpstreamUnreachable("The connection pool is not open.")
        large = len(body) > _ONE_WRITE
        if large:
            lines["content-length"] = str(len(body))
        response = await self._session.request(
            method,
            url,
            data=_pieces(body) if large else (body or None),
            headers=lines,
            proxy=self.proxy or None,
            allow_redirects=False,
        )
        try:
            _refuse_status(response.status)
            return UpstreamAnswer(response, self._limits)
        except BaseException:
            response.close()
            raise


def _refuse_status(status: int) -> None:
    """Raise UpstreamBroken for an answer that is none: a redirect, or a status outside of HTTP."""
    if 300 <= status < 400 and status != 304:
        raise UpstreamBroken("It redirects; set upstream.url to the final address.")
    if not 200 <= status < 600:
        raise UpstreamBroken("It answered with a status that ends no request.")


@contextmanager
def _broken_if_bad() -> Iterator[None]:
    """Turn bytes that are not of their encoding into the upstream's fault."""
    try:
        yield
    except BadEncoding as problem:
        raise UpstreamBroken(f"{problem}.") from None


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """Give a large body piece by piece, so that other exchanges have their turn."""
    for at in range(0, len(body), _ONE_WRITE):
        yield body[at : at + _ONE_WRITE]


def _proxy_for(scheme: str, host: str) -> str:
    """Return the proxy that the environment names for a host, read once: the host never changes."""
    if urllib.request.proxy_bypass(host):
        return ""
    proxy = urllib.request.getproxies().get(scheme, "")
    if proxy and urlsplit(proxy).scheme not in {"http", "https"}:
        raise ConfigError(
            f"The environment's {scheme}_proxy must begin with http:// or https:// "
            "(or set upstream.trust_environment: false)."
        )
    return proxy


def _tls(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("upstream.ca_file cannot be read as certificates (PEM).") from error
