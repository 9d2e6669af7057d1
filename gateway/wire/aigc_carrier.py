"""Where the metadata label stands in files of sound and film, and how it gets there.

    WAV               a chunk ``AIGC`` of its own                     TC260-PG-202510A
    MP3               ID3v2 ``TXXX``, description ``AIGC``            TC260-PG-202510A
    FLAC, Ogg         Vorbis comment ``AIGC=``                        TC260-PG-202510A
    M4A, MP4, MOV     ``moov/udta/meta``: key ``AIGC`` (``mdta``)     TC260-PG-20257A, 6.1.1
    MKV, WebM         ``Tags/Tag/SimpleTag`` of name ``AIGC``         TC260-PG-20257A
    AAC (ADTS)        no place is fixed; ID3v2 before it, as in MP3

Exactly one is written (GB 45438-2025, 6.1 c): those at other places that writers are known to use
are taken away. Nothing is decoded or encoded: sound and film stay byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.nouns.mark import AigcLabel
from gateway.nouns.media import MediaFormat as F
from gateway.wire import flac, id3, isobox, matroska, ogg, riff
from gateway.wire.aigc_label import KEY, bare_json, parse, settled
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff
from gateway.wire.mpeg_audio import first_frame

_CHUNK = KEY.encode()


class Carrier(NamedTuple):
    """How one format is read (all values, first the one at the fixed place) and written."""

    read: Callable[[bytes], list[bytes]]
    write: Callable[[bytes, bytes], bytes]


def _read_wave(content: bytes) -> list[bytes]:
    wave = riff.read_wave(content)
    found = [
        content[chunk.start : chunk.end].rstrip(b"\0")
        for chunk in wave.chunks
        if chunk.id == _CHUNK
    ]
    for chunk in wave.chunks:
        body = content[chunk.start : chunk.end]
        if chunk.id == b"LIST":
            found += [
                text.rstrip(b"\0") for name, text in riff.list_entries(body) if name == _CHUNK
            ]
        elif chunk.id.lower() == b"id3 ":
            found += _tolerant_texts(body)
    return found


def _write_wave(content: bytes, value: bytes) -> bytes:
    wave = riff.read_wave(content)
    bodies: list[tuple[bytes, bytes]] = []
    for chunk in wave.chunks:
        body = content[chunk.start : chunk.end]
        if chunk.id == _CHUNK:
            continue
        if chunk.id == b"LIST":
            entries = riff.list_entries(body)
            kept = [(name, text) for name, text in entries if name != _CHUNK]
            body = riff.list_body(kept) if len(kept) != len(entries) else body
        elif chunk.id.lower() == b"id3 " and _tolerant_texts(body):
            body = id3.with_user_text(body, KEY, None)
        bodies.append((chunk.id, body))
    bodies.append((_CHUNK, value))
    return riff.rebuilt(content, wave, bodies)


def _tolerant_texts(tag: bytes) -> list[bytes]:
    """A tag in a chunk is not the label's place; a broken one is nobody's concern here."""
    try:
        return id3.user_texts(tag, KEY)
    except MediaFault:
        return []


def _read_framed(content: bytes) -> list[bytes]:
    first_frame(content, id3.tag_size(content))
    return id3.user_texts(content, KEY)


def _write_framed(content: bytes, value: bytes) -> bytes:
    first_frame(content, id3.tag_size(content))
    return id3.with_user_text(content, KEY, value)


def _read_flac(content: bytes) -> list[bytes]:
    found = flac.comments(flac.read_flac(content)).values(KEY)
    return found + _tolerant_texts(content)


def _write_flac(content: bytes, value: bytes) -> bytes:
    if id3.user_texts(content, KEY):  # a broken tag before the file hides it from other readers
        content = id3.with_user_text(content, KEY, None)
    return flac.with_comment(content, KEY, value)


def _read_ogg(content: bytes) -> list[bytes]:
    return ogg.comment_values(content, KEY)


def _write_ogg(content: bytes, value: bytes) -> bytes:
    return ogg.with_comment(content, KEY, value)


def _moov(content: bytes) -> isobox.Box:
    return next(box for box in isobox.top_boxes(content) if box.type == b"moov")


def _read_boxes(content: bytes) -> list[bytes]:
    moov = _moov(content)
    fixed: list[bytes] = []
    elsewhere: list[bytes] = []
    for around, box in isobox.metas(content, moov):
        meta = isobox.read_meta(content, box)
        at_place = around is not None and isobox.by_key(meta)
        (fixed if at_place else elsewhere).extend(isobox.values_of(meta, KEY))
    return fixed + elsewhere


def _write_boxes(content: bytes, value: bytes) -> bytes:
    moov = _moov(content)
    if isobox.child(content, moov, b"trak") is None:
        raise MediaFault("no_track")
    body: list[bytes] = []
    written = False
    for each in isobox.boxes(content, moov.body, moov.end):
        if each.type == b"udta":
            body.append(_udta(content, each, b"" if written else value))
            written = True
        elif each.type == b"meta":
            body.append(_cleared(content, each))
        else:
            body.append(content[each.start : each.end])
    if not written:
        meta = isobox.meta_box(isobox.with_key(None, KEY, value))
        body.append(isobox.written(b"udta", meta))
    return isobox.with_moov_body(content, moov, b"".join(body))


def _udta(content: bytes, udta: isobox.Box, value: bytes) -> bytes:
    """Return user data with our key: in the ``meta`` by keys that is there, or in a new one."""
    parts: list[bytes] = []
    at = udta.body
    for each in isobox.boxes(content, udta.body, udta.end):
        at = each.end
        meta = isobox.read_meta(content, each) if each.type == b"meta" else None
        if meta is not None and value and isobox.by_key(meta):
            ours = isobox.with_key(isobox.without_key(meta, KEY), KEY, value)
            parts.append(isobox.meta_box(ours))
            value = b""
        elif meta is not None:
            parts.append(_cleared(content, each))
        else:
            parts.append(content[each.start : each.end])
    if value:
        parts.append(isobox.meta_box(isobox.with_key(None, KEY, value)))
    return isobox.written(b"udta", b"".join(parts) + content[at : udta.end])


def _cleared(content: bytes, box: isobox.Box) -> bytes:
    meta = isobox.read_meta(content, box)
    if not isobox.values_of(meta, KEY):
        return content[box.start : box.end]
    return isobox.meta_box(isobox.without_key(meta, KEY))


def _read_matroska(content: bytes) -> list[bytes]:
    return matroska.tag_values(content, KEY)


def _write_matroska(content: bytes, value: bytes) -> bytes:
    return matroska.with_tag(content, KEY, value)


_BOXED = Carrier(_read_boxes, _write_boxes)
_FRAMED = Carrier(_read_framed, _write_framed)
_TAGGED = Carrier(_read_matroska, _write_matroska)
CARRIERS: dict[F, Carrier] = {
    F.WAV: Carrier(_read_wave, _write_wave),
    F.MP3: _FRAMED,
    F.AAC: _FRAMED,
    F.FLAC: Carrier(_read_flac, _write_flac),
    F.OGG: Carrier(_read_ogg, _write_ogg),
    F.M4A: _BOXED,
    F.MP4: _BOXED,
    F.MOV: _BOXED,
    F.MKV: _TAGGED,
    F.WEBM: _TAGGED,
}
"""The formats of sound and film that have a place for the label."""


def labels_in(content: bytes, found: F) -> list[AigcLabel]:
    """Return every label in a file of a format of `CARRIERS`; none if the file is broken."""
    try:
        values = CARRIERS[found].read(content)
    except MediaFault:
        return []
    return [label for label in map(parse, values) if label is not None]


def with_label(content: bytes, found: F, ours: AigcLabel) -> bytes:
    """Return a file of a format of `CARRIERS` with exactly one label, settled with what was there.

    The very same bytes come back if they bear it already. Raises MediaFault, ``not_read_back`` too.
    """
    carrier = CARRIERS[found]
    there = carrier.read(content)
    value = bare_json(settled(ours, there))
    if there == [value]:
        return content
    stamped = carrier.write(content, value)
    if sniff(stamped) is not found or carrier.read(stamped) != [value]:
        raise MediaFault("not_read_back")
    return stamped
