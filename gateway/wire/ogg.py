"""Ogg pages (RFC 3533) and the comment headers of Vorbis, Opus (RFC 7845) and FLAC in them.

A comment header that grows is laid on new pages; if their number changes, the numbers and sums of
all later pages of that stream change with it. The sound's own bytes stay.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault
from gateway.wire.vorbis_comment import read_comments

CONTINUED, FIRST, LAST = 1, 2, 4
"""Bits of a page's type: goes on from the page before; first, last of its stream."""

LONGEST = 27 + 255 + 255 * 255
"""The most bytes that a page takes."""

UNSET = 0xFFFFFFFFFFFFFFFF
"""The granule position of a page on which no packet ends."""

_HEAD = 27
_MOST_HEADERS = 1 << 24
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """One page: its type, granule position, stream number, own number, lacing and body."""

    kind: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    body: bytes

    def written(self) -> bytes:
        """Return the page with its sum."""
        head = b"".join((
            b"OggS\0", bytes((self.kind,)), self.granule.to_bytes(8, "little"),
            self.serial.to_bytes(4, "little"), (self.number & 0xFFFFFFFF).to_bytes(4, "little"),
        ))  # fmt: skip
        lacing = bytes((len(self.lacing),)) + self.lacing
        total = checksum(head + b"\0\0\0\0" + lacing + self.body)
        return head + total.to_bytes(4, "little") + lacing + self.body

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return _HEAD + len(self.lacing) + len(self.body)


