"""Broken files by the hundred: what hostile or careless programs make of a good one.

`broken` gives as many as wanted, the same for a seed and a file. A third is damaged blindly (bits,
cuts, copies, lengths and numbers at their extremes), a third along the parts that the format is
made of (a part dropped, doubled, moved, repeated, put into itself, its length a lie, checksums made
right again), and a third is what somebody thought of (the modules beside this one, and what they
give damaged blindly).
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.nouns.media import MediaFormat as F
from tests.damage import documents, pictures, sounds

LARGEST = 4 << 20
CRAFTED = pictures.CRAFTED | sounds.CRAFTED | documents.CRAFTED
_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_HEADS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"GIF89a",
    b"RIFF\xff\xff\xff\xffWEBP",
    b"RIFF\x10\0\0\0WAVE",
    b"II*\0",
    b"MM\0*",
    b"fLaC",
    b"OggS",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"ID3\x04\0\0\0\0\0\x10",
    b"\0\0\0\x1cftypavif",
    b"\0\0\0\x18ftypqt  ",
    b"\0\0\0\x18ftypisom",
    b"\x1a\x45\xdf\xa3",
    b"\xff\xf1\x50\x80",
    b"\xff\xfb\x90\x64",
    b"<?xml version='1.0'?><svg",
    b"<!DOCTYPE html>",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"---\n",
    b"",
    b"\0" * 16,
)


class Part(NamedTuple):
    """A piece of a file, and where its length stands in it (size 0: nowhere)."""

    start: int
    end: int
    at: int = 0
    size: int = 0
    little: bool = False


def _png(content: bytes) -> Iterator[Part]:
    at = 8
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        yield Part(at, min(end, len(content)), at, 4)
        at = end


def _jpeg(content: bytes) -> Iterator[Part]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        yield Part(at, end, at + 2, 2)
        at = end
    yield Part(at, len(content))


def _riff(content: bytes) -> Iterator[Part]:
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        end = min(len(content), at + 8 + size + size % 2)
        yield Part(at, end, at + 4, 4, little=True)
        at = end


_NESTED = frozenset(
    {
        b"moov",
        b"trak",
        b"mdia",
        b"minf",
        b"stbl",
        b"udta",
        b"ilst",
        b"edts",
        b"iprp",
        b"ipco",
        b"moof",
        b"traf",
        b"dinf",
    }
)


def _boxes(content: bytes, at: int = 0, stop: int = -1) -> Iterator[Part]:
    stop = len(content) if stop < 0 else stop
    while at + 8 <= stop:
        size = int.from_bytes(content[at : at + 4], "big")
        end = min(stop, at + (size if size >= 8 else stop - at))
        kind = content[at + 4 : at + 8]
        yield Part(at, end, at, 4)
        if kind in _NESTED or kind == b"meta":
            yield from _boxes(content, at + (12 if kind == b"meta" else 8), end)
        at = end


def _elements(content: bytes, at: int = 0, stop: int = -1, depth: int = 0) -> Iterator[Part]:
    stop = len(content) if stop < 0 else stop
    while at + 2 <= stop and content[at]:
        length = at + 9 - content[at].bit_length()
        if length >= stop or not content[length]:
            return
        width = 9 - content[length].bit_length()
        coded = int.from_bytes(content[length : length + width], "big") & ((1 << 7 * width) - 1)
        inside = length + width
        end = stop if coded == (1 << 7 * width) - 1 else min(stop, inside + coded)
        yield Part(at, end, length, width)
        if depth < 2 and content[at : at + 4] in _MASTERS:
            yield from _elements(content, inside, end, depth + 1)
        at = end


_MASTERS = frozenset(
    {
        b"\x18\x53\x80\x67",
        b"\x16\x54\xae\x6b",
        b"\x12\x54\xc3\x67",
        b"\x1f\x43\xb6\x75",
        b"\x15\x49\xa9\x66",
    }
)


def _pages(content: bytes) -> Iterator[Part]:
    at = 0
    while content[at : at + 4] == b"OggS":
        count = content[at + 26]
        end = min(len(content), at + 27 + count + sum(content[at + 27 : at + 27 + count]))
        yield Part(at, end, at + 26, 1)
        at = end


def _flac(content: bytes) -> Iterator[Part]:
    at, last = 4, False
    while not last and at + 4 <= len(content):
        last = bool(content[at] & 0x80)
        end = at + 4 + int.from_bytes(content[at + 1 : at + 4], "big")
        yield Part(at, min(end, len(content)), at + 1, 3)
        at = end
    yield Part(at, len(content))


def _frames(content: bytes) -> Iterator[Part]:
    """Frames of MP3 and ADTS, near enough: from one sync word to the next; a tag before them."""
    starts = [0] + [
        at
        for at in range(1, len(content) - 1)
        if content[at] == 0xFF and content[at + 1] & 0xF0 == 0xF0
    ]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield Part(start, end, start + 2, 2)


def _gif(content: bytes) -> Iterator[Part]:
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    yield Part(6, 13, 6, 2, little=True)
    while at < len(content) and content[at] in (0x21, 0x2C):
        start, local = at, content[at] == 0x2C
        at += 2 if not local else 11 + (3 << (content[at + 9] & 7) + 1) * (content[at + 9] >> 7)
        while at < len(content) and content[at]:
            at += 1 + content[at]
        at += 1
        yield Part(start, min(at, len(content)), start + (5 if local else 2), 2 if local else 1)


def _lines(content: bytes) -> Iterator[Part]:
    at = 0
    for line in content.splitlines(keepends=True):
        yield Part(at, at + len(line))
        at += len(line)


def _entries(content: bytes) -> Iterator[Part]:
    """Entries of a TIFF's first directory; their numbers are the lengths that may lie."""
    at = int.from_bytes(content[4:8], "little") + 2
    for number in range(int.from_bytes(content[at - 2 : at], "little")):
        yield Part(at + 12 * number, at + 12 * number + 12, at + 12 * number + 4, 4, little=True)
    yield Part(4, 8, 4, 4, little=True)
    yield Part(at - 2, at, at - 2, 2, little=True)


