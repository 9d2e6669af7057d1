"""Film encoded anew."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import av
import numpy as np
import pytest

from gateway.nouns.media import MediaFormat as F
from gateway.wire.film import first_frames, has_picture, painted, rotation_of
from gateway.wire.media_fault import MediaFault
from tests.media_kit import png
from tests.sound_kit import decoded_frames, film, packets, sound


def turned(content: bytes) -> bytes:
    """Return the film with the matrix of a telephone held upright, as cameras write it."""
    upright = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], dtype=">i4").tobytes()
    plain = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], dtype=">i4").tobytes()
    at = content.index(plain, content.index(b"tkhd"))
    return content[:at] + upright + content[at + 36 :]


@pytest.mark.parametrize(
    ("container", "codec", "format"),
    [("mp4", "libx264", F.MP4), ("mov", "libx265", F.MOV), ("webm", "libvpx-vp9", F.WEBM)],
)
def test_times_size_and_codec_stay(container: str, codec: str, format: F) -> None:
    """So do the sound's packets and the title."""
    audio = "libopus" if container == "webm" else "aac"
    content = film(container, codec, (162, 122), 0.4, audio=audio)
    made = painted(content, format, lambda frame, time_s: frame)
    assert [packet for packet in packets(made) if packet[0]] == [
        packet for packet in packets(content) if packet[0]
    ]
    before, after = decoded_frames(content), decoded_frames(made)
    assert [time for time, _ in before] == pytest.approx([time for time, _ in after], abs=0.002)
    assert after[0][1].shape == before[0][1].shape
    with av.open(BytesIO(made)) as new, av.open(BytesIO(content)) as old:
        assert (
            new.streams.video[0].codec.canonical_name == old.streams.video[0].codec.canonical_name
        )
        assert new.metadata["title"] == "Film"


def test_a_turned_film_stays_turned() -> None:
    """Players show it as before."""
    content = turned(film())
    made = painted(content, F.MP4, lambda frame, time_s: frame)
    angles = {rotation_of(first_frames(each, 0.1)[0][1]) for each in (content, made)}
    assert angles == {270}


def test_the_painter_is_told_the_time() -> None:
    """From the first frame on."""
    times: list[float] = []

    def note(frame: Any, time_s: float) -> Any:
        times.append(time_s)
        return frame

    painted(film(seconds=0.4), F.MP4, note)
    assert times == pytest.approx([number / 25 for number in range(10)])


def test_what_is_attached_to_a_matroska_film_stays() -> None:
    """Fonts, and covers, which ffmpeg shows as pictures; the film's own picture is the first."""
    attached = [
        ("cover.png", "image/png", png()),
        ("small_cover.png", "image/png", png()),
        ("font.ttf", "application/x-truetype-font", b"not looked at"),
    ]
    out = BytesIO()
    with (
        av.open(BytesIO(film("matroska", "libx264", (64, 48), 0.4))) as source,
        av.open(out, "w", format="matroska") as target,
    ):
        copy = target.add_stream_from_template(source.streams.video[0])
        for each in attached:
            target.add_attachment(*each)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    made = painted(out.getvalue(), F.MKV, lambda frame, _: frame)
    with av.open(BytesIO(made)) as file:
        told = [each.metadata.get("filename") for each in file.streams]
        assert told == [None, *(name for name, _, _ in attached)]
        font = next(each for each in file.streams if each.type == "attachment")
        assert font.data == b"not looked at"
    for _, _, data in attached:
        assert data in made


def test_a_codec_that_nobody_knows_is_a_fault() -> None:
    """Its stream has no size and no decoder."""
    content = film(size=(96, 80), seconds=0.2).replace(b"avc1\0\0\0\0", b"zzzz\0\0\0\0")
    assert has_picture(content)
    for work in (
        lambda: first_frames(content, 1.0),
        lambda: painted(content, F.MP4, lambda f, _: f),
    ):
        with pytest.raises(MediaFault, match="unknown_codec"):
            work()


def test_film_and_sound_are_told_apart() -> None:
    """What has no picture cannot be painted; what is broken says so."""
    assert has_picture(film())
    assert not has_picture(sound("mp4", "aac"))
    with pytest.raises(MediaFault, match="no_picture"):
        painted(sound("mp4", "aac"), F.MP4, lambda frame, time_s: frame)
    with pytest.raises(MediaFault, match="broken_media"):
        first_frames(b"", 1.0)
