"""Picture pack: the form in which the looks of a record's pictures are kept, and earlier ones.

A one; for each picture how many hashes it has (128 more if a detail follows them), the hashes, the
detail; zeros to a length that is one more than a multiple of 32. Earlier versions kept hashes
alone, whose length is such a multiple; in the spool, hashes and details stood one behind the other
in one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.matching.picture_detail import DETAIL_BYTES
from gateway.nouns.picture import HASH_BYTES, Looks


def packed(pictures: Sequence[Looks]) -> bytes:
    """Return pictures in the form in which they are kept."""
    if not pictures:
        return b""
    parts = [b"\x01"]
    for each in pictures:
        parts += [bytes([len(each.windows) | bool(each.detail) << 7]), *each.windows, each.detail]
    return b"".join(parts) + bytes((1 - sum(map(len, parts))) % HASH_BYTES)


def unpacked(plain: bytes) -> list[Looks]:
    """Return the pictures that `packed` was given, or those of hashes alone."""
    if len(plain) % HASH_BYTES == 0:
        return [Looks(_rows(plain))] if plain else []
    found: list[Looks] = []
    at = 1
    while at < len(plain) and plain[at]:
        end = at + 1 + (plain[at] & 0x7F) * HASH_BYTES
        after = end + (DETAIL_BYTES if plain[at] & 0x80 else 0)
        found.append(Looks(_rows(plain[at + 1 : end]), plain[end:after]))
        at = after
    return found


def each_apart(told: Iterable[Looks | bytes]) -> list[Looks]:
    """Return the pictures of a frame; in those of earlier versions each picture's hashes stand one
    by one, and its detail behind them."""
    found: list[Looks] = []
    windows: list[bytes] = []
    for each in told:
        if isinstance(each, Looks):
            found.append(each)
        elif len(each) == HASH_BYTES:
            windows.append(each)
        else:
            found.append(Looks(tuple(windows), each))
            windows = []
    return [*found, Looks(tuple(windows))] if windows else found


def _rows(plain: bytes) -> tuple[bytes, ...]:
    return tuple(plain[at : at + HASH_BYTES] for at in range(0, len(plain), HASH_BYTES))
