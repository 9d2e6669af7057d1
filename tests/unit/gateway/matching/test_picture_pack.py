"""What is kept of pictures comes back, also what earlier versions kept."""

from __future__ import annotations

import pytest

from gateway.matching.picture_detail import DETAIL_BYTES
from gateway.matching.picture_pack import each_apart, packed, unpacked
from gateway.nouns.picture import HASH_BYTES, Looks

WINDOWS = (bytes(range(32)), bytes(32), b"w" * 32)
PICTURES = [
    [],
    [Looks(WINDOWS, bytes(DETAIL_BYTES))],
    [Looks(WINDOWS[:2], b"a" * DETAIL_BYTES), Looks(WINDOWS[1:], b"b" * DETAIL_BYTES)],
    [Looks(WINDOWS[:1], b"a" * DETAIL_BYTES)] * 31,
    [Looks(WINDOWS[:1], b"a" * DETAIL_BYTES), Looks(WINDOWS)],
    [Looks(WINDOWS[:1] * 127, b"a" * DETAIL_BYTES)],
]


@pytest.mark.parametrize("known", PICTURES)
def test_what_is_packed_comes_back(known: list[Looks]) -> None:
    """Whatever the length; it is never taken for hashes alone."""
    assert unpacked(packed(known)) == known
    assert len(packed(known)) % HASH_BYTES == bool(known)


def test_hashes_alone_are_read() -> None:
    """The first version kept them one behind the other, without a detail."""
    assert unpacked(b"".join(WINDOWS)) == [Looks(WINDOWS)]


@pytest.mark.parametrize("known", PICTURES)
def test_frames_of_earlier_versions_are_read(known: list[Looks]) -> None:
    """One list of hashes and details; a detail ends a picture. The new form stays as it is."""
    flat = [part for each in known for part in (*each.windows, each.detail) if part]
    assert each_apart(flat) == each_apart(known) == known
