"""Manifests in text files, in which the library knows no place: read, and kept as an ingredient."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from c2pa import C2paError, Context, Reader

from gateway.marks.credentials.hashed import results_around, state_around
from gateway.marks.credentials.manifest import Source, signer_serial
from gateway.marks.credentials.places import BYTES, TEXTS
from gateway.matching.markdown_blocks import OpenBlocks
from gateway.nouns.media import MediaFormat
from gateway.wire.manifest_place import (
    ManifestPlace,
    ManifestPlaceError,
    Room,
    manifest_places,
    room_for,
)

_TEXT = "text/plain"
FAULTS = (C2paError, ValueError, TypeError, OSError, RuntimeError)
"""What c2pa-python raises for files that are not what they say."""


class TextManifest(NamedTuple):
    """A manifest in a text, what the reader says of it, and its state (empty and invalid if it says
    nothing; invalid where there is more than one)."""

    place: ManifestPlace
    report: str
    state: str

    @property
    def signer(self) -> int | None:
        """The number of the certificate that signed it."""
        return signer_serial(self.report)


def text_manifests(content: bytes, context: Context) -> list[TextManifest]:
    """Return the manifests in a text."""
    places = manifest_places(content)
    found = [TextManifest(each, *_read(content, each, context)) for each in places]
    return found if len(found) == 1 else [each._replace(state="Invalid") for each in found]


def text_source(content: bytes, found: MediaFormat | None, context: Context) -> Source:
    """Return a file as an ingredient that the library hashes as bytes. Of a text that is as it was
    signed its manifest comes along: the library, which would not find it, is told how it was judged
    here."""
    held = text_manifests(content, context) if found in TEXTS else []
    if found is None or not held or held[0].state == "Invalid":
        return Source(content, BYTES)
    one = held[0]
    return Source(content, found.mime, one.place.manifest, results_around(one.report))


def text_room(content: bytes, found: MediaFormat) -> Room:
    """Return where the manifest of a text goes. Raises ManifestPlaceError."""
    room = room_for(content, found)
    if found is MediaFormat.MARKDOWN:
        blocks = OpenBlocks()
        blocks.push(content.decode())
        if blocks.open:
            raise ManifestPlaceError("open_block")
    return room


def _read(content: bytes, place: ManifestPlace, context: Context) -> tuple[str, str]:
    try:
        with Reader(_TEXT, BytesIO(content), place.manifest, context=context) as reader:
            report = reader.json()
            state = state_around(report, reader.detailed_json(), (place.start, place.length))
    except FAULTS:
        return "", "Invalid"
    return report, state
