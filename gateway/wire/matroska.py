"""EBML (RFC 8794) and Matroska (RFC 9559), of which WebM is a part: tags of the whole file.

A new ``Tags`` stands before the first ``Cluster``, where every reader sees it. What names a place
(``SeekHead``, ``Cues``, a cluster's own ``Position``) is written anew for the new places; clusters
are copied as they are. Segments and clusters of unknown size (live streams) are read to their end.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gateway.wire.media_fault import MediaFault

EBML, SEGMENT, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
SEEKHEAD, CUES, TAGS, VOID, CRC = 0x114D9B74, 0x1C53BB6B, 0x1254C367, 0xEC, 0xBF
_INFO, _TRACKS, _ATTACHMENTS, _CHAPTERS = 0x1549A966, 0x1654AE6B, 0x1941A469, 0x1043A770
_TOP = frozenset({SEEKHEAD, CUES, TAGS, _INFO, _TRACKS, _ATTACHMENTS, _CHAPTERS, CLUSTER})
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_CUE_POINT, _CUE_PLACES, _CUE_CLUSTER, _CUE_STATE = 0xBB, 0xB7, 0xF1, 0xEA
_TAG, _TARGETS = 0x7373, 0x63C0
_SIMPLE, _NAME, _STRING = 0x67C8, 0x45A3, 0x4487
_POSITION = 0xA7
_MOST = 2_000_000
_DEEPEST = 8
_LARGEST = (1 << 64) - 1


class Element(NamedTuple):
    """One element: its id, and where it, its body and its end lie. ``open``: of unknown size."""

    id: int
    start: int
    body: int
    end: int
    open: bool = False


def element_at(content: bytes, at: int, end: int) -> Element:
    """Return the element that begins here. Raises MediaFault if there is none within ``end``."""
    width = 9 - content[at].bit_length() if at < end else 9
    if width > 4 or at + width >= end:
        raise MediaFault("broken_ebml")
    name = int.from_bytes(content[at : at + width], "big")
    first = content[at + width]
    length = 9 - first.bit_length()
    body = at + width + length
    if length > 8 or body > end:
        raise MediaFault("broken_ebml")
    size = int.from_bytes(content[at + width : body], "big") & ((1 << 7 * length) - 1)
    if size == (1 << 7 * length) - 1:
        return Element(name, at, body, end, open=True)
    if body + size > end:
        raise MediaFault("broken_ebml")
    return Element(name, at, body, body + size)


def children(content: bytes, parent: Element) -> Iterator[Element]:
    """Yield the elements in another; an open cluster ends where the next of its level begins."""
    at, count = parent.body, 0
    while at < parent.end:
        count += 1
        if count > _MOST:
            raise MediaFault("broken_ebml")
        found = element_at(content, at, parent.end)
        if found.open:
            if found.id != CLUSTER:
                raise MediaFault("broken_ebml")
            found = found._replace(end=_end_of_cluster(content, found))
        yield found
        at = found.end


def segment_of(content: bytes) -> Element:
    """Return the first segment of a file. Raises MediaFault unless it follows an EBML header."""
    head = element_at(content, 0, len(content))
    if head.id != EBML or head.open:
        raise MediaFault("broken_ebml")
    at = head.end
    while True:
        found = element_at(content, at, len(content))
        if found.id == SEGMENT:
            return found
        if found.id != VOID:
            raise MediaFault("broken_ebml")
        at = found.end


def tag_values(content: bytes, name: str) -> list[bytes]:
    """Return the texts of every ``SimpleTag`` of this name; case is ignored."""
    found: list[bytes] = []
    for each in children(content, segment_of(content)):
        if each.id == TAGS:
            for tag in children(content, each):
                found += _named(content, tag, name)
    return found


def with_tag(content: bytes, name: str, value: bytes) -> bytes:
    """Return the file with exactly one ``SimpleTag`` of this name, which speaks of the whole file.

    Raises MediaFault if the file is broken or has no tracks.
    """
    segment = segment_of(content)
    tops = [each for each in children(content, segment) if each.id not in {SEEKHEAD, VOID, CRC}]
    if not any(each.id == _TRACKS for each in tops):
        raise MediaFault("broken_ebml")
    placed: list[tuple[Element | None, bytes | None]] = []
    tags = _tags(content, [each for each in tops if each.id == TAGS], name, value)
    for each in tops:
        if each.id == CLUSTER and tags:
            placed.append((None, tags))
            tags = b""
        if each.id == CUES:
            placed.append(
                (each, _cues(content, each, {}))
            )  # of its final size, not yet of its places
        elif each.id != TAGS:
            placed.append((each, None))
    if tags:
        placed.append((None, tags))
    return _laid_out(content, segment, placed)


def element(name: int, body: bytes, width: int = 0) -> bytes:
    """Return an element; ``width`` fixes how many bytes its size takes."""
    if not width:
        width = next(each for each in range(1, 9) if len(body) < (1 << 7 * each) - 1)
    size = (len(body) | 1 << 7 * width).to_bytes(width, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + body


def _laid_out(
    content: bytes, segment: Element, placed: list[tuple[Element | None, bytes | None]]
) -> bytes:
    """Lay the elements of a segment out, and write what names their places."""
    known = [
        (each.id if each else TAGS) for each, _ in placed if each is None or each.id != CLUSTER
    ]
    at = len(_seek_head([(name, 0) for name in known]))
    places: dict[int, int] = {}
    seeks: list[tuple[int, int]] = []
    for each, body in placed:
        if each is None or each.id != CLUSTER:
            seeks.append((each.id if each else TAGS, at))
        if each is not None:
            places[each.start - segment.body] = at
        at += len(body) if body is not None else each.end - each.start if each else 0
    parts = [_seek_head(seeks)]
    for each, body in placed:
        if each is not None and each.id == CUES:
            parts.append(_cues(content, each, places))
        elif each is not None and each.id == CLUSTER:
            parts += _cluster(content, each, places[each.start - segment.body])
        else:
            parts.append(body if body is not None else _copied(content, each))
    size = b"\x01" + b"\xff" * 7 if segment.open else (at | 1 << 56).to_bytes(8, "big")
    head = content[: segment.start] + SEGMENT.to_bytes(4, "big") + size
    return b"".join((head, *parts, content[segment.end :]))


def _copied(content: bytes, each: Element | None) -> bytes:
    return content[each.start : each.end] if each else b""


def _seek_head(seeks: list[tuple[int, int]]) -> bytes:
    rows = [
        element(
            _SEEK,
            element(_SEEK_ID, name.to_bytes(4, "big"))
            + element(_SEEK_POSITION, place.to_bytes(8, "big")),
        )
        for name, place in seeks
    ]
    return element(SEEKHEAD, b"".join(rows), 8)


def _cues(content: bytes, cues: Element, places: dict[int, int]) -> bytes:
    """Return the cues with every place in eight bytes, so that their size knows no places."""
    points = []
    for point in children(content, cues):
        if point.id != _CUE_POINT:
            continue
        rows = [
            element(_CUE_PLACES, _moved(content, each, places))
            if each.id == _CUE_PLACES
            else content[each.start : each.end]
            for each in children(content, point)
        ]
        points.append(element(_CUE_POINT, b"".join(rows)))
    return element(CUES, b"".join(points), 8)


def _moved(content: bytes, cue: Element, places: dict[int, int]) -> bytes:
    """Return the body of one cue's places with the new ones."""
    rows = []
    for row in children(content, cue):
        if row.id not in {_CUE_CLUSTER, _CUE_STATE}:
            rows.append(content[row.start : row.end])
            continue
        old = int.from_bytes(content[row.body : row.end], "big")
        new = places.get(old, old) if row.id == _CUE_CLUSTER or old else 0
        rows.append(element(row.id, (new & _LARGEST).to_bytes(8, "big")))
    return b"".join(rows)


