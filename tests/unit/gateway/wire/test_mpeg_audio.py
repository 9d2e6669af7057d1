"""Frames of MP3 and AAC."""

from __future__ import annotations

from io import BytesIO

import pytest
from mutagen.mp3 import MP3

from gateway.wire.id3 import tag_size
from gateway.wire.media_fault import MediaFault
from gateway.wire.mpeg_audio import crc16, first_frame, frame_at, frames, is_xing, with_xing
from tests.sound_kit import sound


def test_frames_say_what_they_hold() -> None:
    """Rate, channels and samples of both kinds."""
    mp3, aac = sound("mp3", "libmp3lame", 22050, 2), sound("adts", "aac", 48000)
    first = first_frame(mp3, tag_size(mp3))
    assert (first.rate, first.channels, first.samples) == (22050, 2, 576)
    first = first_frame(aac, 0)
    assert (first.rate, first.channels, first.samples) == (48000, 1, 1024)
    assert sum(frame.size for frame in frames(aac, first)) == len(aac)


def test_the_counting_frame_counts_what_follows() -> None:
    """Mutagen reads the new length from it, and its sum is right."""
    content = sound("mp3", "libmp3lame", 48000, 2)
    first = first_frame(content, tag_size(content))
    assert is_xing(content, first)
    rest = content[first.start + first.size :]
    counted = with_xing(content, first, rest + rest)
    file = MP3(BytesIO(counted + rest + rest))
    assert file.info.length == pytest.approx(2 * MP3(BytesIO(content)).info.length, rel=0.05)
    lame = max(counted.find(b"Xing"), counted.find(b"Info")) + 120
    assert counted[lame : lame + 4] in {b"Lavf", b"Lavc", b"LAME"}
    assert crc16(counted[: lame + 34]) == int.from_bytes(counted[lame + 34 : lame + 36], "big")


@pytest.mark.parametrize("garbage", [b"", b"\xff", b"\xff\xfb\x90\x00", b"\xff" * 100, b"\0" * 100])
def test_garbage_has_no_frames(garbage: bytes) -> None:
    """A single header in the middle of nothing is none."""
    with pytest.raises(MediaFault, match="no_frames"):
        first_frame(garbage, 0)
    assert frame_at(b"\xff\xf1", 0) is None
