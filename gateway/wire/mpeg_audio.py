"""Frames of MPEG audio layer III (ISO/IEC 11172-3, 13818-3) and of AAC in ADTS (ISO/IEC 13818-7).

Also the frame before the sound in which encoders say how long it is (Xing, Info; LAME's tag).
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_ADTS_RATES = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
_SEARCHED = 64 * 1024


class AudioFrame(NamedTuple):
    """One frame: its place and size in bytes, and what it says of the sound.

    ``kind`` is ``mp3`` or ``aac``; ``variant`` tells apart what a decoder keeps apart (the MPEG
    version; the AAC profile), ``kbps`` is 0 for AAC, ``samples`` are those of one channel.
    """

    kind: str
    start: int
    size: int
    rate: int
    channels: int
    variant: int
    kbps: int
    samples: int


def frame_at(content: bytes | bytearray, at: int) -> AudioFrame | None:
    """Return the frame whose header stands here; None if there is none."""
    head = content[at : at + 7]
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return _adts(head, at) if len(head) == 7 else None
    if head[1] & 0xE0 != 0xE0 or head[1] & 0x06 != 0x02:  # layer III
        return None
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bits in {0, 15} or rate == 3:
        return None
    kbps = (_BITS_1 if version == 3 else _BITS_2)[bits]
    hertz = _RATES[version][rate]
    samples = 1152 if version == 3 else 576
    size = samples // 8 * kbps * 1000 // hertz + (head[2] >> 1 & 1)
    channels = 1 if head[3] >> 6 == 3 else 2
    return AudioFrame("mp3", at, size, hertz, channels, version, kbps, samples)


def first_frame(content: bytes | bytearray, start: int, *, whole: bool = True) -> AudioFrame:
    """Return the first frame at or behind ``start``: one that another like it follows.

    Raises MediaFault if there is none near. ``whole``: the file ends here, so that a single frame
    that fills it counts too.
    """
    end = min(len(content), start + _SEARCHED)
    at = start
    while (at := content.find(b"\xff", at, end)) >= 0:
        found = frame_at(content, at)
        if found is not None:
            behind = at + found.size
            follows = frame_at(content, behind)
            if follows is not None and _alike(found, follows):
                return found
            if whole and follows is None and (behind == len(content) or _is_tail(content, behind)):
                return found
        at += 1
    raise MediaFault("no_frames")


def frames(content: bytes | bytearray, first: AudioFrame) -> list[AudioFrame]:
    """Return the frames from the first on, as far as one follows another."""
    found: list[AudioFrame] = []
    at = first.start
    while (each := frame_at(content, at)) is not None and at + each.size <= len(content):
        if not _alike(first, each):
            break
        found.append(each)
        at += each.size
    return found


def is_xing(content: bytes | bytearray, frame: AudioFrame) -> bool:
    """Tell whether a frame holds no sound but the count of frames and bytes."""
    at = _xing_at(frame)
    return frame.kind == "mp3" and content[at : at + 4] in {b"Xing", b"Info"}


def with_xing(content: bytes, frame: AudioFrame, rest: bytes) -> bytes:
    """Return the counting frame of ``content`` for the frames of ``rest``, which follow it.

    The counts, the table of places and the sum of LAME's tag are written anew where they stand.
    """
    box = bytearray(content[frame.start : frame.start + frame.size])
    at = _xing_at(frame) - frame.start
    flags = int.from_bytes(box[at + 4 : at + 8], "big")
    found = frames(rest, first_frame(rest, 0))
    place = at + 8
    total = len(box) + sum(each.size for each in found)
    for bit, value in ((1, len(found)), (2, total)):
        if flags & bit:
            box[place : place + 4] = value.to_bytes(4, "big")
            place += 4
    if flags & 4:
        starts = [found[len(found) * each // 100].start + len(box) for each in range(100)]
        box[place : place + 100] = bytes(min(255, 256 * each // total) for each in starts)
    lame = at + 120
    if bytes(box[lame : lame + 4]) in {b"LAME", b"Lavc", b"Lavf"} and lame + 36 <= len(box):
        box[lame + 28 : lame + 34] = total.to_bytes(4, "big") + b"\0\0"  # no sum of the sound
        box[lame + 34 : lame + 36] = crc16(bytes(box[: lame + 34])).to_bytes(2, "big")
    return bytes(box)


def crc16(part: bytes) -> int:
    """Return the CRC-16 (0x8005, reflected, from 0) of LAME's tag."""
    total = 0
    for byte in part:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0xA001 if total & 1 else 0)
    return total


def _xing_at(frame: AudioFrame) -> int:
    side = {(3, 1): 17, (3, 2): 32}.get((frame.variant, frame.channels))
    if side is None:
        side = 9 if frame.channels == 1 else 17
    return frame.start + 4 + side


def _adts(head: bytes | bytearray, at: int) -> AudioFrame | None:
    rate = head[2] >> 2 & 15
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    channels = (head[2] & 1) << 2 | head[3] >> 6
    if rate >= len(_ADTS_RATES) or size < 7:
        return None
    profile = head[2] >> 6
    blocks = (head[6] & 3) + 1
    return AudioFrame("aac", at, size, _ADTS_RATES[rate], channels, profile, 0, 1024 * blocks)


def _alike(one: AudioFrame, other: AudioFrame) -> bool:
    return (one.kind, one.rate, one.variant) == (other.kind, other.rate, other.variant)


def _is_tail(content: bytes | bytearray, at: int) -> bool:
    return content[at : at + 3] == b"TAG" or content[at : at + 8] == b"APETAGEX"
