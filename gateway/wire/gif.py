"""GIF files (GIF89a) as blocks: what they carry, and one XMP packet in its place.

XMP stands raw in an application extension, behind it a trailer of descending bytes that leads
every reader of sub-blocks to its end (XMP specification, part 3, 1.1.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

_XMP = b"\x21\xff\x0bXMP DataXMP"
_LOOP = (b"\x21\xff\x0bNETSCAPE2.0", b"\x21\xff\x0bANIMEXTS1.0")
_MANIFEST = b"\x21\xff\x0bC2PA_GIF"
_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
_MOST_BLOCKS = 200_000


class Block(NamedTuple):
    """One block: what it is (``!`` and a label, ``,`` or ``;``) and where it stands."""

    kind: bytes
    start: int
    end: int


def head_length(content: bytes) -> int:
    """Return where the blocks begin: behind the header and the global table. Raises MediaFault."""
    if content[:6] not in {b"GIF87a", b"GIF89a"} or len(content) < 13:
        raise MediaFault("broken_gif")
    flags = content[10]
    return 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def blocks(content: bytes) -> Iterator[Block]:
    """Give the blocks up to the trailer. Raises MediaFault if the file is not whole."""
    at = head_length(content)
    for _ in range(_MOST_BLOCKS):
        kind = content[at : at + 1]
        if kind == b";":
            yield Block(kind, at, at + 1)
            return
        if kind == b"!":
            end = _behind_sub_blocks(content, at + 2)
            yield Block(content[at : at + 2], at, end)
        elif kind == b"," and at + 10 <= len(content):
            flags = content[at + 9]
            table = 3 << (flags & 7) + 1 if flags & 0x80 else 0
            end = _behind_sub_blocks(content, at + 11 + table)
            yield Block(kind, at, end)
        else:
            raise MediaFault("broken_gif")
        at = end
    raise MediaFault("broken_gif")


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    packets, manifest = [], False
    for block in blocks(content):
        if content.startswith(_XMP, block.start):
            packets.append(_packet(content, block))
        manifest = manifest or content.startswith(_MANIFEST, block.start)
    return Carried(tuple(packets), (), manifest)


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only and no manifest. Raises MediaFault.

    It stands before the first picture, behind the loop extension, which old readers want first.
    """
    if b"\0" in packet:
        raise MediaFault("broken_xmp")
    out = [b"GIF89a", content[6 : head_length(content)]]
    extension = _XMP + packet + _TRAILER if packet else b""
    for block in blocks(content):
        here = block.start
        if content.startswith((_XMP, _MANIFEST), here):
            continue
        if extension and not content.startswith(_LOOP, here):
            out.append(extension)
            extension = b""
        out.append(content[here : block.end])
    return b"".join(out)


def comments(content: bytes) -> Iterator[bytes]:
    """Give the texts of comments and of plain text extensions. Raises MediaFault."""
    for block in blocks(content):
        if block.kind in {b"!\xfe", b"!\x01"}:
            text, at = b"", block.start + 2
            while size := content[at]:
                text += content[at + 1 : at + 1 + size]
                at += 1 + size
            yield text


def _packet(content: bytes, block: Block) -> bytes:
    body = content[block.start + len(_XMP) : block.end]
    if body.endswith(_TRAILER):
        return body[: -len(_TRAILER)]
    cut = body.rfind(b">")  # written by somebody who counts the trailer otherwise
    return body[: cut + 1]


def _behind_sub_blocks(content: bytes, at: int) -> int:
    while at < len(content):
        size = content[at]
        at += 1 + size
        if size == 0:
            return at
    raise MediaFault("broken_gif")
