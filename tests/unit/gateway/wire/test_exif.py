"""Directories of TIFF and EXIF."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gateway.wire import exif
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import camera_exif

BLOCK = camera_exif(6)[6:]
LABEL = b'{"AIGC":{"Label":"1"}}'


def _commented(comment: bytes) -> bytes:
    tags = Image.Exif()
    tags.get_ifd(exif.EXIF_DIRECTORY)[exif.USER_COMMENT] = comment
    return tags.tobytes()[6:]


def test_entries_are_read() -> None:
    """Tags and values as the library wrote them."""
    entries = {entry.tag: entry for entry in exif.first_directory(BLOCK).entries}
    assert exif.value(BLOCK, entries[0x010F]) == b"Maker\0"


@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0" + LABEL,
        b"\0" * 8 + LABEL,
        b"UNICODE\0" + LABEL.decode().encode("utf-16-le"),
        b"UNICODE\0" + LABEL.decode().encode("utf-16"),
    ],
    ids=["ascii", "undefined", "unicode", "unicode with mark"],
)
def test_labels_are_read_in_every_character_code(comment: bytes) -> None:
    """EXIF says which code a comment is in; then it is blanked in its place."""
    block = _commented(comment)
    assert exif.labels(block) == (LABEL,)
    blanked = exif.without_labels(block)
    assert exif.labels(blanked) == ()
    assert len(blanked) == len(block)


def test_other_comments_stay() -> None:
    """A photographer's comment is no label."""
    block = _commented(b"ASCII\0\0\0a fine day")
    assert exif.labels(block) == ()
    assert exif.without_labels(block) == block


def test_upright_changes_two_bytes_at_most() -> None:
    """Everything else of a block stays, its makers' notes too."""
    upright = exif.upright(BLOCK)
    assert sum(a != b for a, b in zip(upright, BLOCK, strict=True)) == 1
    assert exif.upright(upright) == upright
    assert exif.upright(b"junk") == b"junk"
    assert exif.upright_block(b"") is None


@given(st.binary(max_size=64))
def test_garbage_has_no_labels(tail: bytes) -> None:
    """Reading never crashes, whatever an offset points to."""
    for block in (tail, b"II*\0" + tail, BLOCK[:16] + tail):
        assert exif.labels(block) == ()


def test_a_directory_outside_is_a_fault() -> None:
    """Nobody reads behind the end."""
    with pytest.raises(MediaFault, match="broken_tiff"):
        exif.first_directory(b"II*\0\xff\xff\xff\xff")
