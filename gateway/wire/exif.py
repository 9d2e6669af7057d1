"""TIFF directories (TIFF 6.0), also as EXIF carries them: entries by tag, and values in place.

Nothing is moved: a value that must go is overwritten with blanks, so every other offset stays true.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

HEAD = b"Exif\0\0"
ORIENTATION = 0x0112
EXIF_DIRECTORY = 0x8769
USER_COMMENT = 0x9286
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_ENTRIES = 4096
_CODE_LENGTH = 8
_LONGEST_COMMENT = 64 * 1024
_ENCODINGS = {b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}


class Entry(NamedTuple):
    """One entry: its 12 bytes stand at ``place``, its value at ``start``, ``size`` bytes long."""

    tag: int
    kind: int
    length: int
    place: int
    start: int
    size: int


class Directory(NamedTuple):
    """One directory and the offset of the next one (0: it is the last)."""

    place: int
    entries: tuple[Entry, ...]
    next: int


def order_of(block: bytes) -> str:
    """Return the byte order of a TIFF block as `struct` writes it. Raises MediaFault."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(block[:4]))
    if order is None or len(block) < 8:
        raise MediaFault("broken_tiff")
    return order


def first_directory(block: bytes) -> Directory:
    """Return the first directory. Raises MediaFault if it is not whole."""
    return directory(block, struct.unpack_from(order_of(block) + "I", block, 4)[0])


def directory(block: bytes, place: int) -> Directory:
    """Return the directory at an offset. Raises MediaFault if it is not whole."""
    order = order_of(block)
    if not 8 <= place <= len(block) - 6:
        raise MediaFault("broken_tiff")
    count = struct.unpack_from(order + "H", block, place)[0]
    end = place + 2 + 12 * count
    if count > _MOST_ENTRIES or end + 4 > len(block):
        raise MediaFault("broken_tiff")
    entries = []
    for at in range(place + 2, end, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", block, at)
        size = SIZES.get(kind, 1) * number
        start = at + 8 if size <= 4 else struct.unpack_from(order + "I", block, at + 8)[0]
        entries.append(Entry(tag, kind, number, at, start, size))
    return Directory(place, tuple(entries), struct.unpack_from(order + "I", block, end)[0])


def value(block: bytes, entry: Entry) -> bytes:
    """Return the bytes of a value. Raises MediaFault if they are not there."""
    if entry.start + entry.size > len(block):
        raise MediaFault("broken_tiff")
    return bytes(block[entry.start : entry.start + entry.size])


def user_comments(block: bytes) -> Iterator[Entry]:
    """Give the entries ``UserComment`` of an EXIF block; a block that cannot be read has none."""
    try:
        first = first_directory(block)
        order = order_of(block)
        places = [
            struct.unpack_from(order + "I", block, entry.place + 8)[0]
            for entry in first.entries
            if entry.tag == EXIF_DIRECTORY
        ]
        found = [first, *(directory(block, place) for place in places[:1])]
    except MediaFault:
        return
    for each in found:
        for entry in each.entries:
            whole = entry.start + entry.size <= len(block)
            if entry.tag == USER_COMMENT and whole and entry.size <= _LONGEST_COMMENT:
                yield entry


def comment_text(raw: bytes) -> bytes:
    """Return a ``UserComment`` in UTF-8, its character code (EXIF 2.3, table 6) taken off."""
    encoding = _ENCODINGS.get(raw[:_CODE_LENGTH])
    text = raw[_CODE_LENGTH:]
    if encoding is not None:
        text = text.decode(encoding, "replace").encode()
    return text.strip(b"\0 ")


def labels(block: bytes) -> tuple[bytes, ...]:
    """Return the comments of an EXIF block that speak of AIGC (Annex B of the image guide)."""
    texts = [comment_text(value(block, entry)) for entry in user_comments(block)]
    return tuple(text for text in texts if b"AIGC" in text)


def without_labels(block: bytes) -> bytes:
    """Return the block with such comments overwritten by blanks; everything stays in its place."""
    out = bytearray(block)
    for entry in user_comments(block):
        if b"AIGC" in comment_text(value(block, entry)):
            blank = b"ASCII\0\0\0".ljust(entry.size, b" ")[: entry.size]
            out[entry.start : entry.start + entry.size] = blank
    return bytes(out)


def upright(block: bytes) -> bytes:
    """Return an EXIF block that says the picture stands upright (orientation 1)."""
    out = bytearray(block)
    try:
        entries, order = first_directory(block).entries, order_of(block)
    except MediaFault:
        return block
    for entry in entries:
        if entry.tag == ORIENTATION and entry.kind == 3:
            struct.pack_into(order + "H", out, entry.place + 8, 1)
    return bytes(out)


def upright_block(block: bytes) -> bytes | None:
    """Return the same for a block behind ``Exif\\0\\0`` or bare; None if there is none."""
    head = HEAD if block.startswith(HEAD) else b""
    return head + upright(block[len(head) :]) if block else None
