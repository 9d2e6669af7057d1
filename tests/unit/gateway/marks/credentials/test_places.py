"""Where a manifest stands in a file: places of our own, and files that have none."""

from __future__ import annotations

import io
import json
import sys
import zlib
from types import FrameType

import encypher_c2pa
import pikepdf
import pytest
from c2pa import Reader
from PIL import Image

from gateway.marks import Credentials
from gateway.marks.credentials.places import has_many_parts, may_hold_manifest
from gateway.nouns.mark import Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from gateway.wire.id3 import Frame, build, read_tag, tag_size
from tests.document_kit import EXCHANGE, OTHER_EXCHANGE, claim, pdf, picture, signing
from tests.sound_kit import sound, wave

MARK = Credentials(signing())
PICTURE = picture()


def test_pictures_that_other_readers_would_lose_get_none() -> None:
    """An animated PNG, whose frames one reader misses; a TIFF of several pages."""
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 90, 200)]
    for kind, why in (("PNG", "animated_png"), ("TIFF", "several_pages")):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        assert MARK.stamp(out.getvalue(), claim())[1].detail == why


@pytest.mark.parametrize("kind", ["boxes", "boxes inside", "fragments", "segments"])
def test_a_file_of_too_many_parts_gets_its_manifest_beside_it(kind: str) -> None:
    """The library would take minutes: it hashes them as bytes. Nor is one looked for inside."""
    if kind == "segments":
        content = picture("JPEG")[:2] + b"\xff\xfe\0\4ab" * 6_000 + picture("JPEG")[2:]
    else:
        free = b"\0\0\0\x08free" * 12_000
        box = (len(free) + 8).to_bytes(4, "big") + b"udta" + free
        fragment = b"\0\0\0\x10moof\0\0\0\x08mfhd\0\0\0\x08mdat" * 4_000
        more = {"boxes": free, "boxes inside": box, "fragments": fragment}[kind]
        content = sound("ipod", "aac", 44100, 1) + more
    stamped, receipt = MARK.stamp(content, claim()._replace(original=content))
    assert (stamped, receipt.status, receipt.detail) == (content, "not_possible", "too_many_parts")
    assert MARK.verify(content) == []
    if kind == "boxes":  # one that may be inside is not looked for, so none stands beside it
        assert MARK.beside(content + b"\0\0\0\x0cfreec2pa", claim()) == b""
    manifest = MARK.beside(content, claim())
    (found,) = MARK.verify_sidecar(content, "video/mp4", manifest)
    assert (found.exchange, found.state) == (EXCHANGE, ClaimState.UNTRUSTED)
    later, _ = MARK.stamp(PICTURE, claim()._replace(sources=(content,)))
    assert MARK.verify(later)[0].exchange == EXCHANGE


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "WAV"])
def test_chunks_and_blocks_are_parts_too(kind: str) -> None:
    """Empty ones by the thousand, for which the library takes half a minute a few megabytes."""
    if kind == "PNG":
        made = picture("PNG")
        empty = b"\0\0\0\0teXt" + zlib.crc32(b"teXt").to_bytes(4, "big")
        content, mime = made[:33] + empty * 21_000 + made[33:], "image/png"
    elif kind == "GIF":
        made = picture("GIF")
        content, mime = made[:-1] + b"!\xfe\1a\0" * 21_000 + b";", "image/gif"
    else:
        made = picture("WEBP") if kind == "WEBP" else sound("wav", "pcm_s16le", 44100, 1)
        whole = made + b"abcd\0\0\0\0" * 21_000
        content = whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]
        mime = "image/webp" if kind == "WEBP" else "audio/wav"
    stamped, receipt = MARK.stamp(content, claim()._replace(original=content))
    assert (stamped, receipt.status, receipt.detail) == (content, "not_possible", "too_many_parts")
    assert MARK.verify(content) == []
    manifest = MARK.beside(content, claim())
    (found,) = MARK.verify_sidecar(content, mime, manifest)
    assert found.exchange == EXCHANGE


