"""Notes in pictures: the words in a picture's metadata, which some models and tools are told.

Read are EXIF and TIFF directories (also those that they lead to), XMP, IPTC-IIM, text chunks of PNG
(also the coded profiles that ImageMagick writes), comments of JPEG and GIF, and other JPEG segments
that are text. Not read: previews, makers' own binary notes, colour profiles, manifests of C2PA.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image

from gateway.extraction.passages import Passages, ReadFault
from gateway.extraction.plain import decoded
from gateway.extraction.xml_walk import XmlWalk
from gateway.nouns.media import MediaFormat
from gateway.ports.media import Fault
from gateway.wire import aigc_label, exif, gif, jpeg, png, tiff, webp
from gateway.wire.media_fault import MediaFault

LONGEST = 2 * 1024 * 1024
"""Bytes of one note that are looked at."""

_XMP, _IPTC, _PHOTOSHOP = _BLOCKS = tiff.XMP, 33723, 34377
_SILENT = frozenset({34675, 0x927C, 0x0201, 273, 279, 324, 325, 347})
"""Tags of what holds no words: profiles, makers' notes, previews, pixels and their tables."""

_LEADING = frozenset({exif.EXIF_DIRECTORY, 0x8825, 0xA005, 0x014A})
_MOST_DIRECTORIES = 256
_TEXT_KINDS = frozenset({1, 2, 6, 7, 129})
_WINDOWS = range(0x9C9B, 0x9CA0)
_RESOURCES = b"Photoshop 3.0\0"
_SILENT_SEGMENTS = (b"JFIF\0", b"ICC_PROFILE\0", b"Adobe", b"JFXX\0")
_FIRST_APP, _LAST_APP, _COMMENT, _MANIFEST = 0xE0, 0xEF, 0xFE, 0xEB
_PROFILE = re.compile(rb"Raw profile type (\w+)\Z")
_CODE = re.compile(r"[0-9A-Za-z_.:-]{0,64}\Z").match

Notes = Iterator[str]


def take_notes(place: str, content: bytes, found: MediaFormat, passages: Passages) -> None:
    """Take all that a picture's metadata says. Raises ReadFault, with what was read until then
    taken."""
    kept, left = [], passages.left + 1
    fault: ReadFault | None = None
    try:
        for text in _READERS[found](content):
            if not text:
                continue
            kept.append(text[:left])
            left -= len(kept[-1]) + 1
            if left <= 0:
                break
    except (MediaFault, struct.error, OSError, SyntaxError):
        fault = ReadFault(Fault.BROKEN)
    except ReadFault as reason:
        fault = reason
    passages.add(f"{place}, metadata" if place else "metadata", "\n".join(kept).strip())
    if fault is not None:
        raise fault


def words(raw: bytes) -> str:
    """Return the text that a note is, in whatever encoding; empty if it is none."""
    bare = raw.strip(b"\0 ").replace(b"\0", b"\n")
    text = decoded(bare)
    if text is None:
        latin = bare.decode("latin-1")
        text = latin if all(each.isprintable() or each.isspace() for each in latin) else ""
    return _without_codes(text)


def _without_codes(text: str) -> str:
    """Return a text; of a label of GB 45438-2025 only what is not the codes that belong there:
    digits in them are no one's number."""
    label = aigc_label.parse(text) if "Label" in text else None
    if label is None:
        return text
    return "\n".join(each for each in aigc_label.members(label).values() if not _CODE(each))


# -- what holds notes


def _of_png(content: bytes) -> Notes:
    spent = 0
    for chunk in png.chunks(content):
        if chunk.kind == b"eXIf":
            yield from _of_directories(chunk.body)
        elif chunk.kind in png.TEXTS:
            keyword, text = chunk.body.partition(b"\0")[0], png.text_of(chunk)
            spent += len(text)
            if spent > LONGEST:
                raise ReadFault(Fault.TOO_LARGE)
            yield from _of_text_chunk(keyword, text)


def _of_text_chunk(keyword: bytes, text: bytes) -> Notes:
    profile = _PROFILE.match(keyword)
    if keyword == png.XMP_KEYWORD:
        yield from _of_xmp(text)
    elif profile:
        yield from _of_profile(profile[1].lower(), text)
    else:
        yield words(keyword)
        yield words(text)


def _of_profile(kind: bytes, text: bytes) -> Notes:
    """What ImageMagick coded: the name, the length, and the bytes in hexadecimal."""
    try:
        raw = bytes.fromhex(b"".join(text.split()[2:]).decode("ascii"))
    except ValueError:
        yield words(text)
        return
    if kind in {b"exif", b"app1"}:
        if raw.startswith(exif.HEAD):
            yield from _of_directories(raw[len(exif.HEAD) :])
        else:
            yield from _of_xmp(raw.removeprefix(jpeg.XMP))
    elif kind == b"xmp":
        yield from _of_xmp(raw)
    elif kind in {b"iptc", b"8bim"}:
        yield from _of_resources(raw)


