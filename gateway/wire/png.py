"""PNG files (W3C PNG, third edition) as chunks: what they carry, and one XMP packet in place."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from gateway.wire import exif
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
LABEL_KEYWORD = b"AIGC"
_XMP_PROFILE = b"Raw profile type xmp"
"""Where ImageMagick writes XMP: its length, and its bytes in hexadecimal digits."""

TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
MOST_WALKED = 20_000
"""Encoders make chunks of 8 KB and more, so a picture of 160 MB has as many."""

_PIXELS = frozenset({b"IDAT", b"fdAT"})
_MANIFEST = b"caBX"
_MOST_LABELS = 32
_LONGEST_TEXT = 2 * 1024 * 1024


class Chunk(NamedTuple):
    """One chunk: its four letters and its contents. Pixels keep the sum that they came with."""

    kind: bytes
    body: bytes
    crc: bytes = b""


def chunks(content: bytes) -> list[Chunk]:
    """Return the chunks up to IEND. Raises MediaFault if the file is not whole."""
    if not content.startswith(SIGNATURE):
        raise MediaFault("broken_png")
    found: list[Chunk] = []
    at = len(SIGNATURE)
    view = memoryview(content)
    while at + 12 <= len(content):
        size = int.from_bytes(view[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(content) or len(found) >= MOST_WALKED:
            raise MediaFault("broken_png")
        crc = content[end - 4 : end]
        if kind in _PIXELS:  # decoders add these up; to do it four times would be the main cost
            found.append(Chunk(kind, content[at + 8 : end - 4], crc))
        elif zlib.crc32(view[at + 4 : end - 4]).to_bytes(4, "big") != crc:
            raise MediaFault("broken_png")
        else:
            found.append(Chunk(kind, content[at + 8 : end - 4]))
        if kind == b"IEND":
            if found[0].kind != b"IHDR" or len(found[0].body) != 13:
                raise MediaFault("broken_png")
            return found
        at = end
    raise MediaFault("broken_png")


def heads(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each chunk's type and where it begins, also of a file that is broken further on."""
    at = len(SIGNATURE)
    while at + 8 <= len(content):
        yield content[at + 4 : at + 8], at
        at += 12 + int.from_bytes(content[at : at + 4], "big")


def is_crumbled(content: bytes) -> bool:
    """True for a PNG of so many chunks that other programs take seconds to walk through them."""
    if not content.startswith(SIGNATURE):
        return False
    return sum(1 for _ in islice(heads(content), MOST_WALKED + 1)) > MOST_WALKED


def joined(parts: Iterable[Chunk]) -> bytes:
    """Return the file of these chunks."""
    out = [SIGNATURE]
    for kind, body, crc in parts:
        added = crc or zlib.crc32(body, zlib.crc32(kind)).to_bytes(4, "big")
        out += (len(body).to_bytes(4, "big"), kind, body, added)
    return b"".join(out)


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    packets: list[bytes] = []
    profiles: list[bytes] = []
    notes: list[bytes] = []
    manifest = False
    for chunk in chunks(content):
        keyword = _keyword(chunk)
        if keyword == XMP_KEYWORD and chunk.kind == b"iTXt":
            packets.append(text_of(chunk))
        elif keyword == _XMP_PROFILE:
            profiles.append(_profile(text_of(chunk)))
        elif keyword == LABEL_KEYWORD:
            notes.append(text_of(chunk))
        elif chunk.kind == b"eXIf":
            notes += exif.labels(chunk.body)
        manifest = manifest or chunk.kind == _MANIFEST
        if len(packets) + len(profiles) + len(notes) > _MOST_LABELS:
            raise MediaFault("too_many_labels")
    return Carried((*packets, *profiles), tuple(notes), manifest)


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only, no other label and no manifest. Raises MediaFault.

    The packet stands behind IHDR and is not compressed (TC260-PG-20259A).
    """
    kept = []
    for chunk in chunks(content):
        keyword = _keyword(chunk)
        if chunk.kind == _MANIFEST or keyword == LABEL_KEYWORD:
            continue
        if keyword == _XMP_PROFILE or (keyword == XMP_KEYWORD and chunk.kind == b"iTXt"):
            continue
        kept.append(
            Chunk(chunk.kind, exif.without_labels(chunk.body)) if chunk.kind == b"eXIf" else chunk
        )
    if packet:
        kept.insert(1, Chunk(b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + packet))
    return joined(kept)


def text_of(chunk: Chunk) -> bytes:
    """Return the text of a text chunk, expanded within a bound. Raises MediaFault."""
    _, _, rest = chunk.body.partition(b"\0")
    if chunk.kind == b"tEXt":
        return rest
    if chunk.kind == b"zTXt":
        return _expanded(rest[1:])
    compressed, rest = rest[:1], rest[2:]
    rest = rest.split(b"\0", 2)[-1] if rest.count(b"\0") >= 2 else b""
    return _expanded(rest) if compressed == b"\x01" else rest


def _profile(text: bytes) -> bytes:
    """Return the bytes of a raw profile. Raises MediaFault."""
    digits = b"".join(text.split()[2:])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError as error:
        raise MediaFault("broken_png") from error


def _keyword(chunk: Chunk) -> bytes:
    return chunk.body[:80].partition(b"\0")[0] if chunk.kind in TEXTS else b""


def _expanded(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(body, _LONGEST_TEXT)
    except zlib.error as error:
        raise MediaFault("broken_png") from error
    if inflater.unconsumed_tail:
        raise MediaFault("text_too_large")
    return text
