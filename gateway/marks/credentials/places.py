"""Which formats have a safe place for a manifest, and which files of them have not.

c2pa-rs 0.91 embeds in more formats than are listed here. Left out, with the reason that a receipt
gives, is what other programs then read badly; for all of these there is the sidecar.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import Literal, NamedTuple

from gateway.nouns.media import MediaFormat as F
from gateway.wire import gif, jpeg, png, riff, svg, tiff
from gateway.wire.id3 import Frame, build, read_tag
from gateway.wire.isobox import Box, boxes
from gateway.wire.manifest_place import Room
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff
from gateway.wire.pdf_file import PdfFileError, opened_pdf

EMBEDDED = frozenset(
    {F.PNG, F.JPEG, F.WEBP, F.GIF, F.AVIF, F.TIFF, F.SVG, F.MP3, F.WAV, F.M4A, F.MP4, F.MOV, F.PDF}
)
"""FLAC is not among them: the manifest would stand in an ID3 tag before its signature, which strict
players do not expect. Office packages: only uncompressed ones are taken by the library."""


BYTES = "application/octet-stream"
"""Any file, as the library hashes it without looking inside."""

_MOST_CHUNKS = 200_000

_BOXED = frozenset({F.AVIF, F.M4A, F.MP4, F.MOV})
_MOST_BOXES, _MOST_SEGMENTS, _MOST_PIECES = 10_000, 5_000, 20_000
"""What the library walks through takes it as many steps as the square of these: a second or so."""

_OBJECT = b"application/c2pa\0"
_GEOB = b"\3" + _OBJECT + b"c2pa\0c2pa manifest store\0"
"""What stands before the manifest in an object of an ID3 tag: encoding, type, name, description."""

_HOLDERS = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"moof", b"traf", b"mvex", b"edts"}
)
_BARE = frozenset(bytes([each]) for each in (0x01, *range(0xD0, 0xDA), 0xFF))

_EXTENSION = b"\x21\xff\x0bC2PA_GIF\1\0\0"
"""A GIF's extension with a manifest: name, and the version of the place."""

TEXTS = frozenset({F.TXT, F.MARKDOWN, F.HTML})
"""What the library cannot walk through; its place is made by `gateway.wire.manifest_place`."""


class Seen(NamedTuple):
    """A file that was looked at once: what it is (None: nobody knows), and whether it has more
    parts than the library can be asked to look through."""

    content: bytes
    found: F | None
    many: bool

    @property
    def media(self) -> str:
        """The media type as which the library reads it: bytes if it cannot walk through it."""
        walked = self.found is not None and self.found in EMBEDDED and not self.many
        return self.found.mime if self.found and walked else BYTES


def look(content: bytes, found: F | None = None) -> Seen:
    """Look at a file. ``found`` is what it is, if that is known."""
    found = found or sniff(content)
    return Seen(content, found, found is not None and has_many_parts(content, found))


def obstacle(file: Seen) -> str:
    """Return why this file has no safe place for a manifest, in one word; empty if it has."""
    content, found = file.content, file.found
    if found not in EMBEDDED:
        return "no_place_in_format"
    if found is F.WAV and content[:4] == b"RF64":
        return "rf64"
    if found is F.TIFF and _has_pages(content):
        return "several_pages"
    if found is F.PNG and b"acTL" in png_chunks(content):
        return "animated_png"
    if found is F.PDF and (b"/ByteRange" in content or b"/Encrypt" in content):
        return "signed_or_encrypted"
    return "too_many_parts" if file.many else ""


def has_many_parts(content: bytes, found: F) -> bool:
    """Say whether a file has more boxes or segments than the library can be asked to look through:
    signing and reading a megabyte of empty ones would take it half an hour."""
    if found is F.JPEG:
        return _segments(content) > _MOST_SEGMENTS
    if found is F.PNG:
        return png.is_crumbled(content)
    if found in {F.WEBP, F.WAV}:
        return _are_many(riff.heads(content))
    if found is F.GIF:
        with suppress(MediaFault):
            return _are_many(gif.blocks(content))
    if found not in _BOXED:
        return False
    count, around = 0, [(0, len(content))]
    while around and count <= _MOST_BOXES:
        held: list[Box] = []
        start, end = around.pop()
        with suppress(MediaFault):  # those before what is broken are there nevertheless
            held.extend(islice(boxes(content, start, end), _MOST_BOXES + 1))
        count += len(held)
        around += [(each.body, each.end) for each in held if each.type in _HOLDERS]
    return count > _MOST_BOXES


def _are_many(pieces: Iterable[object]) -> bool:
    return sum(1 for _ in islice(pieces, _MOST_PIECES + 1)) > _MOST_PIECES


def _segments(content: bytes) -> int:
    """Return how many segments a JPEG has before its first scan, or one more than the most."""
    at, count = 2, 0
    while count <= _MOST_SEGMENTS and content[at : at + 1] == b"\xff":
        kind = content[at + 1 : at + 2]
        if kind == b"\xda":
            break
        bare = kind in _BARE
        at += 2 if bare else 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        count += 1
    return count


