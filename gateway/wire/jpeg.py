"""JPEG files (ISO/IEC 10918-1) as segments: what they carry, and one XMP packet in its place.

Only what stands before the first scan is read; the scans are passed on as they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.wire import exif, multi_picture
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
EXIF = b"Exif\0\0"
LARGEST = 65_533
"""Bytes that one segment can hold: its length field counts itself."""

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP11 = 0xE0, 0xE1, 0xEB
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_EXTENSION_HEAD = len(EXTENDED_XMP) + 32 + 8
_MOST_SEGMENTS = 20_000
_INDEX = re.compile(rb"\xff\xe2.." + multi_picture.MPF, re.DOTALL)
_PART = 64_000
"""Bytes of a manifest in one segment."""


class Segment(NamedTuple):
    """One segment before the first scan: its marker's second byte and its contents."""

    marker: int
    body: bytes


def segments(content: bytes) -> tuple[list[Segment], int]:
    """Return the segments before the first scan, and where that begins. Raises MediaFault."""
    if content[:3] != b"\xff\xd8\xff":
        raise MediaFault("broken_jpeg")
    found: list[Segment] = []
    at = 2
    while at + 4 <= len(content) and len(found) < _MOST_SEGMENTS:
        if content[at] != 0xFF:
            raise MediaFault("broken_jpeg")
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte (B.1.1.2)
            at += 1
            continue
        if marker == _SOS:
            return found, at
        if marker in _ALONE:
            at += 2
            continue
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in {0, _SOI, _EOI} or size < 2 or at + 2 + size > len(content):
            raise MediaFault("broken_jpeg")
        found.append(Segment(marker, content[at + 4 : at + 2 + size]))
        at += 2 + size
    raise MediaFault("broken_jpeg")


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    packets: list[bytes] = []
    notes: list[bytes] = []
    extended: list[bytes] = []
    manifest = False
    for marker, body in segments(content)[0]:
        if marker == _APP11:
            manifest = manifest or _is_manifest(body)
        elif marker != _APP1:
            continue
        elif body.startswith(XMP):
            packets.append(body[len(XMP) :])
        elif body.startswith(EXTENDED_XMP):
            extended.append(extension(body))
        elif body.startswith(EXIF):
            notes += exif.labels(body[len(EXIF) :])
    if b"http://www.tc260.org.cn/ns/AIGC/" in b"".join(extended):
        raise MediaFault("label_in_extended_xmp")
    return Carried(tuple(packets), tuple(notes), manifest)


def extension(body: bytes) -> bytes:
    """Return the part of an extended packet that a segment holds, without its head."""
    return body[_EXTENSION_HEAD:]


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only, no other label and no manifest. Raises MediaFault."""
    found, scan = segments(content)
    kept = []
    for marker, body in found:
        if marker == _APP1 and body.startswith(XMP):
            continue
        if marker == _APP11 and _is_manifest(body):
            continue
        if marker == _APP1 and body.startswith(EXIF):
            body = EXIF + exif.without_labels(body[len(EXIF) :])  # noqa: PLW2901 -- same segment
        kept.append(Segment(marker, body))
    if packet:
        if len(XMP) + len(packet) > LARGEST:
            raise MediaFault("xmp_too_large")
        kept.insert(_place(kept), Segment(_APP1, XMP + packet))
    return _indexed(content[:scan], _joined(kept)) + content[scan:]


def around_manifest(content: bytes, size: int) -> tuple[bytes, bytes] | None:
    """Return what stands before and behind the segments of a manifest of ``size`` bytes: behind
    EXIF and XMP, before the index of further pictures. None if the file is broken, has one already
    or holds fill bytes there."""
    try:
        found, scan = segments(content)
    except MediaFault:
        return None
    place = _place(found)
    while place < len(found) and found[place].marker == _APP1:
        place += 1
    if _joined(found) != content[:scan] or any(
        each.marker == _APP11 and _is_manifest(each.body) for each in found
    ):
        return None
    before, behind = _joined(found[:place]), _joined(found[place:])[2:]
    length = len(manifest_segments(bytes(size)))
    head = _indexed(content[:scan], before + bytes(length) + behind)
    return before, head[len(before) + length :] + content[scan:]


def manifest_segments(manifest: bytes) -> bytes:
    """Return the segments that hold a manifest: each tells its number and repeats the head of the
    box (C2PA 2.2, A.3.1; ISO/IEC 19566-5, D.2)."""
    parts = range(8, len(manifest), _PART)
    bodies = (
        b"JP\2\x11" + number.to_bytes(4, "big") + manifest[:8] + manifest[at : at + _PART]
        for number, at in enumerate(parts, 1)
    )
    return _joined([Segment(_APP11, each) for each in bodies])[2:]


def with_segments(content: bytes, more: list[Segment]) -> bytes:
    """Return the file with segments put in where metadata stands. Raises MediaFault."""
    found, scan = segments(content)
    kept = [each for each in found if each.marker != _APP1]
    first = sum(each.marker == _APP0 for each in kept[:1])
    return _joined([*kept[:first], *more, *kept[first:]]) + content[scan:]


def _joined(parts: list[Segment]) -> bytes:
    out = [b"\xff\xd8"]
    for marker, body in parts:
        out += (bytes((0xFF, marker)), (len(body) + 2).to_bytes(2, "big"), body)
    return b"".join(out)


def _indexed(before: bytes, after: bytes) -> bytes:
    """Return what stands before the scan now, with an index of further pictures that is true."""
    held = _INDEX.search(before)
    if held is None:
        return after
    at = held.end() - len(multi_picture.MPF)
    index = before[at : at + int.from_bytes(before[at - 2 : at], "big") - 2]
    now = after.find(index)
    if now < 0:
        return after
    growth = len(after) - len(before)
    told = multi_picture.moved(index, growth, growth - (now - at))
    return after[:now] + told + after[now + len(index) :]


def _place(parts: list[Segment]) -> int:
    """Behind JFIF and EXIF, which readers want first."""
    place = 0
    while place < len(parts) and (
        parts[place].marker == _APP0
        or (parts[place].marker == _APP1 and parts[place].body.startswith(EXIF))
    ):
        place += 1
    return place


def _is_manifest(body: bytes) -> bool:
    """True if an APP11 segment is part of a JUMBF box with a C2PA manifest (C2PA 2.2, A.3.1).

    Continuations repeat the box header, so the instance number would tell them; JUMBF in APP11 is
    used for nothing else in generated pictures, and goes as a whole.
    """
    return body[:2] == b"JP" and body[12:16] == b"jumb"
