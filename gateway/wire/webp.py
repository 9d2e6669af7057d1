"""WebP files (RFC 9649) as RIFF chunks: what they carry, and one XMP packet in its place."""

from __future__ import annotations

from typing import NamedTuple

from gateway.wire import exif
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

XMP_FLAG, ALPHA_FLAG = 0x04, 0x10
_EXIF_HEAD = b"Exif\0\0"
_MANIFEST = b"C2PA"
_MOST_CHUNKS = 100_000


class Chunk(NamedTuple):
    """One chunk: its four letters and its contents, without the padding."""

    kind: bytes
    body: bytes


def chunks(content: bytes) -> list[Chunk]:
    """Return the chunks of the file. Raises MediaFault if it is not whole."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise MediaFault("broken_webp")
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise MediaFault("broken_webp")
    found: list[Chunk] = []
    at = 12
    while at + 8 <= end:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > end or len(found) >= _MOST_CHUNKS:
            raise MediaFault("broken_webp")
        found.append(Chunk(content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + (size & 1)
    if not found or found[0].kind not in {b"VP8 ", b"VP8L", b"VP8X"}:
        raise MediaFault("broken_webp")
    if found[0].kind == b"VP8X" and len(found[0].body) < 10:
        raise MediaFault("broken_webp")
    return found


def is_lossless(content: bytes) -> bool:
    """True if the picture, or its first frame, is stored without loss. Raises MediaFault."""
    for kind, body in chunks(content):
        if kind in {b"VP8 ", b"VP8L"}:
            return kind == b"VP8L"
        if kind == b"ANMF":
            return b"VP8L" in body[16:64]
    return False


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    found = chunks(content)
    packets = tuple(body for kind, body in found if kind == b"XMP ")
    notes = [
        note
        for kind, body in found
        if kind == b"EXIF"
        for note in exif.labels(body.removeprefix(_EXIF_HEAD))
    ]
    return Carried(packets, tuple(notes), any(kind == _MANIFEST for kind, _ in found))


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only, no other label and no manifest. Raises MediaFault."""
    kept = []
    for kind, body in chunks(content):
        if kind in {b"XMP ", _MANIFEST}:
            continue
        if kind == b"EXIF":
            head = body[: len(_EXIF_HEAD)] if body.startswith(_EXIF_HEAD) else b""
            body = head + exif.without_labels(body[len(head) :])  # noqa: PLW2901 -- same chunk
        kept.append(Chunk(kind, body))
    if kept[0].kind != b"VP8X":
        if not packet:
            return _joined(kept)
        kept.insert(0, _extended(kept[0]))
    flags = kept[0].body[0] | XMP_FLAG if packet else kept[0].body[0] & ~XMP_FLAG
    kept[0] = Chunk(b"VP8X", bytes((flags,)) + kept[0].body[1:])
    if packet:
        kept.append(Chunk(b"XMP ", packet))
    return _joined(kept)


def _extended(picture: Chunk) -> Chunk:
    """Return the header that a simple file lacks (2.7): flags and the size less one."""
    body = picture.body
    if picture.kind == b"VP8L":
        if len(body) < 5 or body[0] != 0x2F:
            raise MediaFault("broken_webp")
        bits = int.from_bytes(body[1:5], "little")
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        flags = ALPHA_FLAG if bits >> 28 & 1 else 0
    else:
        if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
            raise MediaFault("broken_webp")
        width = (int.from_bytes(body[6:8], "little") & 0x3FFF) - 1
        height = (int.from_bytes(body[8:10], "little") & 0x3FFF) - 1
        flags = 0
    if width < 0 or height < 0:
        raise MediaFault("broken_webp")
    size = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return Chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)


def _joined(parts: list[Chunk]) -> bytes:
    out = [b"WEBP"]
    for kind, body in parts:
        out += (kind, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) & 1))
    riff = b"".join(out)
    if len(riff) > 0xFFFF_FFFF:
        raise MediaFault("too_large")
    return b"RIFF" + len(riff).to_bytes(4, "little") + riff
