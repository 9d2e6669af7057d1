"""JPEG segments."""

from __future__ import annotations

import pytest

from gateway.wire import jpeg
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import pictures

PICTURE = pictures()["jpeg of a camera"]


def test_the_packet_stands_behind_jfif_and_exif() -> None:
    """Readers want those first; there is one packet, whatever was there."""
    written = jpeg.write(PICTURE, b"<x/>")
    found, _ = jpeg.segments(written)
    kinds = [body.partition(b"\0")[0] for marker, body in found if 0xE0 <= marker <= 0xE1]
    assert kinds == [b"JFIF", b"Exif", b"http://ns.adobe.com/xap/1.0/"]
    assert jpeg.read(written).packets == (b"<x/>",)


def test_scans_are_not_touched() -> None:
    """From the first scan on, every byte is the same."""
    _, before = jpeg.segments(PICTURE)
    written = jpeg.write(PICTURE, b"<x/>")
    assert written[jpeg.segments(written)[1] :] == PICTURE[before:]


def test_a_manifest_leaves_and_other_segments_stay() -> None:
    """JUMBF in APP11 goes, what else is in APP11 does not."""
    mine, other = (
        jpeg.Segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + bytes(24)),
        jpeg.Segment(0xEB, b"HDR_RI ver=11"),
    )
    signed = jpeg.with_segments(PICTURE, [mine, other])
    assert jpeg.read(signed).manifest
    written = jpeg.write(signed, b"<x/>")
    assert not jpeg.read(written).manifest
    assert other in jpeg.segments(written)[0]


@pytest.mark.parametrize(
    "broken", [PICTURE[:300], b"\xff\xd8\xff\xd9", PICTURE.replace(b"\xff\xc0", b"\0\0", 1)]
)
def test_what_is_not_whole_is_a_fault(broken: bytes) -> None:
    """No scan, or something between segments."""
    with pytest.raises(MediaFault, match="broken_jpeg"):
        jpeg.segments(broken)