def _of_jpeg(content: bytes) -> Notes:
    extended = b""
    for marker, body in jpeg.segments(content)[0]:
        if body.startswith(jpeg.EXIF):
            yield from _of_directories(body[len(jpeg.EXIF) :])
        elif body.startswith(jpeg.XMP):
            yield from _of_xmp(body[len(jpeg.XMP) :])
        elif body.startswith(jpeg.EXTENDED_XMP):
            extended += jpeg.extension(body)
        elif body.startswith(_RESOURCES):
            yield from _of_resources(body[len(_RESOURCES) :])
        elif marker == _COMMENT or (
            _FIRST_APP <= marker <= _LAST_APP
            and marker != _MANIFEST
            and not body.startswith(_SILENT_SEGMENTS)
        ):
            yield words(body)
    if extended:
        yield from _of_xmp(extended)


def _of_gif(content: bytes) -> Notes:
    yield from map(words, gif.comments(content))
    for packet in gif.read(content).packets:
        yield from _of_xmp(packet)


def _of_webp(content: bytes) -> Notes:
    for kind, body in webp.chunks(content):
        if kind == b"EXIF":
            yield from _of_directories(body.removeprefix(exif.HEAD))
        elif kind == b"XMP ":
            yield from _of_xmp(body)


def _of_avif(content: bytes) -> Notes:
    with Image.open(BytesIO(content), formats=["AVIF"]) as image:
        block, packet = image.info.get("exif", b""), image.info.get("xmp", b"")
    if block:
        yield from _of_directories(block.removeprefix(exif.HEAD))
    if packet:
        yield from _of_xmp(packet)


def _of_directories(block: bytes) -> Notes:
    """What the directories of an EXIF block, or of a TIFF file, say. An entry whose value is not
    there says nothing, nor does a directory that is not there and is not the first."""
    order = exif.order_of(block)
    waiting, seen = [exif.first_directory(block).place], set()
    while waiting:
        place = waiting.pop()
        if place in seen or not place:
            continue
        seen.add(place)
        if len(seen) > _MOST_DIRECTORIES:
            raise ReadFault(Fault.TOO_MANY)
        try:
            found = exif.directory(block, place)
        except MediaFault:
            continue
        waiting.append(found.next)
        for entry in found.entries:
            if entry.start + entry.size > len(block):
                continue
            if entry.tag in _LEADING and entry.length <= _MOST_DIRECTORIES:
                raw = exif.value(block, entry)
                waiting += struct.unpack(f"{order}{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
            elif entry.tag in _BLOCKS or (
                entry.kind in _TEXT_KINDS and entry.tag not in _SILENT
            ):
                yield from _of_entry(block, entry, order)


def _of_entry(block: bytes, entry: exif.Entry, order: str) -> Notes:
    if entry.size > LONGEST:
        raise ReadFault(Fault.TOO_LARGE)
    raw = exif.value(block, entry)
    if entry.tag == _XMP:
        yield from _of_xmp(raw)
    elif entry.tag in {_IPTC, _PHOTOSHOP}:
        yield from _of_resources(raw)
    elif entry.tag in _WINDOWS:
        yield raw.decode("utf-16-le", "replace").strip("\0")
    elif entry.tag == exif.USER_COMMENT:
        yield _without_codes(_comment(raw, order))
    else:
        yield words(raw)


def _comment(raw: bytes, order: str) -> str:
    """Return a ``UserComment``; Unicode without a mark has the byte order of its block."""
    code, text = raw[:8], raw[8:]
    if code == b"UNICODE\0" and text[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16-le" if order == "<" else "utf-16-be", "replace").strip("\0 ")
    if code.rstrip(b"\0") in {b"UNICODE", b"JIS"}:
        return exif.comment_text(raw).decode("utf-8", "replace")
    return words(text if code.rstrip(b"\0") in {b"", b"ASCII"} else raw)


def _of_resources(raw: bytes) -> Notes:
    """What the datasets of IPTC-IIM say (4.2), bare or inside of Photoshop's resources."""
    at = 0
    while (at := raw.find(b"\x1c", at)) >= 0 and at + 5 <= len(raw):
        size = int.from_bytes(raw[at + 3 : at + 5], "big")
        if raw[at + 1] in range(1, 10) and size < 0x8000 and at + 5 + size <= len(raw):
            yield words(raw[at + 5 : at + 5 + size])
            at += 5 + size
        else:
            at += 1


class _Xmp(XmlWalk):
    """All texts and values of a packet."""

    def __init__(self, packet: bytes) -> None:
        super().__init__(LONGEST)
        self.said: list[str] = []
        self.walk(packet)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take what attributes say: properties are often written so."""
        del tag
        self.said += attributes.values()

    def text(self, text: str) -> None:
        """Take text."""
        self.said.append(text)


def _of_xmp(packet: bytes) -> Notes:
    """What a packet says; one that is broken says what stands there."""
    if len(packet) > LONGEST:
        raise ReadFault(Fault.TOO_LARGE)
    bare = packet.strip(b"\0")
    try:
        said = _Xmp(bare).said
    except ValueError:
        yield words(bare)
        return
    yield from (_without_codes(each) for each in said if not each.isspace())


_READERS: dict[MediaFormat, Callable[[bytes], Notes]] = {
    MediaFormat.PNG: _of_png,
    MediaFormat.JPEG: _of_jpeg,
    MediaFormat.WEBP: _of_webp,
    MediaFormat.GIF: _of_gif,
    MediaFormat.AVIF: _of_avif,
    MediaFormat.TIFF: _of_directories,
}
