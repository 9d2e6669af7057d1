"""Fetches results that an upstream names by URL: bounded, and never from a place of ours.

Whoever controls what the upstream says (a prompt may be enough) could name an address inside our
network. So a result comes from a public address over https, or from a host that the operator named:
the upstream's own, or one of ``media.hosts``. Each redirect is held to the same rule, and names are
checked by the addresses that they lead to, in the very look-up that the connection uses.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.nouns.errors import MarkFailed
from gateway.settings import MediaSettings

MOST_REDIRECTS = 3
_STEP = 256 * 1024
_PORTS = {"http": 80, "https": 443}
_EMBEDDING = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""IPv6 networks whose addresses lead to an IPv4 address (RFC 6052, RFC 8215, RFC 3056)."""

_NO_FILE = ("text/html", "application/xhtml", "multipart/")
Place = tuple[str, int]


def is_public(address: str) -> bool:
    """True if an address is reachable for everybody, and not merely through a translator."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    embedded = isinstance(found, IPv6Address) and any(found in each for each in _EMBEDDING)
    return found.is_global and not found.is_multicast and not embedded


def _place(text: str, port: int) -> Place:
    parts = urlsplit(f"//{text}")
    return (parts.hostname or "").lower(), parts.port or port


class _Resolver(AbstractResolver):
    """Looks names up; one that leads anywhere private does not exist, unless it is named."""

    def __init__(self, named: frozenset[Place]) -> None:
        self._named = named
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses. Raises OSError."""
        found = await self._inner.resolve(host, port, family)
        if (host.lower(), port) not in self._named and not all(is_public(r["host"]) for r in found):
            raise OSError("not a public address")
        return found

    async def close(self) -> None:
        """Nothing is open."""
        await self._inner.close()


class ResultFetcher:
    """Fetches one worker's results. ``upstream_url`` is the upstream's base URL."""

    def __init__(self, settings: MediaSettings, upstream_url: str) -> None:
        self._settings = settings
        own = urlsplit(upstream_url)
        named = {_place(host, 443) for host in settings.hosts}
        if own.hostname:
            named.add((own.hostname.lower(), own.port or _PORTS.get(own.scheme, 443)))
        self._named = frozenset(named)
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str) -> bytes:
        """Return the bytes of a result. Raises MarkFailed, in words without the URL."""
        try:
            async with asyncio.timeout(self._settings.fetch_s):
                return await self._follow(url)
        except TimeoutError:
            raise MarkFailed("Its URL did not answer in time (media.fetch_s).") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise MarkFailed(
                "Its URL cannot be fetched; private hosts are named in media.hosts."
            ) from None

    async def _follow(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            content, onward = await self._get(url)
            if content is not None:
                return content
            url = urljoin(url, onward)
        raise MarkFailed("Its URL redirects too often.")

    def _check(self, url: str) -> None:
        """Hold a URL to the rule. Raises MarkFailed, or ValueError if it is none."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port or _PORTS.get(parts.scheme, 0)
        if parts.scheme not in _PORTS or not host or parts.username is not None:
            raise MarkFailed("Its URL is not one of http or https.")
        if (host, port) in self._named:
            return
        if parts.scheme != "https":
            raise MarkFailed("Its URL is not https, and its host is not named in media.hosts.")
        if _is_address(host) and not is_public(host):
            raise MarkFailed("Its URL leads to a private address that media.hosts does not name.")

    async def _get(self, url: str) -> tuple[bytes | None, str]:
        """Return the content, or None and where it has gone."""
        async with self._open().get(url, allow_redirects=False) as response:
            if response.status in {301, 302, 303, 307, 308}:
                return None, response.headers.get("location", "")
            kind = response.headers.get("content-type", "").lower()
            if response.status != 200 or kind.startswith(_NO_FILE):
                raise MarkFailed("Its URL does not lead to a file.")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise MarkFailed("Its URL answers in an encoding that was not asked for.")
            parts, total = [], 0
            async for part in response.content.iter_chunked(_STEP):
                parts.append(part)
                total += len(part)
                if total > self._settings.bytes:
                    raise MarkFailed(f"It is larger than media.bytes ({self._settings.bytes}).")
            return b"".join(parts), ""

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Resolver(self._named), use_dns_cache=False, limit=32,
                    force_close=True,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"accept-encoding": "identity", "user-agent": "sealgate"},
                auto_decompress=False,
                trust_env=False,
            )  # fmt: skip
        return self._session

    async def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
