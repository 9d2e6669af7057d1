"""Boxes of the ISO base media file format (ISO/IEC 14496-12) and QuickTime: MP4, MOV, M4A.

Metadata by key stands in ``moov/udta/meta`` with a handler ``mdta``, its names in ``keys`` and its
values in ``ilst`` (QuickTime File Format, "Metadata"). When ``moov`` changes its size, everything
in the file that names a place behind it is moved with it: ``stco``, ``co64``, ``saio``, ``tfhd``,
``tfra``, ``sidx``, ``iloc``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gateway.wire.media_fault import MediaFault

_MOST_BOXES = 200_000
_DEEPEST = 12
_META_HANDLER = b"\0" * 8 + b"mdta" + b"\0" * 13
_ITUNES = b"----"
_UTF8 = 1
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mfra"})


class Box(NamedTuple):
    """One box: its type, and where it, its body and its end lie in the file."""

    type: bytes
    start: int
    body: int
    end: int


def boxes(content: bytes | bytearray, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes in a part of a file. Raises MediaFault where they do not fill it.

    Less than eight bytes at the end are let be: QuickTime closes some lists with four zero bytes.
    """
    at = start
    while at + 8 <= end:
        size, body = int.from_bytes(content[at : at + 4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise MediaFault("broken_boxes")
        yield Box(bytes(content[at + 4 : at + 8]), at, body, at + size)
        at += size


def top_boxes(content: bytes | bytearray) -> list[Box]:
    """Return the boxes of a whole file. Raises MediaFault unless there is exactly one ``moov``."""
    found = []
    for box in boxes(content, 0, len(content)):
        found.append(box)
        if len(found) > _MOST_BOXES:
            raise MediaFault("broken_boxes")
    if [box.type for box in found].count(b"moov") != 1:
        raise MediaFault("broken_boxes")
    return found


def child(content: bytes, parent: Box, name: bytes) -> Box | None:
    """Return the first box of this type in another."""
    return next((box for box in boxes(content, parent.body, parent.end) if box.type == name), None)


def written(name: bytes, body: bytes) -> bytes:
    """Return a box."""
    if len(body) + 8 < 1 << 32:
        return (len(body) + 8).to_bytes(4, "big") + name + body
    return b"\0\0\0\1" + name + (len(body) + 16).to_bytes(8, "big") + body


class Meta(NamedTuple):
    """A ``meta`` box taken apart: handler, names of keys, values, and its other boxes."""

    full: bool
    handler: bytes
    keys: tuple[tuple[bytes, bytes], ...]
    values: tuple[tuple[bytes, bytes], ...]
    others: tuple[bytes, ...]


def read_meta(content: bytes, box: Box) -> Meta:
    """Return what a ``meta`` box holds; QuickTime's own has no version field before its boxes."""
    full = content[box.body + 4 : box.body + 8] != b"hdlr"
    handler = b""
    keys: list[tuple[bytes, bytes]] = []
    values: list[tuple[bytes, bytes]] = []
    others: list[bytes] = []
    for each in boxes(content, box.body + (4 if full else 0), box.end):
        if each.type == b"hdlr":
            handler = content[each.start : each.end]
        elif each.type == b"keys":
            keys += [
                (content[key.start + 4 : key.start + 8], content[key.body : key.end])
                for key in boxes(content, each.body + 8, each.end)
            ]
        elif each.type == b"ilst":
            values += [
                (value.type, content[value.body : value.end])
                for value in boxes(content, each.body, each.end)
            ]
        elif each.type not in {b"free", b"skip"}:
            others.append(content[each.start : each.end])
        if len(keys) + len(values) > _MOST_BOXES:
            raise MediaFault("broken_boxes")
    return Meta(full, handler, tuple(keys), tuple(values), tuple(others))


def by_key(meta: Meta) -> bool:
    """Tell whether a ``meta`` box names its values by ``keys``."""
    return meta.handler[16:20] == b"mdta"


def metas(content: bytes, moov: Box) -> list[tuple[Box | None, Box]]:
    """Return every ``meta`` of the movie with the ``udta`` around it (None: in ``moov`` itself)."""
    found: list[tuple[Box | None, Box]] = []
    for each in boxes(content, moov.body, moov.end):
        if each.type == b"meta":
            found.append((None, each))
        elif each.type == b"udta":
            inner = boxes(content, each.body, each.end)
            found += [(each, box) for box in inner if box.type == b"meta"]
    return found


def values_of(meta: Meta, name: str) -> list[bytes]:
    """Return the texts under a key of this name, in keys or in iTunes' free form; case ignored."""
    wanted = name.upper().encode()
    found = []
    for kind, body in meta.values:
        if by_key(meta):
            number = int.from_bytes(kind, "big")
            known = meta.keys[number - 1][1] if 0 < number <= len(meta.keys) else b""
            if known.upper() == wanted:
                found += _texts(body)
        elif kind == _ITUNES and _free_name(body).upper() == wanted:
            found += _texts(body)
    return found


def without_key(meta: Meta, name: str) -> Meta:
    """Return the same without the values and keys of this name; the other keys are renumbered."""
    wanted = name.upper().encode()
    if not by_key(meta):
        kept = [
            (kind, body)
            for kind, body in meta.values
            if kind != _ITUNES or _free_name(body).upper() != wanted
        ]
        return meta._replace(values=tuple(kept))
    keys: list[tuple[bytes, bytes]] = []
    numbers: dict[int, int] = {}
    for number, key in enumerate(meta.keys, 1):
        if key[1].upper() != wanted:
            keys.append(key)
            numbers[number] = len(keys)
    values = [
        (numbers[int.from_bytes(kind, "big")].to_bytes(4, "big"), body)
        for kind, body in meta.values
        if int.from_bytes(kind, "big") in numbers
    ]
    return meta._replace(keys=tuple(keys), values=tuple(values))


def with_key(meta: Meta | None, name: str, value: bytes) -> Meta:
    """Return a ``meta`` named by keys, with this one at its end."""
    if meta is None:
        handler = written(b"hdlr", _META_HANDLER)
        meta = Meta(full=True, handler=handler, keys=(), values=(), others=())
    text = written(b"data", _UTF8.to_bytes(4, "big") + b"\0\0\0\0" + value)
    keys = (*meta.keys, (b"mdta", name.encode("ascii")))
    return meta._replace(
        keys=keys, values=(*meta.values, (len(keys).to_bytes(4, "big"), text))
    )  # fmt: skip


def meta_box(meta: Meta) -> bytes:
    """Return a ``meta`` box."""
    body = (b"\0\0\0\0" if meta.full else b"") + meta.handler
    if by_key(meta):
        rows = b"".join(written(kind, name) for kind, name in meta.keys)
        body += written(b"keys", b"\0\0\0\0" + len(meta.keys).to_bytes(4, "big") + rows)
    body += written(b"ilst", b"".join(written(kind, value) for kind, value in meta.values))
    return written(b"meta", body + b"".join(meta.others))


def with_moov_body(content: bytes, moov: Box, body: bytes) -> bytes:
    """Return the file with another body of ``moov``; what names places behind it moves along.

    Raises MediaFault if a place no longer fits its field.
    """
    tops = top_boxes(content)
    new = bytearray(written(b"moov", body))
    shift = len(new) - (moov.end - moov.start)
    if shift:
        whole = Box(b"moov", 0, len(new) - len(body), len(new))
        _Mover(new, moov.end, shift).walk(whole)
    else:
        return content[: moov.start] + bytes(new) + content[moov.end :]
    before = bytearray(content[: moov.start])
    after = bytearray(content[moov.end :])
    for box in tops:
        if box.start < moov.start:
            _Mover(before, moov.end, shift, ahead=True).top(box)
        elif box.start > moov.start:
            by = -moov.end
            moved = Box(box.type, box.start + by, box.body + by, box.end + by)
            _Mover(after, moov.end, shift).top(moved)
    return b"".join((before, new, after))


def moov_first(content: bytes) -> bytes:
    """Return the file with ``moov`` before the first ``mdat``, so that it plays while it comes."""
    tops = top_boxes(content)
    moov = next(box for box in tops if box.type == b"moov")
    start = next((box.start for box in tops if box.type == b"mdat"), moov.end)
    if start > moov.start:
        return content
    size = moov.end - moov.start
    piece = bytearray(content[moov.start : moov.end])
    _Mover(piece, start, size).walk(Box(b"moov", 0, moov.body - moov.start, size))
    return b"".join((content[:start], piece, content[start : moov.start], content[moov.end :]))


class _Mover:
    """Moves places at or behind ``border`` by ``shift``, in a piece of a file.

    ``ahead``: the piece is the part of the file before ``moov``.
    """

    def __init__(self, piece: bytearray, border: int, shift: int, *, ahead: bool = False) -> None:
        self._ahead = ahead
        self._piece = piece
        self._border = border
        self._shift = shift
        self._left = _MOST_BOXES

    def top(self, box: Box) -> None:
        """Move what a box at the top of the file names."""
        if box.type in {b"moof", b"mfra", b"meta", b"sidx"}:
            self.walk(box)

    def walk(self, box: Box, depth: int = 0) -> None:
        """Move what a box and those in it name."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise MediaFault("broken_boxes")
        if box.type == b"cmov":
            raise MediaFault("compressed_moov")
        if box.type in _CONTAINERS:
            for each in boxes(self._piece, box.body, box.end):
                if (box.type, each.type) != (b"traf", b"saio"):  # those count from their fragment
                    self.walk(each, depth + 1)
        elif box.type == b"meta" and self._piece[box.body + 4 : box.body + 8] != b"hdlr":
            for each in boxes(self._piece, box.body + 4, box.end):
                self.walk(each, depth + 1)
        elif box.type == b"iloc":  # places of whole pieces, which sound and film do not have
            raise MediaFault("pieces_by_place")
        elif box.type in _TABLES:
            _TABLES[box.type](self, box)

    def number(self, at: int, width: int) -> int:
        """Return an unsigned number."""
        return int.from_bytes(self._piece[at : at + width], "big")

    def place(self, at: int, width: int, end: int) -> None:
        """Move one place that is written here."""
        if at + width > end:
            raise MediaFault("broken_boxes")
        found = self.number(at, width)
        if found < self._border:
            return
        if not 0 <= found + self._shift < 1 << 8 * width:
            raise MediaFault("too_large")
        self._piece[at : at + width] = (found + self._shift).to_bytes(width, "big")

    def chunks(self, box: Box) -> None:
        """``stco`` and ``co64``: the places of chunks."""
        width = 8 if box.type == b"co64" else 4
        count = self.number(box.body + 4, 4)
        start, end = box.body + 8, box.body + 8 + count * width
        if end > box.end:
            raise MediaFault("broken_boxes")
        found = np.frombuffer(bytes(self._piece[start:end]), dtype=f">u{width}").astype(np.uint64)
        behind = found >= self._border
        moved = np.where(behind, found.astype(np.int64) + self._shift, found.astype(np.int64))
        if (
            np.any(found >> np.uint64(62))
            or np.any(moved < 0)
            or np.any(moved >> (8 * width - 2) > 3)
        ):
            raise MediaFault("too_large")
        self._piece[start:end] = moved.astype(f">u{width}").tobytes()

    def auxiliary(self, box: Box) -> None:
        """``saio`` in ``stbl``: places in the file."""
        at = box.body + (12 if self.number(box.body + 3, 1) & 1 else 4)
        width = 8 if self.number(box.body, 1) else 4
        count = self.number(at, 4)
        if at + 4 + count * width > box.end:
            raise MediaFault("broken_boxes")
        for number in range(count):
            self.place(at + 4 + number * width, width, box.end)

    def fragment(self, box: Box) -> None:
        """``tfhd``: the place that a fragment counts from, if it says one."""
        if self.number(box.body + 1, 3) & 1:
            self.place(box.body + 8, 8, box.end)

    def random_access(self, box: Box) -> None:
        """``tfra``: the places of fragments."""
        wide = self.number(box.body, 1)
        lengths = self.number(box.body + 8, 4)
        width = (16 if wide else 8) + sum((lengths >> by & 3) + 1 for by in (0, 2, 4))
        count = self.number(box.body + 12, 4)
        if box.body + 16 + count * width > box.end:
            raise MediaFault("broken_boxes")
        half = 8 if wide else 4
        for number in range(count):
            self.place(box.body + 16 + number * width + half, half, box.end)

    def index(self, box: Box) -> None:
        """``sidx`` counts from its own end: only one before ``moov`` reaches over it."""
        if not self._ahead:
            return
        wide = self.number(box.body, 1)
        at, width = (box.body + 20, 8) if wide else (box.body + 16, 4)
        first = self.number(at, width)
        if box.end + first >= self._border:
            moved = first + self._shift
            if not 0 <= moved < 1 << 8 * width:
                raise MediaFault("too_large")
            self._piece[at : at + width] = moved.to_bytes(width, "big")


_TABLES: dict[bytes, Callable[[_Mover, Box], None]] = {
    b"stco": _Mover.chunks,
    b"co64": _Mover.chunks,
    b"saio": _Mover.auxiliary,
    b"tfhd": _Mover.fragment,
    b"tfra": _Mover.random_access,
    b"sidx": _Mover.index,
}


def _texts(body: bytes) -> list[bytes]:
    return [
        body[box.body + 8 : box.end]
        for box in boxes(body, 0, len(body))
        if box.type == b"data" and box.end - box.body >= 8
    ]


def _free_name(body: bytes) -> bytes:
    for box in boxes(body, 0, len(body)):
        if box.type == b"name":
            return body[box.body + 4 : box.end]
    return b""
