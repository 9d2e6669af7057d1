"""What a file's first bytes say."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nouns.media import MediaFormat as F
from gateway.wire.media_type import named_format, sniff


def office(folder: str) -> bytes:
    """Return a package that holds a part in this folder."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n", F.PNG), (b"\xff\xd8\xff\xe0", F.JPEG), (b"GIF89a", F.GIF),
        (b"II*\x00", F.TIFF), (b"MM\x00*", F.TIFF), (b"RIFF\0\0\0\0WEBP", F.WEBP),
        (b"RIFF\0\0\0\0WAVE", F.WAV), (b"RF64\xff\xff\xff\xffWAVE", F.WAV), (b"fLaC", F.FLAC),
        (b"OggS", F.OGG), (b"%PDF-1.7", F.PDF), (b"\0\0\0\x18ftypavif\0\0\0\0", F.AVIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0avif", F.AVIF), (b"\0\0\0\x1cftypmif1\0\0\0\0heic", None),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", None), (b"\0\0\0\x18ftypcrx \0\0\0\0isom", None),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", F.M4A),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", F.MOV), (b"\0\0\0\x18ftypisom\0\0\0\0", F.MP4),
        (b"\x1a\x45\xdf\xa3\x01webm", F.WEBM), (b"\x1a\x45\xdf\xa3\x01matroska", F.MKV),
        (b"ID3\x04\0\0\0\0\0\x00\xff\xfb\x90\x00", F.MP3),
        (b"ID3\x04\0\0\0\0\0\x00fLaC", F.FLAC), (b"ID3\x04\0\0\0\0\0\x00\xff\xf1\x50\x80", F.AAC),
        (b"\xff\xfb\x90\x00", F.MP3), (b"\xff\xf1\x50\x80", F.AAC), (office("word"), F.DOCX),
        (office("xl"), F.XLSX), (office("ppt"), F.PPTX), (office("other"), None),
        (b"PK\x03\x04broken", None), (b"<svg xmlns='x'>", F.SVG),
        (b"<?xml version='1.0'?><svg>", F.SVG), (b"<!DOCTYPE html><p>", F.HTML),
        (b"<s:svg xmlns:s='x'/>", F.SVG), (b"<!-- %b -->\n<svg>" % (b"x" * 9_000), F.SVG),
        (b"<!DOCTYPE svg PUBLIC 'a' 'b' [<!ATTLIST svg x CDATA '>'>] >\n<svg>", F.SVG),
        (b"<!DOCTYPE html><svg>", F.HTML), (b"<?xml version='1.0'?><html><svg/>", F.HTML),
        (b"<svgs>", F.TXT), (b"see <svg>", F.TXT), (b"<!-- <svg>", F.TXT),
        (b"hello", F.TXT), (b"", F.TXT), (b"a\0b", None), (b"\xfe\xff\x00", None), (b"ID3", F.TXT),
        (b"\xff", None), ("\ufeff<svg/>".encode("utf-16-le"), None), (b"\xff\xfd\x90\x00", None),
    ],
)  # fmt: skip
def test_signatures(content: bytes, expected: F | None) -> None:
    """Each format is known by its own bytes."""
    assert sniff(content) is expected


@pytest.mark.parametrize(
    ("hint", "expected"),
    [("a.md", F.MARKDOWN), ("text/html; charset=utf-8", F.HTML), ("x.PNG", F.TXT),
     ("notes", F.TXT), ("image/svg+xml", None)],
)  # fmt: skip
def test_hint_decides_only_among_texts(hint: str, expected: F | None) -> None:
    """A name cannot make a picture of a text; what is meant as a drawing and is none is unknown."""
    assert sniff(b"# words", hint) is expected


def test_raw_samples_need_a_hint() -> None:
    """Samples without a head are known only by what they are called; a signature wins."""
    assert sniff(b"\x00\x01\x02\x03", "audio/pcm") is F.PCM
    assert sniff(b"fLaC", "audio/pcm") is F.FLAC


@pytest.mark.parametrize(
    ("hint", "expected"),
    [("jpg", F.JPEG), ("A/B/c.TIFF", F.TIFF), ("audio/mpeg", F.MP3), ("audio/opus", F.OGG),
     ("application/pdf", F.PDF), ("x", None), ("", None)],
)  # fmt: skip
def test_named_formats(hint: str, expected: F | None) -> None:
    """Endings, file names and media types all name a format."""
    assert named_format(hint) is expected


def test_every_format_has_a_kind_and_a_media_type() -> None:
    """The tables are complete, and a media type names its format."""
    for each in F:
        assert each.kind
        assert named_format(each.mime) is each


@given(st.binary(max_size=64))
def test_never_raises(content: bytes) -> None:
    """Any bytes are some format or none."""
    assert sniff(content) is None or isinstance(sniff(content, "x.md"), F)
