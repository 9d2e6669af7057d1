"""Frames: the unit of the spool. This file alone knows how a frame lies on disk.

A segment begins with `MAGIC`. Each frame is a header and a payload, little-endian:

    length    u32   bytes of payload
    crc       u32   CRC-32 of everything behind it, header and payload
    type      u8    FrameType
    exchange  16 B  the ULID's number, big-endian (for a note: the note's own id)
    sequence  u32   grows within an exchange; gaps are allowed, repeats are not

Type, exchange and sequence are also bound to the encryption of the payload, so that no frame can be
moved, repeated or passed for another.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple
from zlib import crc32

from gateway.nouns.exchange import CROCKFORD

MAGIC = b"SGSPOOL1"
LARGEST_PAYLOAD = 1 << 30

_BOUND = struct.Struct("<B16sI")
_PREFIX = struct.Struct("<II")
HEADER_BYTES = _PREFIX.size + _BOUND.size

_TO_BASE32 = str.maketrans(CROCKFORD, "0123456789abcdefghijklmnopqrstuv")


class FrameType(IntEnum):
    """What a frame holds. ``BLANK`` is a key that was destroyed in place."""

    KEY = 1
    OPEN = 2
    REQUEST = 3
    ANSWER = 4
    SUPPRESSED = 5
    CLOSE = 6
    NOTE = 7
    BLANK = 8


class Frame(NamedTuple):
    """A frame as read; ``offset`` is where its header begins in the segment."""

    type: int
    exchange: bytes
    sequence: int
    payload: bytes
    offset: int


class Parsed(NamedTuple):
    """What a stretch of a segment held: frames, bytes consumed, and why parsing stopped.

    ``needed`` is how many bytes the frame after them takes in all (0: unknown, header cut);
    ``bad`` is true if a whole frame with a wrong checksum stands there.
    """

    frames: list[Frame]
    consumed: int
    needed: int
    bad: bool


def exchange_bytes(identifier: str) -> bytes:
    """Return the 16 bytes of an exchange id. Raises ValueError if it is no ULID."""
    if len(identifier) != 26:
        raise ValueError("an exchange id has 26 characters of Crockford's base 32")
    return int(identifier.translate(_TO_BASE32), 32).to_bytes(17, "big")[1:]


def exchange_text(number: bytes) -> str:
    """Return the exchange id of its 16 bytes."""
    value = int.from_bytes(number, "big")
    return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def bound(kind: int, exchange: bytes, sequence: int) -> bytes:
    """Return the part of the header that encryption binds the payload to."""
    return _BOUND.pack(kind, exchange, sequence)


def write_frame(binding: bytes, payload: bytes) -> bytes:
    """Return a whole frame; ``binding`` is what `bound` returned."""
    checksum = crc32(payload, crc32(binding))
    return _PREFIX.pack(len(payload), checksum) + binding + payload


def read_frames(stretch: bytes, offset: int) -> Parsed:
    """Return the whole frames at the start of a stretch that lies at ``offset`` of its segment."""
    frames: list[Frame] = []
    place, size = 0, len(stretch)
    while size - place >= HEADER_BYTES:
        length, checksum = _PREFIX.unpack_from(stretch, place)
        start = place + HEADER_BYTES
        if length > LARGEST_PAYLOAD:
            return Parsed(frames, place, HEADER_BYTES, bad=True)
        if start + length > size:
            return Parsed(frames, place, HEADER_BYTES + length, bad=False)
        if crc32(memoryview(stretch)[place + _PREFIX.size : start + length]) != checksum:
            return Parsed(frames, place, HEADER_BYTES + length, bad=True)
        kind, exchange, sequence = _BOUND.unpack_from(stretch, place + _PREFIX.size)
        payload = stretch[start : start + length]
        frames.append(Frame(kind, exchange, sequence, payload, offset + place))
        place = start + length
    return Parsed(frames, place, 0, bad=False)