def test_a_manifest_stands_behind_what_other_programs_read_in_a_png() -> None:
    """EXIF data behind the pixels are the exception, and the receipt says so."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "described"
    Image.new("RGB", (8, 8)).save(out, "PNG", exif=exif)
    before = out.getvalue()
    at = before.index(b"eXIf") - 4
    block = before[at : at + 12 + int.from_bytes(before[at : at + 4], "big")]
    content, receipt = MARK.stamp(before, claim())
    assert receipt == Receipt("credential", "written", "")
    assert content.index(b"eXIf") < content.index(b"caBX") < content.index(b"IDAT")
    end = before.index(b"IEND") - 4
    late = before[:at] + before[at + len(block) : end] + block + before[end:]
    assert MARK.stamp(late, claim())[1] == Receipt("credential", "written", "before_exif")


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_the_place_in_a_gif_and_a_tiff_is_ours_and_two_validators_know_it(kind: str) -> None:
    """Pixels stay, a change shows, and signed again there is one manifest, in which the earlier one
    is an ingredient."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("P").save(out, kind)
    content = out.getvalue().replace(b"GIF87a", b"GIF89a", 1)
    once, receipt = MARK.stamp(content, claim())
    assert receipt == Receipt("credential", "written", "")
    told = encypher_c2pa.verify(once, f"image/{kind.lower()}")
    assert (told["integrity"], told["hard_binding"]) == ("valid", "match")
    assert MARK.verify(once)[0].exchange == EXCHANGE
    for place in (len(content) // 2, len(once) // 2, len(once) - 3):
        changed = bytearray(once)
        changed[place] ^= 1
        assert MARK.verify(bytes(changed))[0].state is ClaimState.ALTERED
    with Image.open(io.BytesIO(once)) as one, Image.open(io.BytesIO(content)) as other:
        assert one.tobytes() == other.tobytes()
    twice, _ = MARK.stamp(once, claim(OTHER_EXCHANGE)._replace(original=once))
    assert MARK.verify(twice)[0].exchange == OTHER_EXCHANGE
    with Reader(f"image/{kind.lower()}", io.BytesIO(twice)) as reader:
        assert len(json.loads(reader.json())["manifests"]) == 2

def test_a_jpeg_keeps_its_head_and_the_index_of_further_pictures() -> None:
    """EXIF stands first, the first picture ends where the index says, and a manifest of several
    segments is read by two validators."""
    camera = Image.Exif()
    camera[0x010F] = "Maker"
    out, frames = io.BytesIO(), [Image.new("RGB", (64, 48), (shade, 0, 0)) for shade in (9, 200)]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:], exif=camera)
    said = claim()._replace(model="a long name " * 9_000)
    signed, receipt = MARK.stamp(out.getvalue(), said)
    assert receipt == Receipt("credential", "written", "")
    assert signed.index(b"Exif") < signed.index(b"JP\x02\x11") < signed.index(b"MPF\0")
    assert signed.count(b"JP\x02\x11") == 4
    with Image.open(io.BytesIO(signed)) as image:
        size = image.mpinfo[0xB002][0]["Size"]  # type: ignore[attr-defined] -- of Pillow's plugin
        image.seek(1)
        assert image.convert("RGB").getpixel((9, 9))[0] > 150  # type: ignore[index] -- a triple
    assert signed[:size].endswith(b"\xff\xd9")
    assert signed[size:] == out.getvalue()[-len(signed) + size :]
    assert MARK.verify(signed)[0].model == said.model
    told = encypher_c2pa.verify(signed, "image/jpeg")
    assert (told["integrity"], told["hard_binding"]) == ("valid", "match")



@pytest.mark.parametrize(
    "root",
    [b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
     b'<!DOCTYPE svg PUBLIC "a" "b"><svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
     b'<v:svg xmlns:v="http://www.w3.org/2000/svg"><v:g/></v:svg>'],
)  # fmt: skip
def test_drawings_as_programs_write_them_are_signed(root: bytes) -> None:
    """With a document type, or a prefix of their own; one with entities is not."""
    content = b'<?xml version="1.0"?>' + root
    signed, receipt = MARK.stamp(content, claim())
    assert receipt == Receipt("credential", "written", "")
    assert encypher_c2pa.verify(signed, "image/svg+xml")["integrity"] == "valid"
    bad = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hosts">]>' + root
    assert MARK.stamp(bad, claim())[1].status == "failed"