_PARTS: dict[F, Callable[[bytes], Iterator[Part]]] = {
    F.PNG: _png,
    F.JPEG: _jpeg,
    F.WEBP: _riff,
    F.GIF: _gif,
    F.AVIF: _boxes,
    F.TIFF: _entries,
    F.SVG: _lines,
    F.MP3: _frames,
    F.WAV: _riff,
    F.FLAC: _flac,
    F.OGG: _pages,
    F.M4A: _boxes,
    F.AAC: _frames,
    F.MP4: _boxes,
    F.MOV: _boxes,
    F.WEBM: _elements,
    F.MKV: _elements,
    F.TXT: _lines,
    F.MARKDOWN: _lines,
    F.HTML: _lines,
    F.PDF: _lines,
}


def broken(content: bytes, found: F, count: int, *, seed: int, first: int = 0) -> Iterator[bytes]:
    """Give ``count`` broken copies of a good file from the number ``first`` on."""
    thoughts = CRAFTED[found](content)
    parts = list(_PARTS[found](content)) if found in _PARTS else []
    for number in range(first, first + count):
        chance = random.Random(f"{seed} {found} {number}")
        if number % 3 == 0 and thoughts:
            out = thoughts[number // 3 % len(thoughts)]()
            if number // 3 >= len(thoughts):
                out = _blindly(out, chance)
        elif number % 3 == 1 and parts:
            out = _along(content, parts, chance, found)
        elif number % 3 == 0:
            out = _other_head(content, chance)
        else:
            out = _blindly(content, chance)
        yield out[:LARGEST]


def _blindly(content: bytes, chance: random.Random) -> bytes:
    out = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = int(len(out) * chance.random() ** chance.choice((1, 3)))
        end = at + chance.choice((1, 4, 64, 4096))
        match chance.randrange(8):
            case 0:
                out[at : at + 1] = chance.randbytes(1)
            case 1:
                del out[at:end]
            case 2:
                out[at:at] = out[at:end]
            case 3:
                out[at:end] = chance.randbytes(len(out[at:end]))
            case 4 | 5:
                kind = chance.choice(("<B", "<H", ">H", "<I", ">I", "<Q", ">Q"))
                number = chance.choice(_EXTREMES) & (1 << 8 * struct.calcsize(kind)) - 1
                out[at : at + struct.calcsize(kind)] = struct.pack(kind, number)
            case 6:
                del out[at:]
            case _:
                out = bytearray(_other_head(bytes(out), chance))
    return bytes(out)


def _other_head(content: bytes, chance: random.Random) -> bytes:
    """Another format's first bytes, in place of these or before them."""
    head = chance.choice(_HEADS)
    return head + content[chance.choice((0, len(head), len(head))) :]


def _along(content: bytes, parts: list[Part], chance: random.Random, found: F) -> bytes:
    one, two = chance.choice(parts), chance.choice(parts)
    piece = content[one.start : one.end]
    before, behind = content[: one.start], content[one.end :]
    match chance.randrange(8):
        case 0:
            out = before + behind
        case 1:
            out = before + piece * chance.choice((2, 3, 300)) + behind
        case 2:
            out = content[: two.start] + piece + content[two.start :]
        case 3:
            half = len(piece) // 2
            out = before + piece[:half] + piece * chance.choice((1, 40)) + piece[half:] + behind
        case 4:
            inside = bytearray(piece)
            at = chance.randrange(len(inside) or 1)
            inside[at : at + 1] = chance.randbytes(1)
            out = before + bytes(inside) + behind
        case 5:
            out = before + content[two.start : two.end] + behind
        case _:
            out = _lying(content, one, chance)
    return _mended(out, found) if chance.random() < 0.8 else out


def _lying(content: bytes, part: Part, chance: random.Random) -> bytes:
    """The length of a part is another number; of a part without one, its bytes are."""
    if not part.size:
        return content[: part.start] + b"\xff" * (part.end - part.start) + content[part.end :]
    order = "little" if part.little else "big"
    most = (1 << 8 * part.size) - 1
    true = int.from_bytes(content[part.at : part.at + part.size], order)
    near = (true - 1, true + 1, true + 8, true // 2, true * 2)
    number = chance.choice((*_EXTREMES, *near, most, most >> 1)) & most
    return content[: part.at] + number.to_bytes(part.size, order) + content[part.at + part.size :]


def _mended(content: bytes, found: F) -> bytes:
    """The checksums are right again, so that the damage is looked at and not they."""
    if found is F.PNG:
        out = bytearray(content)
        for part in _png(content):
            if part.end - part.start >= 12:
                said = zlib.crc32(content[part.start + 4 : part.end - 4])
                out[part.end - 4 : part.end] = said.to_bytes(4, "big")
        return bytes(out)
    if found is F.OGG:
        out = bytearray(content)
        for part in _pages(content):
            out[part.start + 22 : part.start + 26] = bytes(4)
            said = _ogg_sum(bytes(out[part.start : part.end]))
            out[part.start + 22 : part.start + 26] = said.to_bytes(4, "little")
        return bytes(out)
    return content


def _ogg_sum(page: bytes) -> int:
    """CRC-32 of RFC 3533: polynomial 04C11DB7, nothing reflected."""
    said = 0
    for each in page:
        said = (said << 8 & 0xFFFFFFFF) ^ _TABLE[said >> 24 ^ each]
    return said


def _table() -> list[int]:
    found = []
    for number in range(256):
        said = number << 24
        for _ in range(8):
            said = (said << 1 ^ (0x04C11DB7 if said & 0x80000000 else 0)) & 0xFFFFFFFF
        found.append(said)
    return found


_TABLE = _table()
