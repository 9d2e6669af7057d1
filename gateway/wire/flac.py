"""FLAC metadata blocks (RFC 9639, 8): read, and the comment block written anew.

An ID3v2 tag before ``fLaC``, which no standard knows but credentials are put there, is kept.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.wire.id3 import tag_size
from gateway.wire.media_fault import MediaFault
from gateway.wire.vorbis_comment import Comments, build, read_comments

STREAMINFO, PADDING, SEEKTABLE, COMMENT = 0, 1, 3, 4

_VENDOR = b"sealgate"
_MOST = 4096


class Block(NamedTuple):
    """One metadata block: its type (0-126) and body."""

    type: int
    body: bytes


class Flac(NamedTuple):
    """A FLAC file: where ``fLaC`` stands, its metadata blocks, and where its frames begin."""

    start: int
    blocks: tuple[Block, ...]
    frames: int


def read_flac(content: bytes) -> Flac:
    """Return the blocks of a FLAC file. Raises MediaFault if they are broken."""
    start = tag_size(content)
    if content[start : start + 4] != b"fLaC":
        raise MediaFault("broken_flac")
    blocks: list[Block] = []
    at, last = start + 4, False
    while not last:
        head = content[at : at + 4]
        end = at + 4 + int.from_bytes(head[1:], "big")
        if len(head) < 4 or end > len(content) or len(blocks) >= _MOST or head[0] & 0x7F == 127:
            raise MediaFault("broken_flac")
        blocks.append(Block(head[0] & 0x7F, content[at + 4 : end]))
        last = bool(head[0] & 0x80)
        at = end
    if blocks[0].type != STREAMINFO or len(blocks[0].body) != 34:
        raise MediaFault("broken_flac")
    if at + 2 > len(content) or content[at] != 0xFF or content[at + 1] & 0xFC != 0xF8:
        raise MediaFault("broken_flac")
    return Flac(start, tuple(blocks), at)


def comments(flac: Flac) -> Comments:
    """Return the comments of a file; an empty list if it has none."""
    for block in flac.blocks:
        if block.type == COMMENT:
            return read_comments(block.body)
    return Comments(_VENDOR, (), 0)


def with_blocks(content: bytes, flac: Flac, blocks: list[Block]) -> bytes:
    """Return the file with these metadata blocks; frames and what stands before stay."""
    return content[: flac.start] + head_of(blocks) + content[flac.frames :]


def head_of(blocks: list[Block]) -> bytes:
    """Return ``fLaC`` and the blocks. Raises MediaFault if one is larger than 24 bits can say."""
    parts = [b"fLaC"]
    for number, block in enumerate(blocks, 1):
        if len(block.body) >= 1 << 24:
            raise MediaFault("comments_too_large")
        last = 0x80 if number == len(blocks) else 0
        parts += [bytes((last | block.type,)), len(block.body).to_bytes(3, "big"), block.body]
    return b"".join(parts)


def with_comment(content: bytes, name: str, value: bytes | None) -> bytes:
    """Return the file with exactly one comment of this name, or none."""
    flac = read_flac(content)
    written = Block(COMMENT, comments(flac).replaced(name, value))
    blocks = [block for block in flac.blocks if block.type != COMMENT]
    places = [number for number, block in enumerate(flac.blocks) if block.type == COMMENT]
    blocks.insert(places[0] if places else 1, written)
    return with_blocks(content, flac, blocks)


def empty_comment() -> Block:
    """Return a comment block without comments."""
    return Block(COMMENT, build(_VENDOR, []))