def test_a_pdf_may_hold_a_manifest_where_its_relation_is_named() -> None:
    """Or where objects are packed, so that nobody can tell; that of another stays as the parent."""
    plain = pdf()
    signed, _ = MARK.stamp(plain, claim(OTHER_EXCHANGE))
    with pikepdf.open(io.BytesIO(signed)) as opened:
        opened.save(out := io.BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    given = (plain, signed, out.getvalue())
    assert [may_hold_manifest(each, MediaFormat.PDF) for each in given] == [False, True, True]
    later, _ = MARK.stamp(signed, claim())
    with Reader("application/pdf", io.BytesIO(later)) as reader:
        assert len(json.loads(reader.json())["manifests"]) == 2


def test_a_wave_file_may_hold_a_manifest_in_its_own_chunk_only() -> None:
    """Samples that look like one are none; where other bytes lie behind, anything may be there."""
    content = wave(8, extra=b"note\4\0\0\0c2pa")
    signed, _ = MARK.stamp(content, claim())
    given = (content, signed, content + b"c2pa", wave(8))
    assert [may_hold_manifest(each, MediaFormat.WAV) for each in given] == [
        False, True, True, False
    ]  # fmt: skip


@pytest.mark.parametrize("version", [3, 4])
def test_the_tag_of_an_mp3_keeps_its_version_and_has_room_behind_the_manifest(version: int) -> None:
    """Where 2.4 is written exiftool looks for a header behind the last frame. Signed again for
    another exchange, there is one manifest still, and the earlier one is its ingredient."""
    tune = sound("mp3", "libmp3lame", 44100, 2)
    frames = [Frame(b"TIT2", b"\0\0", b"\0Tune"), Frame(b"GEOB", b"\0\0", b"\0x/y\0\0\0own")]
    content = build(version, frames) + tune[tag_size(tune) :]
    once, receipt = MARK.stamp(content, claim())
    twice, _ = MARK.stamp(once, claim()._replace(exchange=OTHER_EXCHANGE, original=once))
    assert receipt == Receipt("credential", "written")
    for signed, exchange, manifests in ((once, EXCHANGE, 1), (twice, OTHER_EXCHANGE, 2)):
        tag = read_tag(signed)
        assert (tag.version, list(tag.frames[:2])) == (version, frames)
        assert [each.id for each in tag.frames[2:]] == [b"GEOB"]
        assert signed[tag.size - 10 : tag.size] == bytes(10) or version == 3
        assert signed[tag.size :] == tune[tag_size(tune) :]
        assert MARK.verify(signed)[0].exchange == exchange
        with Reader("audio/mpeg", io.BytesIO(signed)) as reader:
            assert len(json.loads(reader.json())["manifests"]) == manifests
        changed = bytearray(signed)
        changed[-9] ^= 1
        assert MARK.verify(bytes(changed))[0].state is ClaimState.ALTERED


@pytest.mark.parametrize("came_signed", [False, True])
def test_each_file_is_looked_through_once(came_signed: bool) -> None:
    """Its boxes are walked when it comes, and so are those of its parent; none twice."""
    content = sound("ipod", "aac", 44100, 1)
    if came_signed:
        content, _ = MARK.stamp(content, claim(OTHER_EXCHANGE))
    changed = content + b"\0\0\0\x08free"
    walks: list[int] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is has_many_parts.__code__:
            walks.append(id(frame.f_locals["content"]))

    sys.setprofile(note)
    try:
        receipt = MARK.stamp(changed, claim()._replace(original=content))[1]
    finally:
        sys.setprofile(None)
    assert receipt.status == "written"
    assert sorted(walks) == sorted({id(changed), id(content)})
