"""Marks on sound while it passes."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

from gateway.marks import audio_stream
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.audio_stream import AudioStreamLabel, LabelSound, encode_label
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder, LabelPosition
from gateway.nouns.media import MediaFormat as F
from gateway.wire.media_fault import MediaFault
from gateway.wire.mpeg_audio import AudioFrame
from tests.sound_kit import CLAIM, heard, morse, pcm, sound, wave

STREAMS = {
    F.MP3: lambda: sound("mp3", "libmp3lame", 24000),
    F.AAC: lambda: sound("adts", "aac", 24000),
    F.OGG: lambda: sound("ogg", "libopus", 48000, 1, 3.0),
    F.WAV: lambda: wave(streamed=True),
    F.PCM: pcm,
    F.FLAC: lambda: sound("flac", "flac", 24000),
}
ORDER = FileMarksOrder(label=True, metadata=True)


def passed(content: bytes, format: F, order: FileMarksOrder, size: int) -> list[bytes]:
    """Return what a stream sends on for chunks of this size, and at its end."""
    stream = AudioStreamLabel(order, format, CLAIM)
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    return [*(stream.push(chunk) for chunk in chunks), stream.flush()]


@pytest.mark.parametrize("at", LabelPosition)
@pytest.mark.parametrize("format", STREAMS, ids=str)
def test_a_stream_is_one_playable_marked_file(format: F, at: LabelPosition) -> None:
    """It decodes whole, the rhythm stands where it is owed, and there is one metadata label."""
    content = STREAMS[format]()
    order = FileMarksOrder(label=True, metadata=True, at=at)
    made = b"".join(passed(content, format, order, 1000))
    label = AudioLabel(order)
    assert label.stamp(made, CLAIM)[1].detail == "it was there"
    if format is F.PCM:
        assert content in made
        return
    assert [claim.label for claim in AudioMetadata().verify(made)] == [CLAIM.label]
    samples = heard(made)
    assert len(samples) >= len(heard(content)) + 16000
    if at is not LabelPosition.END:
        assert morse(samples[:19000], 16000) == ".-|.."


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize("format", STREAMS, ids=str)
def test_chunks_make_no_difference(format: F, size: int) -> None:
    """The same bytes leave, however they came."""
    content = STREAMS[format]()[:6000] if format in {F.PCM, F.WAV, F.MP3} else STREAMS[format]()
    if format is F.FLAC and size == 1:
        size = 3
    whole = b"".join(passed(content, format, ORDER, len(content)))
    assert b"".join(passed(content, format, ORDER, size)) == whole


@pytest.mark.parametrize("format", [each for each in STREAMS if each is not F.FLAC], ids=str)
def test_the_first_sound_does_not_wait_for_the_rest(format: F) -> None:
    """The label leaves within the first three kilobytes; what follows leaves as it comes."""
    content = STREAMS[format]()
    out = passed(content, format, ORDER, 1000)
    assert any(out[:3])
    assert sum(map(len, out[:-1])) > 0.6 * len(content)


def test_flac_says_that_it_is_held() -> None:
    """Nothing leaves before the end."""
    assert AudioStreamLabel(ORDER, F.FLAC, CLAIM).holds_whole
    assert not AudioStreamLabel(ORDER, F.MP3, CLAIM).holds_whole
    assert not any(passed(STREAMS[F.FLAC](), F.FLAC, ORDER, 1000)[:-1])


def test_spoken_words_and_metadata_alone() -> None:
    """What is not ordered is not added."""
    spoken = FileMarksOrder(label=True, audio="speech")
    made = b"".join(passed(pcm(), F.PCM, spoken, 500))
    assert [claim.detail for claim in AudioLabel(spoken).verify(made)] == ["speech zh"]
    bare = b"".join(passed(pcm(), F.PCM, FileMarksOrder(metadata=True), 500))
    assert bare == pcm()
    opus = b"".join(passed(STREAMS[F.OGG](), F.OGG, FileMarksOrder(metadata=True), 500))
    assert np.array_equal(heard(opus), heard(STREAMS[F.OGG]()))


@pytest.mark.parametrize("format", STREAMS, ids=str)
def test_what_is_not_of_its_format_is_refused(format: F) -> None:
    """At the latest at the end, and nothing was sent on before."""
    sent: list[bytes] = []
    stream = AudioStreamLabel(ORDER, format, CLAIM)

    def drained() -> None:
        piece = b"" if format is F.PCM else b"\x01garbage" * 4096
        sent.extend(stream.push(piece) for _ in range(40))
        for _ in range(40):
            sent.append(stream.push(bytes(0) if format is F.PCM else b"\x01garbage" * 4096))  # noqa: PERF401
        sent.append(stream.flush())

    with pytest.raises(MediaFault):
        drained()
    assert not any(sent)


def test_what_cannot_be_streamed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A film; and MP3 where PyAV is missing."""
    with pytest.raises(MediaFault, match="not_streamed"):
        AudioStreamLabel(ORDER, F.MP4, CLAIM)
    content = STREAMS[F.MP3]()
    audio_stream._kept.clear()
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MediaFault, match="needs_media_extra"):
        passed(content, F.MP3, ORDER, 4096)


@pytest.mark.parametrize("format", [F.MP3, F.AAC, F.OGG])
@pytest.mark.parametrize("at", list(LabelPosition))
def test_a_label_that_is_encoded_elsewhere_is_waited_for(format: F, at: LabelPosition) -> None:
    """Nothing leaves before; then the same bytes as when it is encoded here, whoever makes it."""
    content, order = STREAMS[format](), FileMarksOrder(label=True, metadata=True, at=at)
    here = AudioStreamLabel(order, format, CLAIM)
    wanted_bytes = here.push(content) + here.flush()
    for made_elsewhere in (True, False):
        audio_stream._kept.clear()
        stream = AudioStreamLabel(order, format, CLAIM, waits=True)
        half = len(content) // 2
        assert stream.push(content[:half]) + stream.push(content[half:]) == b""
        label = pickle.loads(pickle.dumps(stream.wanted))
        out = stream.resume(encode_label(label) if made_elsewhere else None)
        assert stream.wanted is None
        assert out + stream.flush() == wanted_bytes
    again = AudioStreamLabel(order, format, CLAIM, waits=True)
    assert again.push(content) + again.flush() == wanted_bytes


def test_a_label_that_cannot_be_encoded_says_why() -> None:
    """In the words of the fault, for the process that asked."""
    like = AudioFrame("mp3", 0, 0, 24000, 99, 2, 64, 576)
    with pytest.raises(MarkFailed) as caught:
        encode_label(LabelSound(like, 99, ""))
    assert caught.value.detail == "unknown_channels"
