"""The padding of a manifest's signature, spread anew: bytes that nothing is signed over.

A C2PA signature is a COSE_Sign1 structure (RFC 9052). Its unprotected header has the member
``pad``, a string of zeros, and where one string cannot be as long as is needed a second one,
``pad2``. Neither signature nor time stamp covers them. So a manifest can be given another count of
zeros, at the same length, after it was signed: a key and a length stand in their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_SIGN1 = b"\xd2\x84"
"""COSE_Sign1's tag, and the head of its array of four."""

_PAD = b"\x63pad"
_SECOND = b"\x64pad2"
_NONE = 0xF6
_BYTES, _TEXT, _MAP = 2, 3, 5
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_SECONDS = (*range(0, 24, 4), *range(24, 256, 8))
"""Lengths of a second string: below 24 its head is one byte, from there on two."""

_DEEPEST = 16


class _Head(NamedTuple):
    """An item's first bytes (RFC 8949, 3): its kind, its number, and where they end."""

    kind: int
    number: int
    end: int


class _Padding(NamedTuple):
    """Where the unprotected header begins, and from where to where its padding goes."""

    header: int
    start: int
    end: int


def spread_anew(manifest: bytes) -> Iterator[bytes]:
    """Give the manifest and then others, as long and as valid, with fewer zeros: six fewer, then
    seven (a key, a head, and in the second case a length).

    Only the manifest itself if its padding is not found, or is in two parts already.
    """
    yield manifest
    found = _padding(manifest)
    if found is None:
        return
    head = manifest[found.header]
    before = bytes((*manifest[: found.header], head + 1, *manifest[found.header + 1 : found.start]))
    room = found.end - found.start
    for second in _SECONDS:
        behind = _SECOND + _string(second)
        for first in range(room - len(behind) - 8, room - len(behind)):
            padding = _PAD + _string(max(first, 0)) + behind
            if len(padding) == room:
                yield before + padding + manifest[found.end :]


def _string(length: int) -> bytes:
    """Return so many zeros as an item, in the shortest form."""
    for width, most in ((0, 24), (1, 1 << 8), (2, 1 << 16)):
        if length < most:
            mark = _BYTES << 5 | (length if not width else 23 + width)
            return bytes([mark]) + (length.to_bytes(width, "big") if width else b"") + bytes(length)
    raise ValueError(length)


def _padding(manifest: bytes) -> _Padding | None:
    """Return the padding of the last signature in a manifest; None if there is none to spread."""
    at = manifest.rfind(_SIGN1)
    while at >= 0:
        try:
            found = _padding_at(manifest, at + len(_SIGN1))
        except (LookupError, ValueError):
            found = None
        if found:
            return found
        at = manifest.rfind(_SIGN1, 0, at)
    return None


def _padding_at(data: bytes, at: int) -> _Padding | None:
    protected = _head(data, at)
    header = protected.end + protected.number
    members = _head(data, header)
    if protected.kind != _BYTES or members.kind != _MAP or not 0 < members.number < 23:
        return None
    at, found = members.end, None
    for _ in range(members.number):
        behind = _past(data, _past(data, at))
        if data.startswith(_SECOND, at):
            return None
        if data.startswith(_PAD, at) and not any(data[_head(data, at + 4).end : behind]):
            found = _Padding(header, at, behind)
        at = behind
    signature = _head(data, at + 1)
    whole = data[at] == _NONE and signature.kind == _BYTES
    return found if whole and signature.end + signature.number <= len(data) else None


def _head(data: bytes, at: int) -> _Head:
    kind, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return _Head(kind, short, at + 1)
    width = _WIDTHS[short]
    return _Head(kind, int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width)


def _past(data: bytes, at: int, depth: int = 0) -> int:
    """Return where an item ends. Raises LookupError or ValueError for what is none."""
    kind, number, end = _head(data, at)
    if kind in {_BYTES, _TEXT}:
        end += number
    elif kind > _TEXT and kind < 7:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        for _ in range({4: number, _MAP: 2 * number}.get(kind, 1)):
            end = _past(data, end, depth + 1)
    if end > len(data):
        raise ValueError("cut short")
    return end
