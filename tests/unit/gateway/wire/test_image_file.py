"""Labels in every picture format: one place, nothing decoded, nothing lost."""

from __future__ import annotations

import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image

from gateway.nouns.media import MediaFormat
from gateway.wire import image_file, jpeg, png, xmp
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import camera_exif, encode, format_of, frames, mutations, pictures

OWED = {xmp.AIGC: '{"Label":"1"}', xmp.SOURCE_TYPE: xmp.TRAINED}
WRAPPED = b'{"AIGC":{"Label":"2"}}'
names = pytest.mark.parametrize("name", pictures())
RASTERS = [name for name in pictures() if not name.startswith("svg")]


def test_only_pictures_have_a_format_here() -> None:
    """Sounds, texts and noise are no pictures."""
    assert image_file.picture_format(encode("PNG")) is MediaFormat.PNG
    for other in (b"RIFF\x04\0\0\0WAVE", b"words", b"", b"\0\x01\x02"):
        with pytest.raises(MediaFault):
            image_file.picture_format(other)


@names
def test_properties_are_written_and_read(name: str) -> None:
    """Each property stands once in one packet."""
    found = format_of(name)
    read = image_file.read(image_file.write(pictures()[name], found, OWED), found)
    assert read.labels == ('{"Label":"1"}',)
    assert read.source_types == (xmp.TRAINED,)
    assert read.packets == (0 if found is MediaFormat.SVG else 1)


@pytest.mark.parametrize("name", RASTERS)
def test_pixels_are_the_same(name: str) -> None:
    """Frames, modes, times and decoded pixels are those that came."""
    written = image_file.write(pictures()[name], format_of(name), OWED)
    assert frames(written) == frames(pictures()[name])


@pytest.mark.parametrize("name", [name for name in RASTERS if "camera" in name])
def test_a_cameras_metadata_stays(name: str) -> None:
    """EXIF, the colour profile and what stood in XMP are all there afterwards."""
    before = pictures()[name]
    written = image_file.write(before, format_of(name), OWED)
    with Image.open(BytesIO(before)) as old, Image.open(BytesIO(written)) as new:
        assert new.info["exif"] == old.info["exif"]
        assert new.info["icc_profile"] == old.info["icc_profile"]
    if not name.startswith("png"):
        packet = image_file.packet_of(written, format_of(name))
        assert packet is not None
        assert b"A title &amp; more" in packet


def _with_comment() -> bytes:
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + WRAPPED
    tags[0x010F] = "Maker"
    return tags.tobytes()


def _png_with(kind: bytes, body: bytes) -> bytes:
    head, *rest = png.chunks(pictures()["png"])
    return png.joined([head, png.Chunk(kind, body), *rest])


ALTERNATIVES = {
    "jpeg": lambda: encode("JPEG", exif=_with_comment()),
    "webp": lambda: encode("WEBP", exif=_with_comment()),
    "avif": lambda: encode("AVIF", exif=_with_comment(), speed=10),
    "png exif": lambda: encode("PNG", exif=_with_comment()),
    "png tEXt": lambda: _png_with(b"tEXt", b"AIGC\0" + WRAPPED),
    "png zTXt": lambda: _png_with(b"zTXt", b"AIGC\0\0" + zlib.compress(WRAPPED)),
    "png iTXt": lambda: _png_with(b"iTXt", b"AIGC\0\0\0\0\0" + WRAPPED),
}


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_labels_at_other_places_are_read_and_leave(name: str) -> None:
    """Annex B of the image guide: EXIF comment, PNG text. After writing there is one label."""
    content, found = ALTERNATIVES[name](), format_of(name)
    assert image_file.read(content, found).labels == (WRAPPED.decode(),)
    written = image_file.write(content, found, OWED)
    assert image_file.read(written, found).labels == ('{"Label":"1"}',)
    assert WRAPPED not in written
    assert frames(written) == frames(content)
    if "exif" in name or name in {"jpeg", "webp", "avif"}:
        with Image.open(BytesIO(written)) as image:
            assert image.getexif()[0x010F] == "Maker"


def test_a_compressed_packet_is_read_and_becomes_plain() -> None:
    """The guide wants the packet of a PNG uncompressed."""
    packet = xmp.merged(None, OWED)
    content = _png_with(b"iTXt", png.XMP_KEYWORD + b"\0\1\0\0\0" + zlib.compress(packet))
    assert image_file.read(content, MediaFormat.PNG).labels == ('{"Label":"1"}',)
    assert packet in image_file.write(content, MediaFormat.PNG, OWED)


def test_an_expanding_text_is_refused() -> None:
    """A text of some kilobytes that would fill the memory is a fault."""
    bomb = zlib.compress(bytes(64 * 1024 * 1024))
    with pytest.raises(MediaFault, match="text_too_large"):
        image_file.read(_png_with(b"zTXt", b"AIGC\0\0" + bomb), MediaFormat.PNG)


def test_a_packet_too_large_for_a_segment_is_a_fault() -> None:
    """JPEG holds 65,502 bytes of XMP; what does not fit is not cut."""
    with pytest.raises(MediaFault, match="xmp_too_large"):
        image_file.write(pictures()["jpeg"], MediaFormat.JPEG, {xmp.AIGC: "x" * jpeg.LARGEST})


def test_a_label_in_extended_xmp_is_a_fault() -> None:
    """It can be neither kept beside ours nor taken out of its parts."""
    body = jpeg.EXTENDED_XMP + b"0" * 40 + b'<a xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/"/>'
    content = jpeg.with_segments(pictures()["jpeg"], [jpeg.Segment(0xE1, body)])
    with pytest.raises(MediaFault, match="label_in_extended_xmp"):
        image_file.read(content, MediaFormat.JPEG)


@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "gif", "avif", "tiff"])
def test_without_a_property_no_packet_is_made(name: str) -> None:
    """Nothing to say is nothing to write."""
    written = image_file.write(pictures()[name], format_of(name), {})
    assert image_file.read(written, format_of(name)).packets == 0
    assert frames(written) == frames(pictures()[name])


@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "gif", "avif moving", "tiff pages", "svg"])
def test_mutated_files_are_read_or_are_a_fault(name: str) -> None:
    """Sixty broken variants: no other exception than a fault with a reason."""
    found = format_of(name)
    content = image_file.write(pictures()[name], found, OWED)
    for broken in mutations(content, 60, seed=1):
        with suppress(MediaFault):
            image_file.read(image_file.write(broken, found, OWED), found)


def test_exif_is_upright_afterwards() -> None:
    """Turning the picture turns its note."""
    from gateway.wire import exif

    block = camera_exif(6)
    tags = Image.Exif()
    tags.load(exif.upright_block(block))
    assert tags[0x0112] == 1
    assert tags[0x0110] == "Model 7"
