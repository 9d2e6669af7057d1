"""Vorbis comments (xiph.org, "Ogg Vorbis I format specification: comment field").

The same list of ``NAME=value`` stands in FLAC, Ogg Vorbis and Opus; bytes behind it (the framing
bit of Vorbis, the padding of Opus) are kept by those who call.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

_MOST = 100_000


class Comments(NamedTuple):
    """The vendor's name, the comments, and how many bytes they took."""

    vendor: bytes
    entries: tuple[bytes, ...]
    size: int

    def values(self, name: str) -> list[bytes]:
        """Return the values of a name; case is ignored."""
        start = name.upper().encode() + b"="
        return [each[len(start) :] for each in self.entries if each[: len(start)].upper() == start]

    def replaced(self, name: str, value: bytes | None) -> bytes:
        """Return the list with exactly one comment of this name, or none. It stands first: exiftool
        reads no further than to one that is broken."""
        start = name.upper().encode() + b"="
        kept = [each for each in self.entries if each[: len(start)].upper() != start]
        if value is not None:
            kept.insert(0, start + value)
        return build(self.vendor, kept)


def read_comments(body: bytes) -> Comments:
    """Return the comments at the head of ``body``. Raises MediaFault if they are broken."""
    vendor, at = _counted(body, 0)
    if at + 4 > len(body):
        raise MediaFault("broken_comments")
    count = int.from_bytes(body[at : at + 4], "little")
    if count > min(_MOST, (len(body) - at) // 4):
        raise MediaFault("broken_comments")
    at += 4
    entries = []
    for _ in range(count):
        entry, at = _counted(body, at)
        entries.append(entry)
    return Comments(vendor, tuple(entries), at)


def build(vendor: bytes, entries: list[bytes]) -> bytes:
    """Return the list as it stands in a file."""
    parts = [len(vendor).to_bytes(4, "little"), vendor, len(entries).to_bytes(4, "little")]
    for entry in entries:
        parts += [len(entry).to_bytes(4, "little"), entry]
    return b"".join(parts)


def _counted(body: bytes, at: int) -> tuple[bytes, int]:
    start = at + 4
    end = start + int.from_bytes(body[at:start], "little")
    if start > len(body) or end > len(body):
        raise MediaFault("broken_comments")
    return body[start:end], end
