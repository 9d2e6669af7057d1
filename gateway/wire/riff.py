"""RIFF WAVE and its 64-bit form RF64 (EBU Tech 3306): the chunks, and one chunk written anew.

Streams that were written without knowing their length (``data`` of size 0xFFFFFFFF, or 0 with
samples behind it) reach to the end of the file; they get true sizes when they are changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

UNKNOWN = 0xFFFFFFFF
"""A size that says: to the end of the file, or see ``ds64``."""

_MOST_CHUNKS = 10_000


class Chunk(NamedTuple):
    """One chunk: its id and where its body lies in the file."""

    id: bytes
    start: int
    end: int


class Wave(NamedTuple):
    """The chunks of a WAVE file, and whether it is RF64. What lies behind ``end`` is not ours."""

    wide: bool
    chunks: tuple[Chunk, ...]
    end: int

    def body(self, content: bytes, name: bytes) -> bytes | None:
        """Return the first chunk of this id."""
        found = self.first(name)
        return None if found is None else content[found.start : found.end]

    def first(self, name: bytes) -> Chunk | None:
        """Return the place of the first chunk of this id."""
        return next((chunk for chunk in self.chunks if chunk.id == name), None)


def heads(content: bytes) -> Iterator[bytes]:
    """Yield each chunk's id of any RIFF file, also of one that is broken further on."""
    at = 12
    while at + 8 <= len(content):
        yield content[at : at + 4]
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + size + (size & 1)


def read_wave(content: bytes) -> Wave:
    """Return the chunks of a WAVE file. Raises MediaFault unless it has ``fmt`` before ``data``."""
    if len(content) < 12 or content[:4] not in {b"RIFF", b"RF64"} or content[8:12] != b"WAVE":
        raise MediaFault("broken_wave")
    wide = content[:4] == b"RF64"
    chunks: list[Chunk] = []
    data_size = 0
    at = 12
    while at + 8 <= len(content) and len(chunks) < _MOST_CHUNKS:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        start = at + 8
        if name == b"data":
            size = _data_size(size, wide, data_size, len(content) - start)
        if not all(32 <= each < 127 for each in name):
            break  # padding or foreign bytes behind the last chunk
        if name != b"data" and start + size > len(content):
            raise MediaFault("broken_wave")
        end = min(start + size, len(content))
        chunks.append(Chunk(name, start, end))
        if name == b"ds64" and size >= 16:
            data_size = int.from_bytes(content[start + 8 : start + 16], "little")
        at = _next(content, name, end)
    names = [chunk.id for chunk in chunks]
    if b"fmt " not in names or b"data" not in names[names.index(b"fmt ") :]:
        raise MediaFault("broken_wave")
    return Wave(wide, tuple(chunks), min(at, len(content)))


def rebuilt(content: bytes, wave: Wave, bodies: list[tuple[bytes, bytes]]) -> bytes:
    """Return a WAVE file of these chunks, with true sizes everywhere, and what lay behind.

    Raises MediaFault if it grows beyond 32 bits (unless it is RF64, which has room).
    """
    parts: list[bytes] = []
    for name, body in bodies:
        size = UNKNOWN if wave.wide and name == b"data" else len(body)
        if size > UNKNOWN:
            raise MediaFault("too_large")
        parts += [name, size.to_bytes(4, "little"), body, b"\0" * (len(body) & 1)]
    total = 4 + sum(map(len, parts))
    if wave.wide:
        return _wide(bodies, total) + content[wave.end :]
    if total > UNKNOWN:
        raise MediaFault("too_large")
    head = b"RIFF" + total.to_bytes(4, "little") + b"WAVE"
    return head + b"".join(parts) + content[wave.end :]


def list_entries(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the entries of a ``LIST`` chunk of form ``INFO``; none for other lists."""
    found: list[tuple[bytes, bytes]] = []
    if body[:4] != b"INFO":
        return found
    at = 4
    while at + 8 <= len(body) and len(found) < _MOST_CHUNKS:
        size = int.from_bytes(body[at + 4 : at + 8], "little")
        found.append((body[at : at + 4], body[at + 8 : at + 8 + size]))
        at += 8 + size + (size & 1)
    return found


def list_body(entries: list[tuple[bytes, bytes]]) -> bytes:
    """Return the body of a ``LIST`` chunk of form ``INFO``."""
    parts = [b"INFO"]
    for name, body in entries:
        parts += [name, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) & 1)]
    return b"".join(parts)


def _data_size(size: int, wide: bool, known: int, left: int) -> int:  # noqa: FBT001 -- RF64 or not
    if wide and size == UNKNOWN:
        return min(known, left)
    if size >= UNKNOWN - 1024 or size == 0 or size > left:
        return left  # a stream, or a file that was cut off: what is there is the sound
    return size


def _next(content: bytes, name: bytes, end: int) -> int:
    """Where the next chunk begins: at an even place, unless a writer forgot to pad ``data``."""
    padded = end + (end & 1)
    if name == b"data" and padded != end and content[end : end + 4] in _FOLLOWERS:
        return end
    return padded


_FOLLOWERS = frozenset({b"LIST", b"AIGC", b"id3 ", b"ID3 ", b"C2PA", b"cue ", b"bext", b"fact"})


def _wide(bodies: list[tuple[bytes, bytes]], total: int) -> bytes:
    sizes = {name: len(body) for name, body in bodies}
    parts = [b"RF64", UNKNOWN.to_bytes(4, "little"), b"WAVE"]
    for name, body in bodies:
        size, written = len(body), body
        if name == b"data":
            size = UNKNOWN
        elif name == b"ds64" and len(body) >= 24:
            data = sizes.get(b"data", 0).to_bytes(8, "little")
            written = total.to_bytes(8, "little") + data + body[16:]
        parts += [name, size.to_bytes(4, "little"), written, b"\0" * (len(body) & 1)]
    return b"".join(parts)
