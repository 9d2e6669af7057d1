"""AVIF items."""

from __future__ import annotations

import struct

import pytest

from gateway.wire import avif
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import XMP, frames, pictures

MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


@pytest.mark.parametrize("name", ["avif", "avif of a camera", "avif moving"])
def test_an_item_is_added_or_replaced(name: str) -> None:
    """One packet, nothing of the one before it, and every frame decodes to the same pixels."""
    once = avif.write(pictures()[name], b"<first/>" * 500)
    twice = avif.write(once, b"<second/>")
    assert avif.read(twice).packets == (b"<second/>",)
    assert b"<first/>" not in twice
    assert b"A title" not in twice
    assert frames(twice) == frames(pictures()[name])


def test_a_packet_of_another_writer_is_read() -> None:
    """As libavif places it."""
    assert avif.read(pictures()["avif of a camera"]).packets == (XMP,)


def test_a_manifest_leaves_without_moving_anything() -> None:
    """The box becomes free space of the same size."""
    content = pictures()["avif"]
    size = int.from_bytes(content[:4], "big")
    body = b"uuid" + MANIFEST + b"jumbf"
    signed = content + struct.pack(">I", 4 + len(body)) + body
    assert size < len(content)
    assert avif.read(signed).manifest
    written = avif.write(signed, b"<x/>")
    assert not avif.read(written).manifest
    assert MANIFEST not in written
    assert frames(written) == frames(content)


@pytest.mark.parametrize("cut", [0, 8, 40, 200])
def test_what_is_not_whole_is_a_fault(cut: int) -> None:
    """Cut anywhere in its boxes."""
    with pytest.raises(MediaFault, match="broken_avif"):
        avif.read(pictures()["avif"][:cut])
