"""ID3v2 tags: our frame, and all others kept."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TIT2, TXXX

from gateway.wire.id3 import Frame, build, read_tag, tag_size, user_texts, with_user_text
from gateway.wire.media_fault import MediaFault

SOUND = b"\xff\xfb\x90\x00" + b"\0" * 413


def foreign(version: int, **texts: str) -> bytes:
    """Return a tag that mutagen wrote."""
    tag = ID3()
    tag.add(TIT2(encoding=1, text="标题"))
    for name, text in texts.items():
        tag.add(TXXX(encoding=3 if version == 4 else 1, desc=name, text=text))
    out = BytesIO()
    tag.save(out, v2_version=version)
    return out.getvalue()


def reread(content: bytes) -> ID3:
    """Return the tag as mutagen reads it."""
    return ID3(BytesIO(content))


@pytest.mark.parametrize("version", [3, 4])
def test_our_text_joins_a_foreign_tag(version: int) -> None:
    """The version stays, the title stays, and an old text of ours is replaced."""
    content = with_user_text(foreign(version, AIGC="old", other="kept") + SOUND, "AIGC", b"new")
    tag = reread(content)
    assert tag.version[1] == version
    assert [str(each) for each in tag.getall("TXXX:AIGC")] == ["new"]
    assert str(tag["TXXX:other"]) == "kept"
    assert str(tag["TIT2"]) == "标题"
    assert content.endswith(SOUND)
    assert user_texts(content, "aigc") == [b"new"]


@pytest.mark.parametrize("coding", [1, 3])
def test_a_text_that_cannot_be_decoded_is_one_nevertheless(coding: int) -> None:
    """A reader less strict shows it, so there would be two: it counts, and it gives way."""
    name = "AIGC\0".encode("utf-16" if coding == 1 else "utf-8")
    frame = Frame(b"TXXX", b"\0\0", bytes([coding]) + name + b"\xff\xdc\xd8" * 9)
    content = build(4, [frame]) + SOUND
    assert len(user_texts(content, "AIGC")) == 1
    changed = with_user_text(content, "AIGC", b"new")
    assert user_texts(changed, "AIGC") == [b"new"]
    assert len(read_tag(changed).frames) == 1


def test_a_tag_is_made_where_there_is_none() -> None:
    """Version 2.4, with one frame; taking it away again gives the file back."""
    content = with_user_text(SOUND, "AIGC", b"{}")
    assert str(reread(content)["TXXX:AIGC"]) == "{}"
    assert with_user_text(content, "AIGC", None) == SOUND


def test_unsynchronisation_is_undone() -> None:
    """A whole tag of 2.3 and a frame of 2.4 that hide 0xFF read as their plain selves."""
    body = b"\x00AIGC\x00a\xff\x00b"
    whole = b"TXXX" + (len(body) - 1).to_bytes(4, "big") + b"\0\0" + body
    old = b"ID3\x03\0\x80" + bytes((0, 0, 0, len(whole))) + whole
    frame = b"TXXX" + bytes((0, 0, 0, len(body))) + b"\0\x02" + body
    new = b"ID3\x04\0\x80" + bytes((0, 0, 0, len(frame))) + frame
    for tag in (old, new):
        assert user_texts(tag, "AIGC") == ["a\xffb".encode()]
        kept = with_user_text(tag, "other", b"x")
        assert str(reread(kept)["TXXX:AIGC"]) == "a\xffb"


def test_version_2_2_becomes_2_4() -> None:
    """Its three-letter frames get their four-letter names."""
    frame = b"TT2" + (6).to_bytes(3, "big") + b"\0Title" + b"PIC" + (9).to_bytes(3, "big")
    frame += b"\0PNG\x03\0abc"
    tag = reread(
        with_user_text(b"ID3\x02\0\0" + bytes((0, 0, 0, len(frame))) + frame, "AIGC", b"1")
    )
    assert str(tag["TIT2"]) == "Title"
    assert tag.getall("APIC")[0].mime == "image/png"
    assert str(tag["TXXX:AIGC"]) == "1"


def test_sizes_that_old_writers_of_2_4_wrote_plainly() -> None:
    """A frame of 200 bytes whose size is not in seven-bit bytes, followed by another."""
    long = b"TIT2" + (200).to_bytes(4, "big") + b"\0\0" + b"\0" + b"x" * 199
    short = b"TPE1" + (3).to_bytes(4, "big") + b"\0\0" + b"\0me"
    tag = b"ID3\x04\0\0" + bytes((0, 0, 1, len(long + short) - 128)) + long + short
    assert [frame.id for frame in read_tag(tag).frames] == [b"TIT2", b"TPE1"]


@pytest.mark.parametrize(
    "tag", [b"ID3\x05\0\0\0\0\0\0", b"ID3\x04\0\0\0\0\1\0", b"ID3\x03\0\0\0\0\0\x0a" + b"\x01" * 10,
            b"ID3\x04\0\0\0\0\0\x0bTXXX\0\0\1\0\0\0x", b"ID3\4\0\x40\0\0\0\4\0\0\0\x7f"]
)  # fmt: skip
def test_broken_tags_are_refused(tag: bytes) -> None:
    """A version of the future, a size beyond the file, frames without names, an endless header."""
    with pytest.raises(MediaFault, match="broken_id3"):
        read_tag(tag)


@given(st.binary(max_size=300))
def test_garbage_is_a_fault_and_nothing_else(body: bytes) -> None:
    """Whatever stands behind a head is read or refused."""
    for version in (2, 3, 4):
        tag = b"ID3" + bytes((version, 0, 0xC0, 0, 0, len(body) >> 7, len(body) & 127)) + body
        assert tag_size(tag) == len(tag)
        with suppress(MediaFault):
            read_tag(tag)


@pytest.mark.parametrize(("size", "zeros"), [(60, 0), (300, 10)])
def test_zeros_follow_a_long_last_frame_of_version_2_4(size: int, zeros: int) -> None:
    """Room for the header that some readers look for behind it; the tag is read as before, and
    written again it is the same."""
    made = with_user_text(SOUND, "AIGC", b"x" * size)
    frame = tag_size(made) - 20 - zeros
    assert frame == 1 + len("AIGC") + 1 + size
    assert made[tag_size(made) - zeros : tag_size(made)] == bytes(zeros)
    assert made[tag_size(made) :] == SOUND
    assert with_user_text(made, "AIGC", b"x" * size) == made
    assert user_texts(made, "AIGC") == [b"x" * size]
