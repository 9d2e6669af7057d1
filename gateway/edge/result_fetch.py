"""Fetches files that an upstream or a prompt names by URL: bounded, never from a place of ours.

Whoever controls what the upstream says (a prompt may be enough) could name an address inside our
network. So a result comes from a public address over https, or from a host that the operator named:
the upstream's own, or one of ``media.hosts``. What a prompt names comes from hosts that the
operator listed and from no other. Each redirect is held to the same rule, and names are
checked by the addresses that they lead to, in the very look-up that the connection uses.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.config.settings import InputSettings, MediaSettings
from gateway.nouns.errors import MarkFailed

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


class FetchBounds(NamedTuple):
    """What may be fetched. ``named`` are hosts that may be private and may speak http, ``listed``
    the only others (None: any public one). ``where``, ``size_key`` and ``inner_key`` name the
    settings that say so."""

    named: frozenset[Place]
    listed: frozenset[Place] | None
    most_bytes: int
    longest_s: float
    where: str
    size_key: str
    inner_key: str


class UrlFetcher:
    """Fetches files that somebody else names by URL, never with anybody's credentials."""

    def __init__(self, bounds: FetchBounds) -> None:
        self._bounds = bounds
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, most_bytes: int | None = None) -> bytes:
        """Return the bytes of a file, at most so many. Raises MarkFailed, in words without the
        URL."""
        bounds = self._bounds
        most = bounds.most_bytes if most_bytes is None else min(most_bytes, bounds.most_bytes)
        try:
            async with asyncio.timeout(bounds.longest_s):
                return await self._follow(url, most)
        except TimeoutError:
            raise MarkFailed(
                f"Its URL did not answer in time ({bounds.where}.fetch_s)."
            ) from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise MarkFailed(
                f"Its URL cannot be fetched; private hosts are named in {self._private}."
            ) from None

    @property
    def _size(self) -> str:
        return f"{self._bounds.where}.{self._bounds.size_key}"

    @property
    def _private(self) -> str:
        return f"{self._bounds.where}.{self._bounds.inner_key}"

    async def _follow(self, url: str, most: int) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            content, onward = await self._get(url, most)
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
        bounds = self._bounds
        if (host, port) in bounds.named:
            return
        if parts.scheme != "https":
            raise MarkFailed(f"Its URL is not https, and its host is not named in {self._private}.")
        if bounds.listed is not None and (host, port) not in bounds.listed:
            raise MarkFailed(f"Its host is not listed in {bounds.where}.hosts.")
        if _is_address(host) and not is_public(host):
            raise MarkFailed(
                f"Its URL leads to a private address that {self._private} does not name."
            )

    async def _get(self, url: str, most: int) -> tuple[bytes | None, str]:
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
                if total > most:
                    raise MarkFailed(f"It is larger than {self._size} ({most}).")
            return b"".join(parts), ""

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Resolver(self._bounds.named), use_dns_cache=False, limit=32,
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


def result_fetcher(settings: MediaSettings, upstream_url: str) -> UrlFetcher:
    """Return what fetches one worker's results. ``upstream_url`` is the upstream's base URL."""
    own = urlsplit(upstream_url)
    named = {_place(host, 443) for host in settings.hosts}
    if own.hostname:
        named.add((own.hostname.lower(), own.port or _PORTS.get(own.scheme, 443)))
    return UrlFetcher(
        FetchBounds(
            frozenset(named), None, settings.bytes, settings.fetch_s, "media", "bytes", "hosts"
        )
    )


def prompt_fetcher(settings: InputSettings) -> UrlFetcher | None:
    """Return what fetches the files that prompts name; None: nothing is fetched."""
    listed, inner = (
        frozenset(_place(host, 443) for host in hosts)
        for hosts in (settings.hosts, settings.inner_hosts)
    )
    if not (listed or inner):
        return None
    return UrlFetcher(
        FetchBounds(
            inner, listed, settings.fetch_bytes, settings.fetch_s,
            "inputs", "fetch_bytes", "inner_hosts",
        )
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
