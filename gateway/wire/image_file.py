"""The marks that a picture file carries in its metadata, in one form for all formats.

Reading and writing never decode the picture: pixels stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import NamedTuple

from gateway.nouns.media import MediaFormat, MediaKind
from gateway.wire import avif, gif, jpeg, png, svg, tiff, webp, xmp
from gateway.wire.carried import Carried
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff

LARGEST = 256 * 1024 * 1024
"""Bytes of a picture file that are looked at."""

_CONTAINERS: dict[MediaFormat, ModuleType] = {
    MediaFormat.PNG: png,
    MediaFormat.JPEG: jpeg,
    MediaFormat.WEBP: webp,
    MediaFormat.GIF: gif,
    MediaFormat.AVIF: avif,
    MediaFormat.TIFF: tiff,
}
FORMATS = frozenset({*_CONTAINERS, MediaFormat.SVG})
_MOST_LABELS = 64


class Found(NamedTuple):
    """``labels`` are the values of every implicit label, those in XMP first. ``source_types`` are
    the IPTC digital source types, ``drawn`` the notes of labels drawn by us. ``packets`` counts
    XMP packets, ``notes`` labels outside them; ``manifest`` says that a C2PA manifest is there."""

    labels: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    packets: int = 0
    notes: int = 0
    manifest: bool = False


def picture_format(content: bytes) -> MediaFormat:
    """Return the format of a picture's bytes. Raises MediaFault for anything else."""
    found = sniff(content)
    if found is None or found.kind is not MediaKind.IMAGE:
        raise MediaFault("no_picture")
    return found


def read(content: bytes, found: MediaFormat) -> Found:
    """Return what the file carries. Raises MediaFault if it cannot be read."""
    if len(content) > LARGEST:
        raise MediaFault("too_large")
    if found is MediaFormat.SVG:
        reading, manifest = svg.carried(content)
        return _found([reading], Carried(manifest=manifest))
    carried: Carried = _CONTAINERS[found].read(content)
    return _found([xmp.read(xmp.plain(packet)) for packet in carried.packets], carried)


def write(
    content: bytes,
    found: MediaFormat,
    add: Mapping[xmp.Name, str],
    drop: Iterable[xmp.Name] = (),
) -> bytes:
    """Return the file with each property of ``add`` once, none of ``drop`` and no C2PA manifest.

    No label stays at another place than XMP, and one XMP packet: the first, with all that stood in
    it. Raises MediaFault.
    """
    if len(content) > LARGEST:
        raise MediaFault("too_large")
    if found is MediaFormat.SVG:
        return svg.merged(content, add, drop)
    container = _CONTAINERS[found]
    packets = container.read(content).packets
    packet = xmp.merged(packets[0] if packets else None, add, drop)
    written: bytes = container.write(content, packet)
    return written


def packet_of(content: bytes, found: MediaFormat) -> bytes | None:
    """Return the first XMP packet of a raster file, None if it has none. Raises MediaFault."""
    packets = _CONTAINERS[found].read(content).packets
    return packets[0] if packets else None


def with_packet(content: bytes, found: MediaFormat, packet: bytes) -> bytes:
    """Return a raster file with this XMP packet as its only one. Raises MediaFault."""
    written: bytes = _CONTAINERS[found].write(content, packet)
    return written


def _found(readings: list[xmp.Reading], carried: Carried) -> Found:
    def every(name: xmp.Name) -> tuple[str, ...]:
        return tuple(value for reading in readings for value in reading.values(name))

    notes = tuple(note.decode("utf-8", "replace") for note in carried.notes)
    labels = every(xmp.AIGC) + notes
    if len(labels) > _MOST_LABELS:
        raise MediaFault("too_many_labels")
    return Found(
        labels,
        every(xmp.SOURCE_TYPE),
        every(xmp.DRAWN),
        len(carried.packets),
        len(notes),
        carried.manifest,
    )
