"""Notes in pictures: what their metadata says is read, in every format and encoding."""

from __future__ import annotations

import io
import subprocess
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.nouns.mark import AigcLabel
from gateway.ports.media import Fault, Reading, ReadOrder
from gateway.wire import png
from gateway.wire.aigc_label import bare_json, make_label
from tests.input_kit import TERM, with_member, word

READ = FileReader(Bounds())
DESCRIPTION, ARTIST, COMMENT, XP_COMMENT, XP_TITLE = 0x010E, 0x013B, 0x9286, 0x9C9C, 0x9C9B
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="{0}"><dc:title><rdf:Alt>'
    '<rdf:li xml:lang="x-default">{1}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>'
    "</x:xmpmeta>"
)


def picture(kind: str = "PNG", **saved: object) -> bytes:
    """Return a picture with what is saved beside it."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "white").save(out, kind, **saved)
    return out.getvalue()


def noted(content: bytes) -> str:
    """Return what its metadata says."""
    reading = READ(ReadOrder(content))
    assert (reading.fault, reading.shows) == ("", 1)
    return _notes(reading)


def _notes(reading: Reading) -> str:
    return "\n".join(each.text for each in reading.passages if each.place.endswith("metadata"))


def exif(endian: str = "<", **ifd: object) -> bytes:
    """Return an EXIF block with words in all places that hold some."""
    made = Image.Exif()
    made.endian = endian
    made[DESCRIPTION] = "described " + TERM
    made[XP_TITLE] = (TERM + "\0").encode("utf-16-le")
    inner = made.get_ifd(0x8769)
    coded = TERM.encode("utf-16-le" if endian == "<" else "utf-16-be")
    inner[COMMENT] = b"UNICODE\0" + coded
    made.get_ifd(0x8825)[0x001B] = b"ASCII\0\0\0somewhere"
    return made.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_exif(kind: str) -> None:
    """Descriptions, comments and titles, in the directories behind the first too."""
    made = Image.Exif()
    made.load(exif())
    found = noted(picture(kind, exif=made if kind == "TIFF" else exif()))
    assert found.count(TERM) >= 2, found
    assert "described" in found
    if kind != "TIFF":
        assert "somewhere" in found


def test_a_comment_in_the_other_byte_order() -> None:
    """Unicode without a mark is in the order of its block."""
    assert noted(picture("JPEG", exif=exif(">"))).count(TERM) >= 2


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "PNG", "GIF", "TIFF"])
def test_xmp(kind: str) -> None:
    """Values of elements and of attributes."""
    packet = XMP.format("attribute", TERM).encode()
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
        content = picture("PNG", pnginfo=info)
    elif kind == "TIFF":
        content = picture("TIFF", tiffinfo={700: packet})
    else:
        content = picture(kind, xmp=packet)
    if kind == "GIF":
        trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
        bare = picture("GIF")
        content = bare[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b";"
    assert {"attribute", TERM} <= set(noted(content).splitlines())


def test_a_broken_packet_says_what_stands_in_it() -> None:
    """Whoever reads it leniently finds the words, so do we."""
    assert TERM in noted(picture("JPEG", xmp=f"<x:xmpmeta>{TERM}".encode()))


def test_text_chunks_of_png() -> None:
    """Of each kind, each copy of a keyword, behind the pixels too, whatever its encoding."""
    body = picture()
    made = png.chunks(body)
    more = [
        png.Chunk(b"tEXt", b"Comment\0" + TERM.encode()),
        png.Chunk(b"tEXt", b"Comment\0" + f"{TERM}2".encode("gb18030")),
        png.Chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"a cat, caf\xe9")),
        png.Chunk(b"iTXt", b"Title\0\1\0zh\0t\0" + zlib.compress(f"{TERM}3".encode())),
        png.Chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
            b"\nexif\n  99\n" + exif().hex().encode())),
    ]  # fmt: skip
    found = noted(png.joined([*made[:-1], *more, made[-1]]))
    for words in ("Comment", TERM, f"{TERM}2", f"{TERM}3", "a cat, café", "described"):
        assert words in found, words


def test_comments_and_other_segments() -> None:
    """Of JPEG and GIF; what is no text is left alone."""
    made = picture("JPEG", comment=f"say {TERM}".encode(), icc_profile=b"profile " * 20)
    app = b"hidden words"
    assert noted(made) == f"say {TERM}"
    more = made[:2] + b"\xff\xea" + (len(app) + 2).to_bytes(2, "big") + app + made[2:]
    assert "hidden words" in noted(more)
    assert noted(picture("GIF", comment=TERM.encode())) == TERM
    assert noted(picture("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")) == ""


def test_our_own_label_is_no_finding_and_hides_nothing() -> None:
    """Codes in a label are left out (digits in them are no one's number), words are not."""
    label = make_label("001191110108MA01ABCD2X00001", "01J" + "0" * 23)
    for text in (bare_json(label), b'{"AIGC": ' + bare_json(label) + b"}"):
        info = PngImagePlugin.PngInfo()
        info.add_text("AIGC", text.decode())
        assert noted(picture("PNG", pnginfo=info)) == "AIGC"
    info = PngImagePlugin.PngInfo()
    told = AigcLabel("1", "x", "y", f"hidden {TERM}", "", "", "")
    info.add_text("AIGC", bare_json(told).decode())
    assert TERM in noted(picture("PNG", pnginfo=info))


def test_pictures_in_documents() -> None:
    """Their metadata too, under their place."""
    inside = with_member(word("a"), "word/media/image1.jpg", picture("JPEG", comment=TERM.encode()))
    places = {each.place: each.text for each in READ(ReadOrder(inside)).passages}
    assert places["picture 1, metadata"] == TERM


def test_it_is_bounded() -> None:
    """A bomb in a text chunk, more text than is read, directories in a circle: a word, no crash; a
    picture whose metadata is broken is read for its codes all the same."""
    made = png.chunks(picture())

    def with_chunk(*more: png.Chunk) -> bytes:
        return png.joined([made[0], *more, *made[1:]])

    bomb = png.Chunk(b"zTXt", b"a\0\0" + zlib.compress(b" " * 50_000_000))
    assert READ(ReadOrder(with_chunk(bomb))).fault == Fault.BROKEN
    spaces = png.Chunk(b"zTXt", b"a\0\0" + zlib.compress(b" " * 900_000))
    assert READ(ReadOrder(with_chunk(spaces, spaces, spaces))).fault == Fault.TOO_LARGE
    small = FileReader(Bounds(chars=8))
    reading = small(ReadOrder(with_chunk(png.Chunk(b"tEXt", b"a\0" + b"word " * 9))))
    assert (reading.fault, _notes(reading)) == (Fault.TOO_LARGE, "a\nword w")
    circle = b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0"
    assert noted(picture("JPEG", exif=b"Exif\0\0" + circle)) == ""
    deep = b"<x>" * 100_000
    assert READ(ReadOrder(picture("WEBP", xmp=deep))).fault == ""


@pytest.mark.judges
@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "tiff", "avif"])
def test_what_exiftool_writes(tmp_path: Path, kind: str) -> None:
    """Into every place that it knows for words in this format."""
    path = tmp_path / f"a.{kind}"
    path.write_bytes(picture(kind.upper()))
    names = {
        "XMP-dc:Title", "XMP-dc:Description", "XMP-photoshop:Headline", "EXIF:ImageDescription",
        "EXIF:UserComment", "EXIF:XPComment", "EXIF:Artist", "IPTC:Caption-Abstract",
        "IPTC:Keywords", "PNG:Title", "PNG:Comment", "Comment", "EXIF:Copyright",
    }  # fmt: skip
    texts = {name: f"{TERM}{number}号" for number, name in enumerate(sorted(names))}
    for name, text in texts.items():
        subprocess.run(
            ["exiftool", "-q", "-overwrite_original", "-charset", "iptc=UTF8",
             "-codedcharacterset=utf8", f"-{name}={text}", str(path)],
            capture_output=True, check=False,
        )  # fmt: skip
    listed = subprocess.run(["exiftool", "-a", str(path)], capture_output=True, check=True)
    written = {text for text in texts.values() if text in listed.stdout.decode()}
    assert len(written) >= 3
    found = noted(path.read_bytes())
    assert {each for each in written if each not in found} == set()
