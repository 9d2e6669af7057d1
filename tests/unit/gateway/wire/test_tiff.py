"""TIFF directories of whole files."""

from __future__ import annotations

import pytest

from gateway.wire import tiff
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import frames, pictures


@pytest.mark.parametrize("name", ["tiff", "tiff pages", "tiff lzw cmyk"])
def test_pages_stay_as_they_are(name: str) -> None:
    """Only the first directory is written anew; a second packet replaces the first."""
    once = tiff.write(pictures()[name], b"<first/>")
    twice = tiff.write(once, b"<second/>")
    assert len(tiff.pages(twice)) == len(tiff.pages(pictures()[name]))
    assert tiff.read(twice).packets == (b"<second/>",)
    assert b"<first/>" not in twice
    assert frames(twice) == frames(pictures()[name])


def test_both_byte_orders_are_written() -> None:
    """Big-endian, by hand: one directory without entries."""
    content = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
    written = tiff.write(content, b"<x/> ")
    assert written.startswith(b"MM\0*")
    assert tiff.read(written).packets == (b"<x/> ",)


def test_pages_in_a_ring_are_a_fault() -> None:
    """A directory that names itself as the next one."""
    with pytest.raises(MediaFault, match="broken_tiff"):
        tiff.pages(b"II*\0\x08\0\0\0\0\0\x08\0\0\0")
