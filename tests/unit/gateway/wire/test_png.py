"""PNG chunks."""

from __future__ import annotations

import zlib

import pytest

from gateway.wire import png
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import pictures

PICTURE = pictures()["png"]


def test_chunks_joined_are_the_file() -> None:
    """Reading and writing changes no byte."""
    assert png.joined(png.chunks(PICTURE)) == PICTURE


def test_the_packet_stands_behind_the_head_uncompressed() -> None:
    """TC260-PG-20259A: iTXt ``XML:com.adobe.xmp``, not compressed."""
    second = png.chunks(png.write(PICTURE, b"<x/>"))[1]
    assert second == png.Chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>")


def test_a_manifest_leaves() -> None:
    """A C2PA manifest would no longer fit the file."""
    head, *rest = png.chunks(PICTURE)
    signed = png.joined([head, png.Chunk(b"caBX", b"jumbf"), *rest])
    assert png.read(signed).manifest
    assert not png.read(png.write(signed, b"<x/>")).manifest


def test_a_packet_in_a_raw_profile() -> None:
    """As ImageMagick writes it: read like another packet, and gone once one is written."""
    head, *rest = png.chunks(PICTURE)
    profile = b"Raw profile type xmp\0\0" + zlib.compress(b"\nxmp\n       4\n3c78\n2f3e")
    carries = png.joined([head, png.Chunk(b"zTXt", profile), *rest])
    assert png.read(carries).packets == (b"<x/>",)
    assert png.read(png.write(carries, b"<y/>")).packets == (b"<y/>",)
    broken = png.Chunk(b"tEXt", b"Raw profile type xmp\0xmp 4 3c7g")
    with pytest.raises(MediaFault, match="broken_png"):
        png.read(png.joined([head, broken, *rest]))


@pytest.mark.parametrize("broken", [PICTURE[:-1], PICTURE[:40], PICTURE.replace(b"IDAT", b"IDAX")])
def test_what_is_not_whole_is_a_fault(broken: bytes) -> None:
    """Cut, or with a wrong sum."""
    with pytest.raises(MediaFault, match="broken_png"):
        png.chunks(broken)
