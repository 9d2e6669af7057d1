"""Content codings undone piece by piece, within a ratio, so that a small body cannot become a large
one: gzip (RFC 1952), deflate (RFC 1950 and, as servers also send it, 1951), br (RFC 7932) and zstd
(RFC 8878)."""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

FLOOR_BYTES = 1024 * 1024
"""Up to so many decoded bytes no ratio is asked: small bodies may compress very well."""

_STEP = 64 * 1024
_ZSTD_SLICE = 256  # a zstd block of 4 bytes may become 128 KiB: feed little, look often
_ZSTD_WINDOW = 8 * 1024 * 1024  # what RFC 9659 allows for the web


class BadEncoding(ValueError):
    """The bytes are not what their content coding says, or end too early."""


class RatioExceeded(BadEncoding):
    """The body grows by more than the allowed ratio."""


class _Coding(Protocol):
    def push(self, data: bytes, room: int) -> bytes:
        """Return decoded bytes; may stop soon after ``room`` of them."""
        ...

    def ended(self) -> bool:
        """True if the coded stream is complete."""
        ...


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._inner = zlib.decompressobj(window_bits)
        self._head: bytes | None = b""  # until the two bytes of a zlib header were seen

    def push(self, data: bytes, room: int) -> bytes:
        out: list[bytes] = []
        left = room
        while data and left > 0:
            if self._inner.eof:
                self._inner = zlib.decompressobj(self._window_bits)
            piece = self._step(data, left)
            out.append(piece)
            left -= len(piece)
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
        return b"".join(out)

    def _step(self, data: bytes, room: int) -> bytes:
        head, self._head = self._head, None
        if head is None or self._window_bits != zlib.MAX_WBITS:
            return self._inner.decompress(data, room)
        head += data
        if len(head) < 2:
            self._head = head
        try:
            return self._inner.decompress(data, room)
        except zlib.error:
            self._window_bits = -zlib.MAX_WBITS
            self._inner = zlib.decompressobj(self._window_bits)
            return self._inner.decompress(head, room)

    def ended(self) -> bool:
        return self._inner.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def push(self, data: bytes, room: int) -> bytes:
        out = [self._inner.process(data, output_buffer_limit=_STEP)]
        size = len(out[0])
        while size <= room and not self._inner.can_accept_more_data():
            out.append(self._inner.process(b"", output_buffer_limit=_STEP))
            size += len(out[-1])
        return b"".join(out)

    def ended(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._inner = self._fresh()
        self._open = True

    def _fresh(self) -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    def push(self, data: bytes, room: int) -> bytes:
        out: list[bytes] = []
        size = 0
        while data and size <= room:
            piece, data = data[:_ZSTD_SLICE], data[_ZSTD_SLICE:]
            if not self._open:
                self._inner, self._open = self._fresh(), True
            out.append(self._inner.decompress(piece))
            size += len(out[-1])
            if self._inner.eof:
                self._open = False
                data = self._inner.unused_data + data
        return b"".join(out)

    def ended(self) -> bool:
        return not self._open


def _coding(name: str) -> _Coding | None:
    match name.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Zlib(16 + zlib.MAX_WBITS)
        case "deflate":
            return _Zlib(zlib.MAX_WBITS)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
        case _:
            raise BadEncoding("content coding not known; gzip, deflate, br and zstd are")


class Decompressor:
    """Undoes the codings of one body. ``header`` is the value of ``content-encoding``.

    ``ratio`` bounds decoded against coded bytes beyond `FLOOR_BYTES`. Raises BadEncoding at once
    if a coding is not known, or if there are more than two.
    """

    def __init__(self, header: str, *, ratio: int = 100) -> None:
        codings = [_coding(name) for name in header.split(",")]
        self._codings = [coding for coding in reversed(codings) if coding is not None]
        if len(self._codings) > 2:
            raise BadEncoding("more than two content codings")
        self._ratio = ratio
        self._coded = 0
        self._decoded = 0

    @property
    def identity(self) -> bool:
        """True if there is nothing to undo."""
        return not self._codings

    def push(self, data: bytes) -> bytes:
        """Return what these bytes decode to. Raises BadEncoding, or RatioExceeded."""
        self._coded += len(data)
        room = max(FLOOR_BYTES, self._coded * self._ratio) - self._decoded
        for coding in self._codings:
            try:
                data = coding.push(data, room + 1)
            except (zlib.error, brotli.error, zstandard.ZstdError):
                raise BadEncoding("the body is not what its content-encoding says") from None
            if len(data) > room:
                raise RatioExceeded(f"the body grows more than {self._ratio} times")
        self._decoded += len(data)
        return data

    def flush(self) -> None:
        """The body ended. Raises BadEncoding if a coding did not (an empty body is complete)."""
        if self._coded and not all(coding.ended() for coding in self._codings):
            raise BadEncoding("the body ended in the middle of its content-encoding")
