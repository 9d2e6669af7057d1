"""A sound beside another's, where a muxer writes."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import av
import numpy as np
import pytest
from mutagen.flac import FLAC
from mutagen.mp4 import MP4, MP4Cover

from gateway.matching.rhythm import rhythm
from gateway.nouns.mark import LabelPosition
from gateway.nouns.media import MediaFormat as F
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_remux import into_container
from tests.media_kit import png
from tests.sound_kit import film, heard, morse, packets, sound


def exact(content: bytes) -> np.ndarray:
    """Return the decoded samples as they are."""
    with av.open(BytesIO(content)) as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


@pytest.mark.parametrize("at", LabelPosition)
def test_flac_loses_nothing(at: LabelPosition) -> None:
    """Its samples stand in the new file to the bit, its title too."""
    content = sound("flac", "flac")
    made, how = into_container(content, F.FLAC, rhythm, at)
    own, whole = exact(content), exact(made)
    start = 0 if at is LabelPosition.END else len(rhythm(48000))
    assert how == "lossless"
    assert np.array_equal(whole[start : start + len(own)], own)
    assert FLAC(BytesIO(made))["title"] == ["Tune"]


@pytest.mark.parametrize("at", LabelPosition)
@pytest.mark.parametrize(
    ("container", "codec", "format", "rate", "channels"),
    [("ipod", "aac", F.M4A, 44100, 2), ("webm", "libopus", F.WEBM, 48000, 1),
     ("mp4", "aac", F.MP4, 24000, 1)],
)  # fmt: skip
def test_packets_are_copied(
    container: str, codec: str, format: F, rate: int, channels: int, at: LabelPosition
) -> None:
    """All of the sound's own, in order; times go on without a gap."""
    content = sound(container, codec, rate, channels)
    made, how = into_container(content, format, rhythm, at)
    assert how == "copied"
    own = [body for _, body in packets(content)]
    whole = [body for _, body in packets(made)]
    start = 0 if at is LabelPosition.END else len(whole) - len(own)
    if at is LabelPosition.BOTH:
        start //= 2
    assert whole[start : start + len(own)] == own
    sounds = morse(heard(made), 16000)
    assert sounds.startswith(".-|..") or at is LabelPosition.END
    with av.open(BytesIO(made)) as file:
        times = [packet.pts for packet in file.demux() if packet.pts is not None]
    assert len(set(np.diff(times[:-1]))) <= 2


def test_tags_of_m4a_stay() -> None:
    """The user data is the old file's."""
    made, _ = into_container(sound("ipod", "aac", 44100, 2), F.M4A, rhythm, LabelPosition.START)
    assert MP4(BytesIO(made))["\xa9nam"] == ["Tune"]


def test_the_cover_of_m4a_stays() -> None:
    """ffmpeg shows it as a stream that its muxer for M4A does not take; it is user data."""
    file = BytesIO(sound("ipod", "aac", 44100, 2))
    tagged, cover = MP4(file), MP4Cover(png(), MP4Cover.FORMAT_PNG)
    tagged["covr"] = [cover]
    file.seek(0)
    tagged.save(file)
    made, how = into_container(file.getvalue(), F.M4A, rhythm, LabelPosition.START)
    assert how == "copied"
    assert MP4(BytesIO(made))["covr"] == [cover]
    assert morse(heard(made), 16000).startswith(".-|..")


def with_chapters(content: bytes, container: str, ends_ms: list[int]) -> bytes:
    """Return the sound in a container, with chapters that end then, each where the next begins."""
    out, base = BytesIO(), Fraction(1, 1000)
    with av.open(BytesIO(content)) as source, av.open(out, "w", format=container) as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        target.set_chapters(
            [
                {"id": number, "start": start, "end": end, "time_base": base, "metadata": {}}
                for number, (start, end) in enumerate(pairwise(ends_ms), 1)
            ]
        )
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "found"),
    [("ipod", "aac", F.M4A), ("matroska", "aac", F.MKV), ("webm", "libopus", F.WEBM)],
)
@pytest.mark.parametrize("at", [LabelPosition.START, LabelPosition.END])
def test_chapters_begin_where_they_did(
    container: str, codec: str, found: F, at: LabelPosition
) -> None:
    """Later by a label before them, whatever is copied around them."""
    plain = sound(container, codec, 48000, 1)
    made, how = into_container(with_chapters(plain, container, [0, 400, 900]), found, rhythm, at)
    assert how == "copied"
    with av.open(BytesIO(made)) as file:
        begins = [float(each["start"] * each["time_base"]) for each in file.chapters()]
    label_s = (len(heard(made)) - len(heard(plain))) / 16000 if at is LabelPosition.START else 0
    assert begins[1] == pytest.approx(0.4 + label_s, abs=0.05)


def test_what_has_no_sound_is_refused() -> None:
    """A silent film, and garbage."""
    with pytest.raises(MediaFault, match="no_sound"):
        into_container(film(), F.MP4, rhythm, LabelPosition.START)
    with pytest.raises(MediaFault, match="broken_media"):
        into_container(b"garbage", F.M4A, rhythm, LabelPosition.START)
