"""Where the items of an AVIF file lie: the box ``iloc`` (ISO/IEC 14496-12, 8.11.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

_MOST_EXTENTS = 100_000


class Extent(NamedTuple):
    """A stretch of bytes, with the number that method 2 counts by. Length 0 means to the end."""

    start: int
    length: int
    which: int


class Place(NamedTuple):
    """How an item is found: 0 in the file, 1 in ``idat``, 2 in another item."""

    method: int
    reference: int
    extents: tuple[Extent, ...]


class Places(NamedTuple):
    """The places of all items by their number; starts are absolute, with their base in them."""

    entries: dict[int, Place]

    def explicit(self, size: int) -> Places:
        """Return the places with every length said, in a file of ``size`` bytes."""
        return self._mapped(
            lambda each: each if each.length else each._replace(length=max(size - each.start, 0))
        )

    def moved(self, border: int, delta: int) -> Places:
        """Return the places after what begins at ``border`` or behind moved by ``delta``."""
        return self._mapped(
            lambda each: each._replace(start=each.start + delta) if each.start >= border else each
        )

    def placed(self, number: int, extent: Extent) -> Places:
        """Return the places with one item at an extent of the file."""
        return Places({**self.entries, number: Place(0, 0, (extent,))})

    def without(self, numbers: Iterable[int]) -> Places:
        """Return the places with these items empty: they stay in the list, but hold nothing."""
        return Places({**self.entries, **{each: Place(0, 0, ()) for each in numbers}})

    def _mapped(self, change: Callable[[Extent], Extent]) -> Places:
        return Places(
            {
                number: place._replace(extents=tuple(change(each) for each in place.extents))
                if place.method == 0
                else place
                for number, place in self.entries.items()
            }
        )


class _Fields:
    """Reads whole numbers one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, width: int) -> int:
        end = self._at + width
        if end > len(self._body):
            raise MediaFault("broken_avif")
        found = int.from_bytes(self._body[self._at : end], "big")
        self._at = end
        return found


def read_places(body: bytes) -> Places:
    """Return the places in the contents of an ``iloc`` box. Raises MediaFault."""
    fields = _Fields(body)
    version = fields.take(4) >> 24
    sizes = fields.take(2)
    offset, length, base = sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15
    index = sizes & 15 if version in {1, 2} else 0
    if version > 2 or {offset, length, base, index} - {0, 4, 8}:
        raise MediaFault("broken_avif")
    wide = 4 if version == 2 else 2
    found: dict[int, Place] = {}
    total = 0
    for _ in range(fields.take(wide)):
        number = fields.take(wide)
        method = fields.take(2) & 15 if version else 0
        reference = fields.take(2)
        start = fields.take(base)
        count = fields.take(2)
        total += count
        if total > _MOST_EXTENTS or reference:
            raise MediaFault("broken_avif")
        extents = []
        for _ in range(count):
            which = fields.take(index)
            extents.append(Extent(start + fields.take(offset), fields.take(length), which))
        found[number] = Place(method, reference, tuple(extents))
    return Places(found)


def write_places(places: Places) -> bytes:
    """Return the contents of an ``iloc`` box, in the oldest form that can say it.

    Decoders in the field know no indexes, and some no methods. Raises MediaFault if something does
    not fit.
    """
    methods = {place.method for place in places.entries.values()}
    version = 1 if methods - {0} else 0
    index = 4 if 2 in methods else 0
    out = [bytes((version, 0, 0, 0, 0x44, index)), len(places.entries).to_bytes(2, "big")]
    try:
        for number, place in places.entries.items():
            out.append(number.to_bytes(2, "big"))
            out.append(place.method.to_bytes(2, "big") if version else b"")
            out += (bytes(2), len(place.extents).to_bytes(2, "big"))
            for start, length, which in place.extents:
                out.append(which.to_bytes(index, "big") if index else b"")
                out += (start.to_bytes(4, "big"), length.to_bytes(4, "big"))
    except OverflowError as error:
        raise MediaFault("too_large") from error
    return b"".join(out)