def damage(content: bytes, found: F) -> str:
    """Return what is broken in a file that the library would sign nevertheless, in one word."""
    if found is F.SVG and not _well_formed(content):
        return "xml_broken"
    if found is F.PDF:
        try:
            with opened_pdf(content) as pdf:
                return "" if pdf.pages else "no_pages"
        except PdfFileError as error:
            return str(error)
    return ""


def may_hold_manifest(content: bytes, found: F) -> bool:
    """Say whether a file may have a manifest: the name stands in the first box of each one. Only a
    PDF can have it compressed, in an object stream too."""
    if found is F.PNG:
        return b"caBX" in png_chunks(content)
    if found is F.TIFF:
        return tiff.may_hold_manifest(content)
    if found is F.WAV and (wave := _plain_wave(content)):
        return wave.first(b"C2PA") is not None
    if found is F.PDF:
        return b"/ObjStm" in content or b"C2PA_Manifest" in content
    return b"c2pa" in content


def png_chunks(content: bytes) -> dict[bytes, int]:
    """Return the types of a PNG's chunks, and where the first of each begins."""
    found: dict[bytes, int] = {}
    for kind, at in islice(png.heads(content), _MOST_CHUNKS):
        found.setdefault(kind, at)
    return found


def png_room(content: bytes) -> Room | None:
    """Return where the manifest of a PNG goes: a chunk right before the picture's own bytes, so
    that no chunk that other programs read stands behind it (C2PA 2.4, A.3.1). None if the library
    has to find it."""
    chunks = png_chunks(content)
    at = chunks.get(b"IDAT", 0)
    if not at or b"caBX" in chunks or chunks.get(b"eXIf", 0) > at:
        return None
    return Room(content[:at], content[at:], _chunk)


def mp3_room(content: bytes, size: int) -> Room | None:
    """Return where a manifest of ``size`` bytes goes in an MP3: an object of the ID3 tag, which
    keeps its version, with room behind it for a header, where exiftool looks for one. A manifest
    that is there gives way. None if the tag is broken: then the library looks for a place."""
    body = _GEOB + b"\xff" * size
    try:
        tag = read_tag(content)
        kept = [each for each in tag.frames if not (each.id == b"GEOB" and _OBJECT in each.body)]
        whole = build(tag.version, [*kept, Frame(b"GEOB", b"\0\0", body)])
    except MediaFault:
        return None
    at = whole.rindex(body) + len(_GEOB)
    return Room(whole[:at], whole[at + size :] + content[tag.size :], bytes)


def gif_room(content: bytes) -> Room | None:
    """Return where the manifest of a GIF goes: an application extension behind the global table of
    colours (C2PA 2.4, A.3.4). None if the library has to find it, or to make the file a GIF89a."""
    if content[:6] != b"GIF89a" or _EXTENSION[:11] in content:
        return None
    try:
        at = gif.head_length(content)
    except MediaFault:
        return None
    return Room(content[:at], content[at:], _extension)


def jpeg_room(content: bytes, size: int) -> Room | None:
    """Return where a manifest of ``size`` bytes goes in a JPEG: segments behind EXIF and XMP, which
    readers want first. An index of further pictures counts them in. None as for a PNG."""
    around = jpeg.around_manifest(content, size)
    return Room(*around, jpeg.manifest_segments) if around else None


def tiff_room(content: bytes, size: int) -> Room | None:
    """Return where a manifest of ``size`` bytes goes in a TIFF: the end, with an entry in a first
    directory that is written anew before it (C2PA 2.4, A.3.3). None as for a GIF."""
    before = tiff.with_manifest_room(content, size)
    return None if before is None else Room(before, b"", bytes)


def _plain_wave(content: bytes) -> riff.Wave | None:
    """Return the chunks of a WAVE file that is nothing else, and as long as it says."""
    try:
        wave = riff.read_wave(content)
    except MediaFault:
        return None
    told = int.from_bytes(content[4:8], "little") + 8
    return wave if wave.end == len(content) == told and not wave.wide else None


def _extension(manifest: bytes) -> bytes:
    parts = (manifest[at : at + 255] for at in range(0, len(manifest), 255))
    return _EXTENSION + b"".join(bytes([len(each)]) + each for each in parts) + b"\0"


def _chunk(manifest: bytes) -> bytes:
    body = b"caBX" + manifest
    return len(manifest).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _well_formed(content: bytes) -> bool:
    """Say whether an SVG is XML with something inside its root: the library looks less closely."""
    try:
        return svg.read_drawing(content).close is not None
    except MediaFault:
        return False


def _has_pages(content: bytes) -> bool:
    """Say whether a TIFF has a second directory (TIFF 6.0, section 2)."""
    order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
    at = int.from_bytes(content[4:8], order)
    count = int.from_bytes(content[at : at + 2], order)
    behind = content[at + 2 + 12 * count : at + 6 + 12 * count]
    return any(behind)
