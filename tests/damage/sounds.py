"""Broken sound, and Matroska, that somebody thought of."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial

from gateway.nouns.media import MediaFormat as F

Make = Callable[[], bytes]
_MANY = 20_000


def _tagged(content: bytes) -> list[Make]:
    """Sound that an ID3 tag may stand before: MP3, AAC, and FLAC where it should not."""

    def tag(*frames: bytes, version: int = 4, flags: int = 0, size: int = -1) -> bytes:
        body = b"".join(frames)
        said = len(body) if size < 0 else size
        sizes = bytes(said >> shift & 0x7F for shift in (21, 14, 7, 0))
        return b"ID3" + bytes([version, 0, flags]) + sizes + body + content

    def frame(kind: bytes, body: bytes, said: int = -1, flags: bytes = b"\0\0") -> bytes:
        return kind + (len(body) if said < 0 else said).to_bytes(4, "big") + flags + body

    label = b'\3AIGC\0{"Label":"1","ContentProducer":"p","ProduceID":"1"}'
    return [
        tag,
        partial(tag, version=2),
        partial(tag, version=9),
        partial(tag, size=0x0FFFFFFF),
        *(partial(tag, flags=flags) for flags in (0x80, 0x40, 0x20, 0x10, 0xFF)),
        *(
            partial(tag, each, version=version)
            for version in (3, 4)
            for each in (
                frame(b"TXXX", label),
                frame(b"TXXX", label) * 2,
                frame(b"TXXX", b"\1AIGC"),
                frame(b"TXXX", b"\3AIGC\0" + b"[" * 9_000),
                frame(b"TXXX", b"", said=0x7FFFFFFF),
                frame(b"TXXX", label, flags=b"\xff\xff"),
                frame(b"GEOB", b"\3application/c2pa\0\0\0xx"),
                frame(b"\0\0\0\0", b"x"),
                frame(b"TIT2", b"\3x") * 5_000,
                b"\0" * 9_000,
                b"\xff" * 99,
                frame(b"TXXX", b"\4AIGC\0x"),
                frame(b"APIC", b"\0image/png\0\3\0" + bytes(9_000)),
            )
        ),
        lambda: tag() + tag(),
        lambda: content + content,
        lambda: content + b"TAG" + bytes(125),
        lambda: content + b"APETAGEX" + b"\xff" * 24,
        lambda: content[:64],
        lambda: content[1:],
    ]


def _flac(content: bytes) -> list[Make]:
    def with_block(kind: int, data: bytes, *, last: bool = False, times: int = 1) -> bytes:
        head = bytes([kind | 0x80 * last]) + len(data).to_bytes(3, "big")
        return content[:42] + (head + data) * times + content[42:]

    comments = [struct.pack("<I", each) for each in (0, 1, 0xFFFFFFFF)]
    return [
        *(partial(with_block, 4, one + two) for one in comments for two in comments),
        partial(with_block, 4, bytes(4) + struct.pack("<II", 1, 9) + b"AIGC={}xx"),
        partial(with_block, 4, bytes(4) + struct.pack("<I", 9_000) + (b"\7\0\0\0AIGC=[[") * 9_000),
        partial(with_block, 127, b""),
        partial(with_block, 0, bytes(34)),
        partial(with_block, 1, b"", last=True),
        partial(with_block, 1, bytes(9), times=30_000),
        partial(with_block, 6, b"\xff" * 40),
        lambda: content[:8] + bytes(34) + content[42:],
        lambda: content[:8] + b"\xff" * 34 + content[42:],
        *_tagged(content)[:12],
    ]


def _ogg(content: bytes) -> list[Make]:
    page = b"OggS\0" + b"\x02" + bytes(8) + b"\7\0\0\0" + bytes(8)
    return [
        lambda: content + content,
        lambda: page + b"\0" + content,
        lambda: page + b"\xff" * 256 + content,
        lambda: content + page + b"\1\x08OpusHead",
        lambda: (page + b"\0") * _MANY + content,
        lambda: content.replace(b"OpusTags", b"OpusTags\xff\xff\xff\xff", 1),
        lambda: content.replace(b"OpusHead", b"\x80theora\0", 1),
        lambda: content.replace(b"OpusHead\1\1", b"OpusHead\xff\xff", 1),
        lambda: content.replace(b"OpusHead\1\1", b"OpusHead\1\0", 1),
        lambda: content.replace(b"OpusHead", b"\x01vorbis\0", 1),
        lambda: content[:60],
    ]


def _matroska(content: bytes) -> list[Make]:
    at = content.find(b"\x18\x53\x80\x67")
    tags = b"\x12\x54\xc3\x67"
    pieces = [
        tags + b"\x80",
        tags + b"\xff",
        tags + b"\x01" + b"\xff" * 7,
        tags + b"\x08" + b"\0" * 8,
        (tags + b"\x80") * _MANY,
        b"\xec\x80" * 50_000,
        tags + b"\x8b\x73\x73\x88\x67\xc8\x85\x45\xa3\x82A",
        (b"\x73\x73\x01\xff\xff\xff\xff\xff\xff\xff") * 5_000,
        b"\x18\x53\x80\x67\x80",
        (b"\x67\xc8\x01\xff\xff\xff\xff\xff\xff\xff") * 9_000,
        b"\x1a\x45\xdf\xa3\x80",
        b"\0" * 999,
    ]
    return [
        *(
            partial(lambda each, at: content[:at] + each + content[at:], each, place)
            for each in pieces
            for place in (at, at + 12, len(content))
        ),
        lambda: content[:at],
        lambda: content[: at + 12],
        lambda: content + content,
        lambda: content.replace(b"webm", b"webn", 1),
        lambda: content.replace(b"matroska", b"webm\0\0\0\0"),
    ]


def _pcm(content: bytes) -> list[Make]:
    return [
        lambda: b"",
        lambda: b"\0",
        lambda: content[:-1],
        lambda: bytes(9_999),
        lambda: b"\xff" * 9_999,
        lambda: b"\x80\x00" * 9_999,
        lambda: content * 60,
        lambda: content[1:],
    ]


CRAFTED: dict[F, Callable[[bytes], list[Make]]] = {
    **dict.fromkeys((F.MP3, F.AAC), _tagged),
    **dict.fromkeys((F.WEBM, F.MKV), _matroska),
    F.FLAC: _flac,
    F.OGG: _ogg,
    F.PCM: _pcm,
}
"""What makes the broken files of a format from a good one."""
