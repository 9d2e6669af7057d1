"""TIFF files: what the first directory carries, and one XMP packet in its place.

The first directory is written anew at the end of the file and the header pointed to it. Pages,
strips and every other offset stay where they are.
"""

from __future__ import annotations

import struct

from gateway.wire import exif
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault

XMP = 700
MANIFEST = 0xCD41
_UNDEFINED = 7
_MOST_PAGES = 10_000
_MOST_KINDS = 18
"""The highest number of a type of values: those of TIFF 6.0, IFD, and those of BigTIFF."""


def pages(content: bytes) -> list[exif.Directory]:
    """Return the directories of all pages. Raises MediaFault if one is broken or met twice."""
    found = [exif.first_directory(content)]
    seen = {found[0].place}
    while found[-1].next:
        place = found[-1].next
        if place in seen or len(found) >= _MOST_PAGES:
            raise MediaFault("broken_tiff")
        seen.add(place)
        found.append(exif.directory(content, place))
    return found


def read(content: bytes) -> Carried:
    """Return what the file carries. Raises MediaFault."""
    first = pages(content)[0]
    packets = [exif.value(content, entry) for entry in first.entries if entry.tag == XMP]
    manifest = any(entry.tag == MANIFEST for entry in first.entries)
    return Carried(tuple(packets), exif.labels(content), manifest)


def write(content: bytes, packet: bytes) -> bytes:
    """Return the file with this packet only, no other label and no manifest. Raises MediaFault.

    A packet or manifest that goes is overwritten with zeros, so that nobody finds it by its bytes.
    A directory with an entry of no known type is refused: exiftool reads no further than to it.
    """
    order = exif.order_of(content)
    first = pages(content)[0]
    if any(not 0 < entry.kind <= _MOST_KINDS for entry in first.entries):
        raise MediaFault("broken_tiff")
    out = bytearray(exif.without_labels(content))
    kept = []
    for entry in first.entries:
        if entry.tag in {XMP, MANIFEST}:
            exif.value(content, entry)
            out[entry.start : entry.start + entry.size] = bytes(entry.size)
        else:
            kept.append((entry.tag, bytes(out[entry.place : entry.place + 12])))
    out += bytes(len(out) & 1)
    if packet:
        body = packet.ljust(5)  # a value of four bytes or less would stand in the entry itself
        head = struct.pack(order + "HHII", XMP, _UNDEFINED, len(body), len(out))
        kept.append((XMP, head))
        out += body + bytes(len(body) & 1)
    kept.sort(key=lambda entry: entry[0])
    place = len(out)
    if place > 0xFFFF_FFFF - 12 * len(kept) - 6:
        raise MediaFault("too_large")
    out += struct.pack(order + "H", len(kept)) + b"".join(entry for _, entry in kept)
    out += struct.pack(order + "I", first.next)
    struct.pack_into(order + "I", out, 4, place)
    return bytes(out)


def may_hold_manifest(content: bytes) -> bool:
    """Say whether a directory has an entry for a manifest; of a broken file, that it may be."""
    try:
        return any(entry.tag == MANIFEST for page in pages(content) for entry in page.entries)
    except MediaFault:
        return True


def with_manifest_room(content: bytes, size: int) -> bytes | None:
    """Return the file with a first directory that says that a manifest of ``size`` bytes stands
    behind all that is returned; None if there is one already, or the file is broken or full."""
    try:
        order, (first, *_) = exif.order_of(content), pages(content)
    except MediaFault:
        return None
    place = len(content) + (len(content) & 1)
    behind = place + 12 * len(first.entries) + 18
    if any(entry.tag == MANIFEST for entry in first.entries) or behind + size > 0xFFFF_FFFF:
        return None
    rows = [content[entry.place : entry.place + 12] for entry in first.entries]
    rows.append(struct.pack(order + "HHII", MANIFEST, _UNDEFINED, size, behind))
    rows.sort(key=lambda row: struct.unpack(order + "H", row[:2]))
    head = content[:4] + struct.pack(order + "I", place) + content[8:] + bytes(len(content) & 1)
    count = struct.pack(order + "H", len(rows))
    return b"".join((head, count, *rows, struct.pack(order + "I", first.next)))
