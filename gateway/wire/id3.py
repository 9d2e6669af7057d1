"""ID3v2 tags (id3.org: ID3v2.2, v2.3, v2.4): user text (``TXXX``) read and written.

All other frames are kept to the byte. Written is the version that was there (2.3 or 2.4), 2.4 where
there was none; 2.2 becomes 2.4, frame by frame as far as a frame has a successor. Unsynchronisation
is undone when read and not written: no reader of today needs it.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

_HEADER = 10
_UNSYNC, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_V4_LENGTH, _V4_UNSYNC, _V4_ENCRYPTED, _V4_COMPRESSED, _V4_GROUP = 0x01, 0x02, 0x04, 0x08, 0x40
_V3_COMPRESSED, _V3_ENCRYPTED, _V3_GROUP = 0x80, 0x40, 0x20
_MOST_FRAMES = 10_000
_LONGEST_TEXT = 1 << 20
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_SUCCESSORS: dict[bytes, bytes] = {
    b"TT1": b"TIT1", b"TT2": b"TIT2", b"TT3": b"TIT3", b"TP1": b"TPE1", b"TP2": b"TPE2",
    b"TP3": b"TPE3", b"TP4": b"TPE4", b"TCM": b"TCOM", b"TXT": b"TEXT", b"TLA": b"TLAN",
    b"TCO": b"TCON", b"TAL": b"TALB", b"TPA": b"TPOS", b"TRK": b"TRCK", b"TRC": b"TSRC",
    b"TYE": b"TYER", b"TDA": b"TDAT", b"TIM": b"TIME", b"TMT": b"TMED", b"TFT": b"TFLT",
    b"TBP": b"TBPM", b"TCR": b"TCOP", b"TPB": b"TPUB", b"TEN": b"TENC", b"TSS": b"TSSE",
    b"TOF": b"TOFN", b"TLE": b"TLEN", b"TDY": b"TDLY", b"TKE": b"TKEY", b"TOT": b"TOAL",
    b"TOA": b"TOPE", b"TOL": b"TOLY", b"TXX": b"TXXX", b"WXX": b"WXXX", b"COM": b"COMM",
    b"ULT": b"USLT", b"UFI": b"UFID", b"GEO": b"GEOB", b"CNT": b"PCNT", b"POP": b"POPM",
}  # fmt: skip


class Frame(NamedTuple):
    """One frame: its four-letter id, its two flag bytes, and its body as it stands in the tag."""

    id: bytes
    flags: bytes
    body: bytes


class Tag(NamedTuple):
    """A tag at the head of a file. ``size`` bytes of the file are the tag; 0 if there is none."""

    version: int
    frames: tuple[Frame, ...]
    size: int


def tag_size(content: bytes) -> int:
    """Return how many bytes at the head of a file are an ID3v2 tag, by its own header."""
    if (
        len(content) < _HEADER
        or content[:3] != b"ID3"
        or any(each & 0x80 for each in content[6:10])
    ):
        return 0
    footer = _HEADER if content[3] == 4 and content[5] & _FOOTER else 0
    return _HEADER + _syncsafe(content[6:10]) + footer


def read_tag(content: bytes) -> Tag:
    """Return the tag at the head of a file. Raises MediaFault if one is there but broken."""
    size = tag_size(content)
    if size == 0:
        return Tag(4, (), 0)
    version, flags = content[3], content[5]
    if version not in {2, 3, 4} or size > len(content):
        raise MediaFault("broken_id3")
    body = content[_HEADER : _HEADER + _syncsafe(content[6:10])]
    if flags & _UNSYNC and version < 4:
        body = _resynced(body)
    if flags & _EXTENDED:
        if (
            version == 2
        ):  # in this version the flag says that the tag is compressed, in no known way
            raise MediaFault("broken_id3")
        further = _extended_size(version, body)
        if further > len(body):
            raise MediaFault("broken_id3")
        body = body[further:]
    frames = _frames(body, version)
    if version == 2:
        return Tag(4, tuple(_succeeded(frames)), size)
    return Tag(version, tuple(frames), size)


def user_texts(content: bytes, description: str) -> list[bytes]:
    """Return the values of the ``TXXX`` frames of this description (case ignored), as UTF-8."""
    tag = read_tag(content)
    read = (_user_text(tag.version, frame) for frame in tag.frames)
    return [each[1].encode() for each in read if each and each[0].upper() == description.upper()]


def with_user_text(content: bytes, description: str, value: bytes | None) -> bytes:
    """Return the file with exactly one ``TXXX`` of this description, which holds ``value`` (ASCII).

    None takes those that are there away. Raises MediaFault if the tag is broken or grows too large.
    """
    tag = read_tag(content)
    kept = [frame for frame in tag.frames if not _is_user_text(tag.version, frame, description)]
    if value is not None:
        encoding = b"\x03" if tag.version == 4 else b"\x00"
        text = encoding + description.encode("ascii") + b"\0" + value
        kept.append(Frame(b"TXXX", b"\0\0", text))
    return build(tag.version, kept) + content[tag.size :]


def build(version: int, frames: list[Frame]) -> bytes:
    """Return a tag of version 3 or 4; nothing if there are no frames.

    In version 4 zeros follow a last frame of more than 127 bytes (padding, ID3v2.4.0, 3.3): there a
    reader that wants to know whether a size is in seven-bit bytes looks for the frame behind it.
    """
    body = b"".join(
        frame.id
        + (_to_syncsafe(len(frame.body)) if version == 4 else len(frame.body).to_bytes(4, "big"))
        + frame.flags
        + frame.body
        for frame in frames
    )
    if not body:
        return b""
    if version == 4 and len(frames[-1].body) > 0x7F:
        body += bytes(_HEADER)
    return b"ID3" + bytes((version, 0, 0)) + _to_syncsafe(len(body)) + body


def _syncsafe(four: bytes) -> int:
    size = 0
    for each in four:
        size = size << 7 | each & 0x7F
    return size


def _to_syncsafe(size: int) -> bytes:
    if size >= 1 << 28:
        raise MediaFault("id3_too_large")
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _resynced(body: bytes) -> bytes:
    return body.replace(b"\xff\x00", b"\xff")


def _extended_size(version: int, body: bytes) -> int:
    if len(body) < 4:
        raise MediaFault("broken_id3")
    return _syncsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")


def _frames(body: bytes, version: int) -> list[Frame]:
    letters, width = (3, 6) if version == 2 else (4, 10)
    found: list[Frame] = []
    at = 0
    while at + width <= len(body) and body[at] != 0:
        name = body[at : at + letters]
        if not all(48 <= each <= 57 or 65 <= each <= 90 or each == 32 for each in name):
            raise MediaFault("broken_id3")
        size = _frame_size(body, at, version)
        end = at + width + size
        if end > len(body) or len(found) >= _MOST_FRAMES:
            raise MediaFault("broken_id3")
        flags = b"\0\0" if version == 2 else body[at + 8 : at + 10]
        found.append(_plain(version, Frame(name, flags, body[at + width : end])))
        at = end
    return found


def _frame_size(body: bytes, at: int, version: int) -> int:
    """A frame's size; old writers of 2.4 did not write it in seven-bit bytes."""
    if version == 2:
        return int.from_bytes(body[at + 3 : at + 6], "big")
    four = body[at + 4 : at + 8]
    plain = int.from_bytes(four, "big")
    if version == 3:
        return plain
    size = _syncsafe(four)
    if any(each & 0x80 for each in four):
        return plain
    if size != plain and not _ends_well(body, at + 10 + size) and _ends_well(body, at + 10 + plain):
        return plain
    return size


