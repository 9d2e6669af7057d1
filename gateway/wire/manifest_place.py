"""Where a text file keeps a C2PA manifest: found, and made room for (C2PA 2.4, A.7 to A.9).

    txt    A.8: U+FEFF and a run of variation selectors at the end, padded to a fixed length
    md     A.9: ``-----BEGIN C2PA MANIFEST----- data:... -----END C2PA MANIFEST-----`` in a comment
    html   A.7: ``<script type="application/c2pa">`` at the end of the head

The hash of the manifest leaves the place out: the wrapper with its mark, the whole line of the
comment with its end, the element. Positions count bytes of the file.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from gateway.nouns.media import MediaFormat as F
from gateway.wire.html_places import attributes, find_places, tags
from gateway.wire.manifest_padding import spread_anew

_MAGIC = b"C2PATXT\0\x01"
_HEADER = 13
_NARROW = 16
"""Bytes below have a variation selector of three bytes in UTF-8, others one of four."""
_WIDE = 4
_ALL_WIDE = bytes(range(_NARROW, 256))
_BEGIN = "\ufeff"
_SPARE = 6
"""Bytes of a wrapper beyond the most that a manifest takes: room for padding in any case."""

_LONGEST = 1 << 20

_RUN = re.compile("\ufeff([\ufe00-\ufe0f\U000e0100-\U000e01ef]{13,})")
_TO_BYTE = {**{0xFE00 + n: n for n in range(16)}, **{0xE00F0 + n: n for n in range(16, 256)}}
_SELECTORS = tuple(chr(0xFE00 + n if n < 16 else 0xE00F0 + n) for n in range(256))

_DATA = "data:application/c2pa;base64,"
_BLOCK = re.compile(
    r"^[^\r\n]*-----BEGIN C2PA MANIFEST-----[ \t]++(\S++)[ \t]++-----END C2PA MANIFEST-----"
    r"[^\r\n]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
_BARE_RETURN = re.compile(r"\r(?!\n)")
_SCRIPT = '<script type="application/c2pa">', "</script>"


class ManifestPlaceError(ValueError):
    """The file has no safe place for a manifest; the message is one word."""


class ManifestPlace(NamedTuple):
    """A manifest in a file. It is empty if what stands in its place cannot be decoded."""

    start: int
    length: int
    manifest: bytes


def _any(_: bytes) -> bool:
    return True


class Room(NamedTuple):
    """Where a manifest goes: between ``before`` and ``behind``. ``write`` gives what then stands
    there; its length depends on the manifest's length alone. ``suits`` is false for what stands
    there well enough, but of which some readers complain."""

    before: bytes
    behind: bytes
    write: Callable[[bytes], bytes]
    suits: Callable[[bytes], bool] = _any


def manifest_places(content: bytes) -> list[ManifestPlace]:
    """Return the manifests in a text file, in whichever way; none if it is no UTF-8."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return []
    if _BEGIN not in text and "c2pa" not in text.lower():
        return []
    found = [
        (each.start(), each.end(), payload)
        for each in _RUN.finditer(text)
        if (payload := _unwrapped(each[1])) is not None
    ]
    found += [
        (each.start(), each.end(), _decoded(each[1].removeprefix(_DATA)))
        for each in _BLOCK.finditer(text)
    ]
    found += _scripts(text)
    return [
        ManifestPlace(len(text[:start].encode()), len(text[start:end].encode()), manifest)
        for start, end, manifest in sorted(found)
    ]


def without(content: bytes, places: list[ManifestPlace]) -> bytes:
    """Return the file without these manifests, which must be in order."""
    for place in reversed(places):
        content = content[: place.start] + content[place.start + place.length :]
    return content


def room_for(content: bytes, format: F) -> Room:
    """Return where the manifest of a text file goes. Raises ManifestPlaceError."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ManifestPlaceError("not_utf8") from None
    if format is F.TXT:
        if not unicodedata.is_normalized("NFC", text):
            raise ManifestPlaceError("not_nfc")
        return Room(content, b"", _wrapped, _is_filled_narrowly)
    if format is F.MARKDOWN:
        if _BARE_RETURN.search(text):
            raise ManifestPlaceError("bare_carriage_return")
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if text.endswith("\n\n") or not text else end if text.endswith("\n") else end * 2
        return Room(content + gap.encode(), b"", lambda manifest: _block(manifest, end))
    if format is F.HTML:
        at = len(text[: find_places(text).head].encode())
        return Room(content[:at], content[at:], _element)
    raise ManifestPlaceError("no_place_in_format")


def _wrapped(manifest: bytes) -> bytes:
    """Return the wrapper, padded so that its length does not depend on its bytes (A.8).

    A byte takes three bytes or four. What is left is filled with selectors of three, since not all
    readers know others as padding; so a multiple of three must be left. Two manifests of three
    leave none: of these, one can be helped by spreading its own padding anew, and one gets others.
    """
    room = _WIDE * (_HEADER + len(manifest)) + _SPARE
    for each in spread_anew(manifest):
        gap = room - _width(_framed(each))
        if gap % 3 == 0:
            return (_BEGIN + _selectors(_framed(each) + bytes(gap // 3))).encode()
    gap = room - _width(_framed(manifest))
    wide = gap % 3
    padding = bytes((gap - _WIDE * wide) // 3) + b"\x10" * wide
    return (_BEGIN + _selectors(_framed(manifest) + padding)).encode()


def _is_filled_narrowly(written: bytes) -> bool:
    return written.endswith(_SELECTORS[0].encode())


def _framed(manifest: bytes) -> bytes:
    return _MAGIC + len(manifest).to_bytes(4, "big") + manifest


def _width(data: bytes) -> int:
    """Return how many bytes of UTF-8 these bytes take as selectors."""
    return _WIDE * len(data) - len(data.translate(None, _ALL_WIDE))


def _selectors(data: bytes) -> str:
    return "".join(map(_SELECTORS.__getitem__, data))


def _unwrapped(run: str) -> bytes | None:
    """Return what a run of selectors holds, padding left away; None if it is no wrapper."""
    if len(run) > _LONGEST:
        return None
    data = bytes(_TO_BYTE[ord(each)] for each in run)
    size = int.from_bytes(data[len(_MAGIC) : _HEADER], "big")
    if not data.startswith(_MAGIC):
        return None
    return data[_HEADER : _HEADER + size] if _HEADER + size <= len(data) else b""


def _block(manifest: bytes, end: str) -> bytes:
    reference = _DATA + base64.b64encode(manifest).decode()
    inner = f"-----BEGIN C2PA MANIFEST----- {reference} -----END C2PA MANIFEST-----"
    return f"<!-- {inner} -->{end}".encode()


def _element(manifest: bytes) -> bytes:
    return (_SCRIPT[0] + base64.b64encode(manifest).decode() + _SCRIPT[1]).encode()


def _scripts(text: str) -> list[tuple[int, int, bytes]]:
    if "application/c2pa" not in text.lower():
        return []
    found: list[tuple[int, int, bytes]] = []
    opened = None
    for tag in tags(text):
        if tag.name != "script":
            continue
        if tag.closing and opened is not None:
            coded = text[opened.end : tag.start].strip()
            found.append((opened.start, tag.end, _decoded(coded)))
        kind = "" if tag.closing else attributes(tag).get("type", "").strip().lower()
        opened = tag if kind == "application/c2pa" else None
    return found


def _decoded(coded: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return b""
