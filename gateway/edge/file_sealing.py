"""File sealing at the edge: what a URL names is fetched first, and kept or given as data after."""

from __future__ import annotations

import asyncio
import base64
import re

from gateway.edge.body import header
from gateway.edge.gateway import Headers
from gateway.edge.kept_files import PATH, KeptFile, KeptFiles
from gateway.edge.media_pool import MediaPool
from gateway.edge.result_fetch import UrlFetcher
from gateway.nouns.errors import MarkFailed, Overloaded, SealgateError
from gateway.nouns.mark import Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.adapter import Coding
from gateway.ports.mark import BESIDE
from gateway.ports.session import Sealed, SealOrder

_HOST = re.compile(rb"[A-Za-z0-9.-]{1,255}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?")
_UNKNOWN = "application/octet-stream"
MANIFEST = "application/c2pa"
"""The media type of a credential that stands beside a file (C2PA 2.2, 11.4)."""


def origin_of(headers: Headers) -> str:
    """Return the address under which a client reached us, as it says itself; empty if it says
    none. It goes into URLs for this client alone."""
    host = header(headers, b"host")
    if not _HOST.fullmatch(host):
        return ""
    scheme = "https" if header(headers, b"x-forwarded-proto").lower() == b"https" else "http"
    return f"{scheme}://{host.decode('ascii')}"


class EdgeFileSealer:
    """See gateway.edge.gateway.FileSealer. ``as_data``: URLs become data, nothing is kept."""

    def __init__(
        self,
        pool: MediaPool,
        fetcher: UrlFetcher,
        kept: KeptFiles,
        *,
        as_data: bool,
        public_url: str = "",
    ) -> None:
        self.pool = pool
        self._fetcher = fetcher
        self._kept = kept
        self._as_data = as_data
        self._public_url = public_url.rstrip("/")

    async def seal(self, order: SealOrder, *, origin: str) -> Sealed | SealgateError:
        """Return the sealed file, MarkFailed if it cannot bear what is owed, or Overloaded."""
        if order.coding is not Coding.URL:
            return await self._linked(await self.pool.seal(order), origin)
        url = order.parts[0]
        try:
            named = url if isinstance(url, str) else url.decode()
            content = order.fetched or await self.fetch(named)
            sealed = await self.pool.seal(
                order._replace(parts=(content,), coding=Coding.RAW, fetched=b"", beside=False)
            )
            if not isinstance(sealed, Sealed):
                return sealed
            return sealed._replace(data=await self._given(sealed, origin))
        except (MarkFailed, Overloaded) as error:
            return error

    async def fetch(self, url: str) -> bytes:
        """Return a result that the upstream names by URL. Raises MarkFailed."""
        return await self._fetcher.fetch(url)

    async def _linked(self, sealed: Sealed | SealgateError, origin: str) -> Sealed | SealgateError:
        """Keep a credential that stands beside its file, and name its URL. If none can be kept or
        named, the receipt says that there was no place."""
        if not isinstance(sealed, Sealed) or not sealed.manifest:
            return sealed
        base = self._public_url or origin
        kept = KeptFile(sealed.manifest, MANIFEST)
        try:
            name = await asyncio.to_thread(self._kept.put, kept) if base else ""
        except Overloaded:
            name = ""
        if name:
            return sealed._replace(link=f"{base}{PATH}{name}")
        told = (
            Receipt(each.mark, "not_possible", "manifest_not_kept")
            if each.detail == BESIDE
            else each
            for each in sealed.receipts
        )
        return sealed._replace(manifest=b"", receipts=tuple(told))

    async def _given(self, sealed: Sealed, origin: str) -> bytes:
        mime = MediaFormat(sealed.format).mime if sealed.format else _UNKNOWN
        base = self._public_url or origin
        if self._as_data or not base:
            return f"data:{mime};base64,".encode() + base64.b64encode(sealed.data)
        name = await asyncio.to_thread(self._kept.put, KeptFile(sealed.data, mime))
        return f"{base}{PATH}{name}".encode("ascii")

    async def close(self) -> None:
        """End the processes and connections."""
        await self._fetcher.close()
        await self.pool.close()