def _ends_well(body: bytes, end: int) -> bool:
    follows = body[end : end + 4]
    return end == len(body) or (end < len(body) and (follows[0] == 0 or follows.isalnum()))


def _plain(version: int, frame: Frame) -> Frame:
    """Undo the unsynchronisation of one frame of 2.4."""
    if version != 4 or not frame.flags[1] & _V4_UNSYNC:
        return frame
    flags = bytes((frame.flags[0], frame.flags[1] & ~_V4_UNSYNC))
    return Frame(frame.id, flags, _resynced(frame.body))


def _succeeded(frames: list[Frame]) -> list[Frame]:
    kept = []
    for frame in frames:
        if frame.id in _SUCCESSORS:
            kept.append(Frame(_SUCCESSORS[frame.id], b"\0\0", frame.body))
        elif frame.id == b"PIC" and len(frame.body) > 5:
            mime = {b"PNG": b"image/png", b"JPG": b"image/jpeg"}.get(frame.body[1:4])
            if mime:
                body = frame.body[:1] + mime + b"\0" + frame.body[4:]
                kept.append(Frame(b"APIC", b"\0\0", body))
        elif frame.id[:1] == b"W":
            kept.append(Frame(frame.id[:1] + frame.id[1:].ljust(3, b"X"), b"\0\0", frame.body))
    return kept


def _is_user_text(version: int, frame: Frame, description: str) -> bool:
    read = _user_text(version, frame)
    return read is not None and read[0].upper() == description.upper()


def _user_text(version: int, frame: Frame) -> tuple[str, str] | None:
    """Return description and value of a ``TXXX`` frame; None for others and unreadable ones. What
    cannot be decoded in a value is replaced: a reader less strict would show it as it is."""
    if frame.id != b"TXXX":
        return None
    body = _unpacked(version, frame)
    if not body or body[0] not in _ENCODINGS:
        return None
    text = body[1:].decode(_ENCODINGS[body[0]], errors="replace")
    description, _, value = text.partition("\0")
    return description.lstrip("\ufeff"), value.lstrip("\ufeff").rstrip("\0")


def _unpacked(version: int, frame: Frame) -> bytes:
    flags, body = frame.flags[1], frame.body
    if version == 4:
        grouped, encrypted = flags & _V4_GROUP, flags & _V4_ENCRYPTED
        compressed, sized = flags & _V4_COMPRESSED, flags & _V4_LENGTH
    else:
        grouped, encrypted = flags & _V3_GROUP, flags & _V3_ENCRYPTED
        compressed = sized = flags & _V3_COMPRESSED
    if encrypted:
        return b""
    body = body[(1 if grouped else 0) + (4 if sized else 0) :]
    if not compressed:
        return body
    try:
        return zlib.decompressobj().decompress(body, _LONGEST_TEXT)
    except zlib.error:
        return b""