def _cluster(content: bytes, cluster: Element, place: int) -> list[bytes]:
    """Return the pieces of a cluster; its own position, where it says one, is the new one."""
    at, crc, position = cluster.body, None, None
    for _ in range(4):
        if at >= cluster.end:
            break
        each = element_at(content, at, cluster.end)
        crc = each if each.id == CRC else crc
        position = each if each.id == _POSITION else position
        at = each.end
    if position is None:
        return [content[cluster.start : cluster.end]]
    width = position.end - position.body
    changed = bytearray(content[cluster.start : cluster.end])
    start = position.body - cluster.start
    if width and place < 1 << 8 * width:
        changed[start : start + width] = place.to_bytes(width, "big")
    else:
        changed[position.start - cluster.start] = VOID
    if crc is not None and crc.end - crc.body == 4:
        total = zlib.crc32(bytes(changed[crc.end - cluster.start :]))
        start = crc.body - cluster.start
        changed[start : start + 4] = total.to_bytes(4, "little")
    return [bytes(changed)]


def _end_of_cluster(content: bytes, cluster: Element) -> int:
    at, count = cluster.body, 0
    while at < cluster.end:
        found = element_at(content, at, cluster.end)
        count += 1
        if found.id in _TOP or found.id in {EBML, SEGMENT}:
            return at
        if found.open or count > _MOST:
            raise MediaFault("broken_ebml")
        at = found.end
    return at


def _tags(content: bytes, old: list[Element], name: str, value: bytes) -> bytes:
    kept = b""
    for tags in old:
        for tag in children(content, tags):
            if tag.id == CRC:
                continue
            if _named(content, tag, name):
                kept += _without(content, tag, name)
            else:
                kept += content[tag.start : tag.end]
    simple = element(_NAME, name.encode()) + element(_STRING, value)
    ours = element(_TAG, element(_TARGETS, b"") + element(_SIMPLE, simple))
    return element(TAGS, kept + ours)


def _named(content: bytes, tag: Element, name: str, depth: int = 0) -> list[bytes]:
    """Return the texts of the simple tags of this name in a tag, nested ones too."""
    found: list[bytes] = []
    if depth > _DEEPEST or tag.id not in {_TAG, _SIMPLE}:
        return found
    for each in children(content, tag):
        if each.id == _SIMPLE:
            title, text = _simple(content, each)
            if title.upper() == name.upper().encode():
                found.append(text)
            found += _named(content, each, name, depth + 1)
    return found


def _without(content: bytes, tag: Element, name: str) -> bytes:
    """Return a tag without the simple tags of this name; nothing if it had no others."""
    body = b""
    simple = 0
    for each in children(content, tag):
        if each.id == CRC:
            continue
        if each.id == _SIMPLE:
            if _simple(content, each)[0].upper() == name.upper().encode():
                continue
            inner = _named(content, each, name)
            simple += 1
            body += _without(content, each, name) if inner else content[each.start : each.end]
            continue
        body += content[each.start : each.end]
    return element(tag.id, body) if simple or tag.id == _SIMPLE else b""


def _simple(content: bytes, simple: Element) -> tuple[bytes, bytes]:
    title = text = b""
    for each in children(content, simple):
        if each.id == _NAME:
            title = content[each.body : each.end].rstrip(b"\0")
        elif each.id == _STRING:
            text = content[each.body : each.end].rstrip(b"\0")
    return title, text
