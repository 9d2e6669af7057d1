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
    """
    order = exif.order_of(content)
    first = pages(content)[0]
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
