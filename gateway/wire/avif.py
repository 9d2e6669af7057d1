"""AVIF files (ISO/IEC 23008-12 items in ISO/IEC 14496-12 boxes): one XMP item in its place.

The item list is written anew with an item of type ``mime``, described by a reference to the
primary item; its bytes stand in a box at the end of the file. What lies behind the list moves, so
every offset into it is corrected: of items, and of the samples of a sequence.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire import exif
from gateway.wire.avif_places import Extent, Places, read_places, write_places
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

XMP_TYPE = b"application/rdf+xml"
_MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_MOST_BOXES = 10_000
_MOST_ITEMS = 10_000
_MOST_DESCRIPTIONS = 16
_LONGEST_ITEM = 16 * 1024 * 1024
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})


class Box(NamedTuple):
    """One box: its type, where it starts, where its contents begin and where it ends."""

    kind: bytes
    start: int
    inside: int
    end: int


class Entry(NamedTuple):
    """One item of the list: its number, type and, for ``mime``, its content type."""

    number: int
    kind: bytes
    content_type: bytes


def boxes(content: bytes, start: int, end: int) -> Iterator[Box]:
    """Give the boxes in a stretch. Raises MediaFault if they do not fill it."""
    at = start
    for _ in range(_MOST_BOXES):
        if at == end:
            return
        if at + 8 > end:
            break
        size, inside = int.from_bytes(content[at : at + 4], "big"), at + 8
        if size == 1 and at + 16 <= end:
            size, inside = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = end - at
        if at + size > end or inside > at + size:
            break
        yield Box(content[at + 4 : at + 8], at, inside, at + size)
        at += size
    raise MediaFault("broken_avif")


class _Items:
    """The item list (``meta``) of a file, read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.top = list(boxes(content, 0, len(content)))
        self.meta = self._only(self.top, b"meta")
        self.parts = list(boxes(content, self.meta.inside + 4, self.meta.end))
        self.places: Places = read_places(self._body(b"iloc"))
        self.entries = self._entries()
        primary = self._body(b"pitm")
        width = 2 if primary[:1] == b"\0" else 4
        self.primary = int.from_bytes(primary[4 : 4 + width], "big")

    def data(self, number: int) -> bytes:
        """Return the bytes of an item. Raises MediaFault if they are not there."""
        extents = list(self.extents(number))
        if sum(extent.length for extent in extents) > _LONGEST_ITEM:
            raise MediaFault("too_large")
        return b"".join(self.content[each.start : each.start + each.length] for each in extents)

    def extents(self, number: int) -> Iterator[Extent]:
        """Give the stretches of the file that hold an item."""
        place = self.places.entries.get(number)
        if place is None or place.method > 1:
            raise MediaFault("broken_avif")
        shift = 0
        limit = len(self.content)
        if place.method == 1:
            idat = self._only(self.parts, b"idat")
            shift, limit = idat.inside, idat.end
        for extent in place.extents:
            start = extent.start + shift
            length = extent.length or limit - start
            if not 0 <= start <= start + length <= limit:
                raise MediaFault("broken_avif")
            yield Extent(start, length, 0)

    def _body(self, kind: bytes) -> bytes:
        box = self._only(self.parts, kind)
        return self.content[box.inside : box.end]

    @staticmethod
    def _only(parts: list[Box], kind: bytes) -> Box:
        found = [box for box in parts if box.kind == kind]
        if len(found) != 1:
            raise MediaFault("broken_avif")
        return found[0]

    def _entries(self) -> list[Entry]:
        box = self._only(self.parts, b"iinf")
        wide = self.content[box.inside : box.inside + 1] != b"\0"
        first = box.inside + (8 if wide else 6)
        if first > box.end:
            raise MediaFault("broken_avif")
        found = [
            _entry(self.content[each.inside : each.end])
            for each in boxes(self.content, first, box.end)
            if each.kind == b"infe"
        ]
        if len(found) > _MOST_ITEMS:
            raise MediaFault("broken_avif")
        if sum(each.kind in {b"mime", b"Exif"} for each in found) > _MOST_DESCRIPTIONS:
            raise MediaFault("too_many_labels")
        return found