def checksum(page: bytes) -> int:
    """Return the sum of a page whose own sum is zero: CRC-32 of 0x04C11DB7, not reflected.

    That is zlib's CRC with the bits of every byte and of the result turned round, which is two
    orders of magnitude faster than a table in Python.
    """
    turned = zlib.crc32(page.translate(_REVERSED), UNSET & 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")


def page_at(content: bytes, at: int) -> Page | None:
    """Return the page that begins here; None if there is none, or not all of it."""
    if content[at : at + 5] != b"OggS\0" or at + _HEAD > len(content):
        return None
    lacing = content[at + _HEAD : at + _HEAD + content[at + 26]]
    start = at + _HEAD + content[at + 26]
    body = content[start : start + sum(lacing)]
    if len(lacing) < content[at + 26] or len(body) < sum(lacing):
        return None
    return Page(
        content[at + 5],
        int.from_bytes(content[at + 6 : at + 14], "little"),
        int.from_bytes(content[at + 14 : at + 18], "little"),
        int.from_bytes(content[at + 18 : at + 22], "little"),
        lacing,
        body,
    )


def pages(content: bytes) -> Iterator[Page]:
    """Yield the pages of a file in order. Raises MediaFault at bytes that are none."""
    at = 0
    while at < len(content):
        page = page_at(content, at)
        if page is None:
            raise MediaFault("broken_ogg")
        yield page
        at += page.size


def packets_of(page: Page) -> list[tuple[bytes, bool]]:
    """Return the packets, or parts of them, on a page, and whether each ends on it."""
    found: list[tuple[bytes, bool]] = []
    at = size = 0
    for lace in page.lacing:
        size += lace
        if lace < 255:
            found.append((page.body[at : at + size], True))
            at += size
            size = 0
    if page.lacing and page.lacing[-1] == 255:
        found.append((page.body[at : at + size], False))
    return found


def lacing_of(size: int) -> bytes:
    """Return the lacing of a packet of this size."""
    return b"\xff" * (size // 255) + bytes((size % 255,))


def paged(packets: list[bytes], serial: int, number: int, granule: int = 0) -> list[Page]:
    """Return pages from page ``number`` on that hold these packets, the first on a fresh page."""
    laces: list[tuple[int, bool]] = []
    for packet in packets:
        for lace in lacing_of(len(packet)):
            laces.append((lace, lace < 255))  # noqa: PERF401 -- one lace a line reads best
    body = b"".join(packets)
    found: list[Page] = []
    at, continued = 0, False
    for start in range(0, len(laces), 255):
        part = laces[start : start + 255]
        size = sum(lace for lace, _ in part)
        ends = any(end for _, end in part)
        lacing = bytes(lace for lace, _ in part)
        kind = CONTINUED if continued else 0
        place = granule if ends else UNSET
        found.append(
            Page(kind, place, serial, number + len(found), lacing, body[at : at + size])
        )  # fmt: skip
        at += size
        continued = not part[-1][1]
    return found


class _Stream:
    """The headers of one logical stream while they are gathered."""

    def __init__(self, first: bytes) -> None:
        self.magic, self.headers = next(
            (known for known in _KNOWN if first.startswith(known[2])), _UNKNOWN
        )[:2]
        self.packets: list[bytes] = []
        self.partial = bytearray()
        self.shift = 0
        self.open = bool(self.headers)


_KNOWN: tuple[tuple[bytes, int, bytes], ...] = (
    (b"\x03vorbis", 3, b"\x01vorbis"),
    (b"OpusTags", 2, b"OpusHead"),
    (b"\x84\x00", -1, b"\x7fFLAC"),
)
_UNKNOWN: tuple[bytes, int, bytes] = (b"", 0, b"")


def comment_values(content: bytes, name: str) -> list[bytes]:
    """Return the values of this name in the comment headers of all sound in the file."""
    found: list[bytes] = []
    known = 0
    for stream in _headers(content):
        known += 1
        magic, body = _split(stream)
        found += read_comments(body[len(magic) :]).values(name)
    if not known:
        raise MediaFault("no_sound_in_ogg")
    return found


def with_comment(content: bytes, name: str, value: bytes) -> bytes:
    """Return the file with one comment of this name, in its first stream of sound."""
    streams: dict[int, _Stream] = {}
    parts: list[bytes] = []
    owed: bytes | None = value
    known = 0
    for at, page in _placed(content):
        stream = _opened(streams, page)
        if stream.open:
            if _gathered(stream, page):
                written = _rewritten(stream, page, name, owed)
                parts += [each.written() for each in written]
                stream.shift = written[-1].number - page.number
                owed, known = None, known + 1
            elif page.kind & FIRST:
                parts.append(content[at : at + page.size])
        elif stream.shift:
            parts.append(page._replace(number=page.number + stream.shift).written())
        else:
            parts.append(content[at : at + page.size])
    if not known or any(stream.open for stream in streams.values()):
        raise MediaFault("no_sound_in_ogg")
    return b"".join(parts)


def _placed(content: bytes) -> Iterator[tuple[int, Page]]:
    at = 0
    for page in pages(content):
        yield at, page
        at += page.size


def _opened(streams: dict[int, _Stream], page: Page) -> _Stream:
    if page.kind & FIRST:
        streams[page.serial] = _Stream(page.body)
    elif page.serial not in streams:
        raise MediaFault("broken_ogg")
    return streams[page.serial]


def _headers(content: bytes) -> Iterator[_Stream]:
    streams: dict[int, _Stream] = {}
    for page in pages(content):
        stream = _opened(streams, page)
        if stream.open and _gathered(stream, page):
            yield stream


def _gathered(stream: _Stream, page: Page) -> bool:
    """Take the header packets of a page; True with the last one, which closes the stream."""
    for packet, ended in packets_of(page):
        stream.partial += packet
        if len(stream.partial) > _MOST_HEADERS:
            raise MediaFault("comments_too_large")
        if ended:
            stream.packets.append(bytes(stream.partial))
            stream.partial = bytearray()
    if page.kind & FIRST and (len(stream.packets) != 1 or stream.partial):
        raise MediaFault("broken_ogg")  # the first header has the first page to itself
    if (
        stream.headers < 0 and stream.packets
    ):  # FLAC in Ogg says how many headers follow; 0: unknown
        count = int.from_bytes(stream.packets[0][7:9], "big")
        stream.headers = count + 1 if count else 2
    if 0 < stream.headers <= len(stream.packets):
        if len(stream.packets) > stream.headers or stream.partial:
            raise MediaFault("broken_ogg")  # sound begins on a page of its own in all mappings
        stream.open = False
    return not stream.open


def _split(stream: _Stream) -> tuple[bytes, bytes]:
    """Return the magic and the whole of the comment packet."""
    body = stream.packets[1]
    if stream.magic == b"\x84\x00":
        if body[:1] not in {b"\x04", b"\x84"}:
            raise MediaFault("broken_ogg")
        return body[:4], body
    if not body.startswith(stream.magic):
        raise MediaFault("broken_ogg")
    return stream.magic, body


def _rewritten(stream: _Stream, page: Page, name: str, value: bytes | None) -> list[Page]:
    magic, body = _split(stream)
    read = read_comments(body[len(magic) :])
    comments = read.replaced(name, value)
    if len(magic) == 4:
        magic = magic[:1] + len(comments).to_bytes(3, "big")
    packet = magic + comments + body[len(magic) + read.size :]
    return paged([packet, *stream.packets[2:]], page.serial, 1)
