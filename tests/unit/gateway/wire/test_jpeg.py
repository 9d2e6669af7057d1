"""JPEG segments."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from gateway.wire import jpeg
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import encode, pictures, scene

PICTURE = pictures()["jpeg of a camera"]
BOX = (150_000).to_bytes(4, "big") + b"jumb" + bytes(149_992)
"""A manifest that takes three segments."""


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


def _index(content: bytes) -> list[tuple[int, int]]:
    """Return what Pillow reads of the index: each picture's length and place."""
    with Image.open(BytesIO(content)) as image:
        told = image.mpinfo[0xB002]  # type: ignore[attr-defined] -- of Pillow's plugin
        return [(each["Size"], each["DataOffset"]) for each in told]


def test_the_index_of_further_pictures_is_true_of_what_was_written() -> None:
    """Each picture begins and ends where it says, wherever the packet and a manifest went."""
    both = encode("MPO", scene(), save_all=True, append_images=[scene(turn=3)])
    first, second = _index(both)
    grown = jpeg.write(both, b"<x/>" * 100)
    around = jpeg.around_manifest(grown, len(BOX))
    assert around is not None
    signed = jpeg.manifest_segments(BOX).join(around)
    for made in (grown, signed):
        (size, _), other = _index(made)
        assert size == first[0] + len(made) - len(both)
        assert made[:size].endswith(b"\xff\xd9")
        assert other == second
        assert made.endswith(both[-second[0] :])
        with Image.open(BytesIO(made)) as image:
            image.seek(1)
            image.load()
    assert _index(jpeg.write(signed, b"")) == [first, second]  # without packet and manifest


@pytest.mark.parametrize(
    "broken", [PICTURE[:300], b"\xff\xd8\xff\xd9", PICTURE.replace(b"\xff\xc0", b"\0\0", 1)]
)
def test_what_is_not_whole_is_a_fault(broken: bytes) -> None:
    """No scan, or something between segments."""
    with pytest.raises(MediaFault, match="broken_jpeg"):
        jpeg.segments(broken)