def _entry(body: bytes) -> Entry:
    version = body[0] if len(body) > 12 else 0
    if version not in {2, 3}:
        raise MediaFault("broken_avif")
    width = 2 if version == 2 else 4
    number = int.from_bytes(body[4 : 4 + width], "big")
    rest = body[6 + width :]
    kind, names = rest[:4], rest[4:].split(b"\0")
    return Entry(number, kind, names[1] if kind == b"mime" and len(names) > 1 else b"")


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    items = _Items(content)
    packets: list[bytes] = []
    notes: list[bytes] = []
    for entry in items.entries:
        if entry.content_type == XMP_TYPE:
            packets.append(items.data(entry.number))
        elif entry.kind == b"Exif":
            notes += exif.labels(_exif(items.data(entry.number)))
    manifest = any(_is_manifest(content, box) for box in items.top)
    return Carried(tuple(packets), tuple(notes), manifest)


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only, no other label and no manifest. Raises MediaFault."""
    items = _Items(content)
    out = bytearray(content)
    numbers = [entry.number for entry in items.entries if entry.content_type == XMP_TYPE]
    for number in numbers:
        for extent in items.extents(number):
            out[extent.start : extent.start + extent.length] = b" " * extent.length
    for entry in items.entries:
        if entry.kind == b"Exif":
            _blank_labels(out, items, entry.number)
    for box in items.top:
        if _is_manifest(content, box):
            out[box.start + 4 : box.start + 8] = b"free"
            out[box.inside : box.end] = bytes(box.end - box.inside)
    if not packet and not numbers:
        return bytes(out)
    return _with_item(items, bytes(out), numbers, packet)


def _with_item(items: _Items, content: bytes, old: list[int], packet: bytes) -> bytes:
    if any(box.kind == b"moof" for box in items.top):
        raise MediaFault("fragmented_avif")
    number = old[0] if old else 1 + max([items.primary, *(each.number for each in items.entries)])
    if number > 0xFFFF:
        raise MediaFault("too_large")
    content = _explicit_size(items, content)
    places = items.places.explicit(len(content)).without(old[1:])
    width = len(_meta(items, content, number, places.placed(number, Extent(0, len(packet), 0))))
    delta = width - (items.meta.end - items.meta.start)
    start = len(content) + delta + 8
    moved = places.moved(items.meta.end, delta).placed(number, Extent(start, len(packet), 0))
    meta = _meta(items, content, number, moved)
    behind = bytearray(content[items.meta.end :])
    _move_samples(behind, items, delta)
    body = struct.pack(">I4s", 8 + len(packet), b"mdat") + packet
    return content[: items.meta.start] + meta + bytes(behind) + body


def _explicit_size(items: _Items, content: bytes) -> bytes:
    """A last box that runs to the end of the file gets its size, since one comes behind it."""
    last = items.top[-1]
    if content[last.start : last.start + 4] != b"\0\0\0\0":
        return content
    return (
        content[: last.start]
        + (last.end - last.start).to_bytes(4, "big")
        + content[last.start + 4 :]
    )


def _meta(items: _Items, content: bytes, number: int, places: Places) -> bytes:
    known = {entry.number for entry in items.entries}
    parts = [content[items.meta.inside : items.meta.inside + 4]]
    referred = False
    for box in items.parts:
        body = content[box.inside : box.end]
        if box.kind == b"iloc":
            parts.append(_boxed(b"iloc", write_places(places)))
        elif box.kind == b"iinf" and number not in known:
            parts.append(_boxed(b"iinf", _with_entry(body, number)))
        elif box.kind == b"iref" and number not in known:
            parts.append(_boxed(b"iref", body + _reference(body[0], number, items.primary)))
            referred = True
        else:
            parts.append(content[box.start : box.end])
    if number not in known and not referred:
        parts.append(_boxed(b"iref", bytes(4) + _reference(0, number, items.primary)))
    return _boxed(b"meta", b"".join(parts))


def _with_entry(body: bytes, number: int) -> bytes:
    infe = struct.pack(">B3xHH4s", 2, number, 0, b"mime") + b"XMP\0" + XMP_TYPE + b"\0"
    width = 2 if body[0] == 0 else 4
    count = int.from_bytes(body[4 : 4 + width], "big") + 1
    if count >> 8 * width:
        raise MediaFault("broken_avif")
    return body[:4] + count.to_bytes(width, "big") + body[4 + width :] + _boxed(b"infe", infe)


def _reference(version: int, number: int, primary: int) -> bytes:
    form = ">HHH" if version == 0 else ">IHI"
    return _boxed(b"cdsc", struct.pack(form, number, 1, primary))


def _boxed(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _move_samples(behind: bytearray, items: _Items, delta: int) -> None:
    """Correct the chunk offsets of a sequence's tracks (``stco``, ``co64``)."""
    for top in items.top:
        if top.kind == b"moov" and top.start >= items.meta.end:
            _move_in(behind, Box(top.kind, top.start, top.inside, top.end), items, delta)
        elif top.kind == b"moov":
            raise MediaFault("broken_avif")


def _move_in(behind: bytearray, box: Box, items: _Items, delta: int) -> None:
    shift = items.meta.end
    for each in boxes(items.content, box.inside, box.end):
        if each.kind in _CONTAINERS:
            _move_in(behind, each, items, delta)
        if each.kind not in {b"stco", b"co64"}:
            continue
        width, form = (4, ">I") if each.kind == b"stco" else (8, ">Q")
        count = int.from_bytes(items.content[each.inside + 4 : each.inside + 8], "big")
        if each.inside + 8 + width * count > each.end:
            raise MediaFault("broken_avif")
        for index in range(count):
            at = each.inside + 8 + width * index - shift
            offset = struct.unpack_from(form, behind, at)[0]
            if offset >= shift:
                struct.pack_into(form, behind, at, offset + delta)


def _is_manifest(content: bytes, box: Box) -> bool:
    return box.kind == b"uuid" and content[box.inside : box.inside + 16] == _MANIFEST


def _exif(data: bytes) -> bytes:
    """Return the TIFF block of an ``Exif`` item, before which stands how far it is."""
    return data[4 + int.from_bytes(data[:4], "big") :] if len(data) > 4 else b""


def _blank_labels(out: bytearray, items: _Items, number: int) -> None:
    data = items.data(number)
    block = _exif(data)
    blanked = data[: len(data) - len(block)] + exif.without_labels(block)
    if blanked == data:
        return
    done = 0
    for extent in items.extents(number):
        out[extent.start : extent.start + extent.length] = blanked[done : done + extent.length]
        done += extent.length
