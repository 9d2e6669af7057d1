"""Pictures decoded and encoded again."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gateway.nouns.media import MediaFormat
from gateway.wire import image_file, png, xmp
from gateway.wire.media_fault import MediaFault
from gateway.wire.picture import Limits, Picture
from tests.picture_kit import encode, format_of, frames, opened, pictures, scene

RASTERS = [name for name in pictures() if not name.startswith("svg")]
NOTE = {xmp.DRAWN: "note"}


def _again(name: str) -> bytes:
    return Picture(pictures()[name], format_of(name), Limits()).encoded(NOTE)


@pytest.mark.parametrize("name", RASTERS)
def test_a_picture_stays_what_it_was(name: str) -> None:
    """Format, mode, frames and times; the note is in its metadata."""
    before, after = frames(pictures()[name]), frames(_again(name))
    assert [time for *_, time in after] == [time for *_, time in before]
    if not name.startswith("gif"):
        assert [mode for mode, *_ in after] == [mode for mode, *_ in before]
    assert image_file.read(_again(name), format_of(name)).drawn == ("note",)


@pytest.mark.parametrize("name", RASTERS)
def test_what_nobody_drew_on_looks_the_same(name: str) -> None:
    """Exact where the format has no loss, else above 33 dB."""
    turned = "camera" in name
    with Image.open(BytesIO(pictures()[name])) as old, Image.open(BytesIO(_again(name))) as new:
        before = old.convert("RGBA")
        if turned and before.size != new.size:
            before = before.transpose(Image.Transpose.ROTATE_270)
        error = np.asarray(before, float) - np.asarray(new.convert("RGBA"), float)
    lossy = name.startswith(("jpeg", "avif", "webp")) and name != "webp lossless"
    assert (error**2).mean() <= (255**2 / 10**3.3 if lossy else 0)


@pytest.mark.parametrize("name", [name for name in RASTERS if "camera" in name])
def test_turned_pictures_stand_upright(name: str) -> None:
    """The pixels are turned, and EXIF, the profile and XMP say the rest as before."""
    image = opened(_again(name))
    assert image.size == (270, 360)
    assert image.getexif().get(0x0112, 1) == 1
    assert image.getexif()[0x0110] == "Model 7"
    assert image.info["icc_profile"] == opened(pictures()[name]).info["icc_profile"]
    if not name.startswith("png"):
        assert b"A title" in (image_file.packet_of(_again(name), format_of(name)) or b"")


def test_jpeg_is_encoded_as_it_was() -> None:
    """Quantisation, sampling, progression, resolution and comment are the source's."""
    for name in ("jpeg progressive", "jpeg of a camera", "jpeg cmyk"):
        old, new = opened(pictures()[name]), opened(_again(name))
        assert new.quantization == old.quantization
        assert new.layer == old.layer
        for key in ("progressive", "dpi", "comment"):
            assert new.info.get(key) == old.info.get(key)


def test_chunks_about_colour_and_words_stay() -> None:
    """Gamma, resolution, texts: what the encoder does not know of."""
    head, *rest = png.chunks(pictures()["png"])
    more = [png.Chunk(b"gAMA", b"\0\0\xb1\x8f"), png.Chunk(b"tEXt", b"Author\0Somebody")]
    content = png.joined([head, *more, *rest])
    kept = png.chunks(Picture(content, MediaFormat.PNG, Limits()).encoded(NOTE))
    assert all(chunk in kept for chunk in more)


def test_a_manifest_and_what_points_to_one_leave() -> None:
    """Pixels may change, so that no credential would hold."""
    packet = xmp.merged(None, {xmp.DRAWN: "x"}).replace(
        b"<sealgate:VisibleLabel>",
        b'<d:provenance xmlns:d="http://purl.org/dc/terms/">http://x/m</d:provenance><sealgate:VisibleLabel>',
    )
    head, *rest = png.chunks(png.write(pictures()["png"], packet))
    signed = png.joined([head, png.Chunk(b"caBX", b"jumbf"), *rest])
    written = Picture(signed, MediaFormat.PNG, Limits()).encoded(NOTE)
    assert not image_file.read(written, MediaFormat.PNG).manifest
    assert b"provenance" not in written


@pytest.mark.parametrize(
    "limits", [Limits(pixels=1000), Limits(all_pixels=20_000), Limits(frames=3)], ids=str
)
def test_limits_are_kept(limits: Limits) -> None:
    """Pixels of a frame, of all frames, and the number of frames."""
    with pytest.raises(MediaFault, match="too_large"):
        Picture(pictures()["png moving"], MediaFormat.PNG, limits)


def test_nothing_speaks_of_a_gain_map_that_is_gone() -> None:
    """Pictures behind a JPEG are not kept when it is encoded anew: HDR readers would want one."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
        '"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:h="{xmp.GAIN_MAP[0]}" h:Version="1.0"/></rdf:RDF></x:xmpmeta>'
    )
    plain = encode("JPEG", scene(64, 64))
    content = image_file.with_packet(plain, MediaFormat.JPEG, packet.encode())
    made = Picture(content + plain, MediaFormat.JPEG, Limits()).encoded(NOTE)
    left = image_file.packet_of(made, MediaFormat.JPEG)
    assert left is not None
    assert b"Version" not in left
    assert made.count(b"\xff\xd8\xff") == 1


def test_a_bomb_is_not_unpacked() -> None:
    """A head that promises a picture of gigabytes is refused by its head."""
    head, *rest = png.chunks(encode("PNG", scene(8, 8)))
    huge = png.Chunk(b"IHDR", (60_000).to_bytes(4, "big") * 2 + head.body[8:])
    with pytest.raises(MediaFault):
        Picture(png.joined([huge, *rest]), MediaFormat.PNG, Limits())


def test_only_the_first_frame_is_decoded_to_be_looked_at() -> None:
    """A long animation costs a reader one frame."""
    limits = Limits(all_pixels=20_000)
    assert Picture.first(pictures()["gif moving"], MediaFormat.GIF, limits).width == 160
