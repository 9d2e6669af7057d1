"""Broken pictures, and files of boxes and chunks, that somebody thought of."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from functools import partial

from gateway.nouns.media import MediaFormat as F

Make = Callable[[], bytes]
_MANY = 20_000
_BOMB = 32 << 20


def _chunk(kind: bytes, data: bytes) -> bytes:
    said = zlib.crc32(kind + data)
    return len(data).to_bytes(4, "big") + kind + data + said.to_bytes(4, "big")


def _png(content: bytes) -> list[Make]:
    def sized(width: int, height: int, depth: int = 8, colour: int = 2, laced: int = 0) -> bytes:
        head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, laced)
        return content[:8] + _chunk(b"IHDR", head) + content[33:]

    def with_chunk(kind: bytes, data: bytes) -> bytes:
        return content[:33] + _chunk(kind, data) + content[33:]

    packed = zlib.compress(bytes(_BOMB))
    sizes = [
        (0, 0),
        (1, 1),
        (0x7FFFFFFF, 0x7FFFFFFF),
        (0xFFFFFFFF, 1),
        (1, 0xFFFFFFFF),
        (60_000, 60_000),
        (8_000, 8_000),
        (1, 5_000_000),
    ]
    label = b'{"AIGC":{"Label":"1","ContentProducer":"p","ProduceID":"1"}}'
    return [
        *(partial(sized, *size) for size in sizes),
        *(
            partial(sized, 64, 48, depth, colour)
            for depth in (0, 1, 3, 16, 255)
            for colour in (0, 3, 6, 7)
        ),
        partial(sized, 64, 48, 8, 2, 1),
        partial(sized, 64, 48, 8, 2, 9),
        partial(with_chunk, b"zTXt", b"AIGC\0\0" + packed),
        partial(with_chunk, b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
        partial(with_chunk, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta"),
        partial(with_chunk, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<a>" * _MANY),
        partial(with_chunk, b"iTXt", b"XML:com.adobe.xmp"),
        partial(with_chunk, b"tEXt", b"AIGC\0" + label),
        partial(with_chunk, b"tEXt", b"AIGC\0" + b"[" * _MANY),
        partial(with_chunk, b"acTL", struct.pack(">II", 0xFFFFFFFF, 0)),
        partial(with_chunk, b"acTL", b""),
        partial(with_chunk, b"caBX", b"\0\0\0\x10jumb"),
        partial(with_chunk, b"caBX", b""),
        partial(with_chunk, b"eXIf", b"II*\0\xff\xff\xff\xff"),
        partial(with_chunk, b"iCCP", b"x\0\0" + packed),
        partial(with_chunk, b"ABCD", b"x" * 9),
        partial(with_chunk, b"PLTE", b"xx"),
        partial(with_chunk, b"IEND", b""),
        partial(with_chunk, b"IDAT", b""),
        lambda: content + content,
        lambda: content[:33] + _chunk(b"IDAT", packed) + content[33:],
        lambda: content[:33] + _chunk(b"tEXt", b"a\0b") * 20_000 + content[33:],
    ]


def _segment(kind: int, data: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + (len(data) + 2).to_bytes(2, "big") + data


def _jpeg(content: bytes) -> list[Make]:
    xmp = b"http://ns.adobe.com/xap/1.0/\0"
    more = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + b"\xff\xff\xff\xff\0\0\0\0"
    segments = [
        _segment(0xE1, xmp + b"<x:xmpmeta"),
        _segment(0xE1, xmp),
        _segment(0xE1, xmp) * 400,
        _segment(0xE1, xmp + b"<a>" * 20_000),
        _segment(0xE1, more),
        _segment(0xE1, more + b"x"),
        _segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
        _segment(0xE1, b"Exif\0\0"),
        _segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x92\x86\0\x07\xff\xff\xff\xff" * 99),
        _segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x10jumb"),
        _segment(0xEB, b"JP"),
        _segment(0xFE, b"x" * 65_000) * 40,
        b"\xff" * 60_000,
        b"\xff\xd8",
        b"\xff\xd9",
        b"\xff\xe1\0\0",
        b"\xff\xe1\0\1",
        b"\xff\xe1",
        b"\xff\x00" * 99,
    ]
    made: list[Make] = [
        partial(lambda each: content[:2] + each + content[2:], each) for each in segments
    ]
    frame = re.search(rb"\xff[\xc0-\xc2]\0\x11\x08", content)
    if frame:
        at = frame.start() + 5
        for size in ((0, 0), (0xFFFF, 0xFFFF), (1, 0xFFFF), (0, 9), (30_000, 30_000)):
            new = struct.pack(">HH", *size)
            made.append(partial(lambda new: content[:at] + new + content[at + 4 :], new))
    return [*made, lambda: content + content, lambda: content[:-2] + b"\xff\xda" + bytes(9)]


def _riff(content: bytes) -> list[Make]:
    def again(kind: bytes, data: bytes, *, first: bool = False, times: int = 1) -> bytes:
        piece = (kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)) * times
        body = content[8:12] + (piece + content[12:] if first else content[12:] + piece)
        return content[:4] + len(body).to_bytes(4, "little") + body

    label = b'{"Label":"1","ContentProducer":"p","ProduceID":"1"}'
    forms = [
        struct.pack("<HHIIHH", kind, channels, rate, 0xFFFFFFFF, block, bits)
        for kind, channels, rate, block, bits in (
            (1, 0, 8000, 2, 16),
            (1, 65535, 8000, 2, 16),
            (1, 1, 0, 2, 16),
            (3, 1, 8000, 0, 64),
            (1, 1, 0xFFFFFFFF, 2, 16),
            (1, 1, 8000, 2, 0),
            (0xFFFE, 2, 8000, 4, 16),
            (85, 2, 44100, 1, 0),
            (1, 1, 8000, 65535, 65535),
            (6, 1, 8000, 1, 8),
        )
    ]
    return [
        *(partial(again, b"fmt ", form, first=True) for form in forms),
        *(
            partial(again, kind, data, first=first)
            for first in (True, False)
            for kind, data in (
                (b"AIGC", label),
                (b"AIGC", b"[" * _MANY),
                (b"AIGC", b""),
                (b"XMP ", b"<x:xmpmeta"),
                (b"XMP ", b"<a>" * _MANY),
                (b"VP8X", struct.pack("<II", 0xFF, 0xFFFFFF)[:8] + b"\xff\xff"),
                (b"VP8X", b"\x3e" + bytes(3) + b"\xff" * 6),
                (b"ANIM", bytes(6)),
                (b"ANMF", bytes(16)),
                (b"data", bytes(99)),
                (b"C2PA", b"\0\0\0\x10jumb"),
                (b"LIST", b"INFO" + b"\xff" * 99),
                (b"EXIF", b"II*\0\xff\xff\xff\xff"),
                (b"ds64", bytes(28)),
                (b"RIFF", content[8:999]),
            )
        ),
        partial(again, b"AIGC", label, times=2_000),
        partial(again, b"junk", b"", times=50_000),
        lambda: b"RF64" + content[4:],
        lambda: content[:12],
        lambda: content + content,
        lambda: content[:4] + b"\xff" * 4 + content[8:],
        lambda: content[:4] + bytes(4) + content[8:],
    ]


def _box(kind: bytes, data: bytes) -> bytes:
    return (len(data) + 8).to_bytes(4, "big") + kind + data


def _nested(kind: bytes, depth: int) -> bytes:
    heads = [(8 * (depth - number)).to_bytes(4, "big") + kind for number in range(depth)]
    return b"".join(heads)


def _iso(content: bytes) -> list[Make]:
    start = int.from_bytes(content[:4], "big")
    boxes = [
        _nested(b"moov", 5_000),
        _nested(b"meta", 5_000),
        _nested(b"udta", 60_000),
        _box(b"moov", b""),
        _box(b"moov", _box(b"udta", _box(b"meta", b""))),
        _box(b"meta", b""),
        _box(b"moov", _box(b"udta", _box(b"meta", bytes(4) + _box(b"keys", b"\xff" * 8)))),
        _box(b"meta", bytes(4) + _box(b"iloc", b"\0\0\0\0\xff\xff\xff\xff")),
        _box(b"meta", bytes(4) + _box(b"iinf", b"\0\0\0\0\xff\xff" + b"\0" * 40)),
        _box(
            b"meta", bytes(4) + _box(b"iprp", _box(b"ipco", _box(b"ispe", b"\0" * 4 + b"\xff" * 8)))
        ),
        _box(b"free", b"") * _MANY,
        b"\0\0\0\0free",
        b"\0\0\0\1free" + b"\xff" * 8,
        b"\0\0\0\1mdat" + bytes(8),
        b"\0\0\0\7free",
        _box(b"uuid", b""),
        _box(b"mdat", b""),
        _box(
            b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + b"\0" * 8 + b"manifest\0"
        ),
    ]
    places = [0, start, len(content)]
    made: list[Make] = [
        partial(lambda box, at: content[:at] + box + content[at:], box, at)
        for box in boxes
        for at in places
    ]
    for kind in (
        b"stts",
        b"stsz",
        b"stco",
        b"stsc",
        b"stss",
        b"ctts",
        b"stsd",
        b"elst",
        b"keys",
        b"iloc",
        b"iinf",
        b"iref",
        b"ipma",
        b"pitm",
        b"ispe",
        b"tkhd",
        b"mdhd",
    ):
        at = content.find(kind)
        if at > 0:
            made.extend(
                partial(lambda at, said: content[: at + 4] + said + content[at + 12 :], at, said)
                for said in (b"\xff" * 8, bytes(8), b"\0\0\0\0\x7f\xff\xff\xff")
            )
    return [*made, lambda: content[:start], lambda: content + content]


def _gif(content: bytes) -> list[Make]:
    screens = [
        struct.pack("<HHB", *each)
        for each in ((0, 0, 0xF7), (65535, 65535, 0xF7), (65535, 1, 0), (20_000, 20_000, 0x77))
    ]
    blocks = [
        b"\x21\xff\x0bXMP DataXMP<x:xmpmeta",
        b"\x21\xff\x0bXMP DataXMP" + b"<a>" * 9_000 + b"\0",
        b"\x21\xff\x0bXMP DataXMP\0",
        b"\x21\xff\x0bNETSCAPE2.0\x03\1\xff\xff\0",
        b"\x21",
        b"\x2c",
        b"\x21\xfe" + (b"\xff" + b"x" * 255) * 2_000 + b"\0",
        b"\x21\xf9\x04\xff\xff\xff\xff\0",
        b"\x2c" + b"\xff" * 8 + b"\0\x08\x01\0\0",
        b"\x2c" + bytes(9) + b"\x0c\xff\xff",
        b"\x3b",
        b"\x21\xff\x03C2P\0",
        b"\x21\xff\x0bC2PA_GIF\1\0\0\x04jumb\0",
        b"\0" * 99,
        (b"\x2c" + bytes(4) + b"\1\0\1\0\0\x02\x02D\1\0") * 5_000,
    ]
    end = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    return [
        *(partial(lambda each: content[:6] + each + content[11:], each) for each in screens),
        *(partial(lambda each: content[:end] + each + content[end:], each) for each in blocks),
        *(partial(lambda each: content[:-1] + each, each) for each in blocks),
        lambda: content + content,
        lambda: content[:13],
    ]


def _tiff(content: bytes) -> list[Make]:
    def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
        rows = b"".join(struct.pack("<HHII", *each) for each in entries)
        head = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
        return head + rows + struct.pack("<I", following) + bytes(4_000)

    plain = (
        (256, 3, 1, 9),
        (257, 3, 1, 9),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 200),
        (277, 3, 1, 1),
        (278, 3, 1, 9),
        (279, 4, 1, 81),
    )
    swaps = [
        (256, 4, 1, 0xFFFFFFFF),
        (257, 4, 1, 60_000),
        (258, 3, 1, 64),
        (259, 3, 1, 7),
        (259, 3, 1, 50_000),
        (273, 4, 0xFFFFFFFF, 8),
        (277, 3, 1, 65_535),
        (278, 4, 1, 0),
        (279, 4, 1, 0xFFFFFFFF),
        (257, 4, 1, 0),
        (262, 3, 1, 6),
    ]
    at = int.from_bytes(content[4:8], "little")
    return [
        partial(directory, *plain),
        partial(directory, *plain, following=8),
        partial(directory, *plain, following=0xFFFFFFFF),
        partial(directory),
        partial(directory, *plain, (700, 1, 0xFFFFFFFF, 8)),
        partial(directory, *plain, (700, 1, 4, 8)),
        partial(directory, *plain, (34665, 4, 1, 8)),
        partial(directory, *plain, (330, 4, 1, 8)),
        partial(directory, *plain * 400),
        *(
            partial(directory, *(swap if swap[0] == each[0] else each for each in plain))
            for swap in swaps
        ),
        lambda: b"MM\0*" + content[4:],
        lambda: b"II+\0" + content[4:],
        lambda: content[:4] + b"\xff" * 4 + content[8:],
        lambda: content[:4] + bytes(4) + content[8:],
        lambda: content[:at] + b"\xff\xff" + content[at + 2 :],
        lambda: content + content,
    ]


CRAFTED: dict[F, Callable[[bytes], list[Make]]] = {
    **dict.fromkeys((F.WEBP, F.WAV), _riff),
    **dict.fromkeys((F.AVIF, F.M4A, F.MP4, F.MOV), _iso),
    F.PNG: _png,
    F.JPEG: _jpeg,
    F.GIF: _gif,
    F.TIFF: _tiff,
}
"""What makes the broken files of a format from a good one."""
