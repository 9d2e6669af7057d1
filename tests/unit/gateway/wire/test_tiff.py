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


@pytest.mark.parametrize("kind", [b"\0\0", b"\0\x13", b"\3\1"])
def test_an_entry_of_no_known_type_is_a_fault(kind: bytes) -> None:
    """exiftool reads no further than to it, and would find no label."""
    entry = b"\x00\x01" + kind + b"\x00\x00\x00\x01" + bytes(4)
    content = b"MM\0*\0\0\0\x08\0\1" + entry + bytes(4)
    with pytest.raises(MediaFault, match="broken_tiff"):
        tiff.write(content, b"<x/> ")


@pytest.mark.parametrize("name", ["tiff", "tiff lzw cmyk"])
def test_room_for_a_manifest_is_made_at_the_end(name: str) -> None:
    """The first directory names it; everything else stays, and there is one at most."""
    content = pictures()[name]
    before = tiff.with_manifest_room(content, 700)
    assert before is not None
    whole = before + b"m" * 700
    (entry,) = [each for each in tiff.pages(whole)[0].entries if each.tag == tiff.MANIFEST]
    assert whole[entry.start : entry.start + entry.size] == b"m" * 700
    assert before[8 : len(content)] == content[8:]
    assert frames(whole) == frames(content)
    assert not tiff.may_hold_manifest(content)
    assert tiff.may_hold_manifest(whole)
    assert tiff.with_manifest_room(whole, 700) is None
    assert tiff.with_manifest_room(b"II*", 700) is None
    assert tiff.may_hold_manifest(b"II*")
