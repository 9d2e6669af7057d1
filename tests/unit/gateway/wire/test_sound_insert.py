"""A sound beside another's, whose packets stay."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from mutagen.id3 import CHAP, ID3, TIT2
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus

from gateway.matching.rhythm import rhythm
from gateway.nouns.mark import LabelPosition
from gateway.wire import ogg
from gateway.wire.id3 import tag_size
from gateway.wire.media_fault import MediaFault
from gateway.wire.riff import read_wave
from gateway.wire.sound_insert import WaveForm, into_frames, into_opus, into_pcm, into_wave, pcm_of
from tests.sound_kit import heard, morse, packets, pcm, sound, wave

ENDS = pytest.mark.parametrize("at", LabelPosition)


def samples_of(content: bytes) -> bytes:
    """Return the samples of a WAVE file."""
    return read_wave(content).body(content, b"data") or b""


@ENDS
@pytest.mark.parametrize(("bits", "floating"), [(8, False), (16, False), (24, False), (32, True)])
def test_wave_keeps_its_own_samples(at: LabelPosition, bits: int, floating: bool) -> None:
    """To the byte, at whatever end the label stands."""
    content = wave(bits, 2, floating=floating)
    made, own = samples_of(into_wave(content, rhythm, at)), samples_of(content)
    label = len(rhythm(24000)) * 2 * bits // 8
    assert own in made
    assert len(made) == len(own) + label * (2 if at is LabelPosition.BOTH else 1)
    assert made.endswith(own) is (at is LabelPosition.START)


def test_counts_and_cues_of_a_wave_move() -> None:
    """``fact`` counts all samples; a cue stays at its sound."""
    cue = (1).to_bytes(4, "little") + b"".join(
        each.to_bytes(4, "little")
        for each in (1, 100, int.from_bytes(b"data", "little"), 0, 0, 100)
    )
    extra = b"fact\x04\0\0\0" + (24001).to_bytes(4, "little")
    extra += b"cue " + len(cue).to_bytes(4, "little") + cue
    made = into_wave(wave(extra=extra), rhythm, LabelPosition.START)
    read = read_wave(made)
    added = len(rhythm(24000))
    assert int.from_bytes((read.body(made, b"fact") or b"")[:4], "little") == 24001 + added
    assert int.from_bytes((read.body(made, b"cue ") or b"")[8:12], "little") == 100 + added


def test_the_count_of_a_long_wave_moves_where_it_says_one() -> None:
    """``ds64`` of RF64 counts samples too (EBU Tech 3306); ffmpeg complains of a wrong count."""
    plain = wave(wide=True)
    at = plain.index(b"ds64") + 8 + 16
    for told in (24001, 0):
        content = plain[:at] + told.to_bytes(8, "little") + plain[at + 8 :]
        made = into_wave(content, rhythm, LabelPosition.BOTH)
        count = int.from_bytes((read_wave(made).body(made, b"ds64") or b"")[16:24], "little")
        assert count == (told + 2 * len(rhythm(24000)) if told else 0)


def test_samples_of_every_form_mean_the_same_sound() -> None:
    """Written and read back; what is no plain sample is refused."""
    for bits, floating in (
        (8, False),
        (16, False),
        (24, False),
        (32, False),
        (32, True),
        (64, True),
    ):
        body = (3 if floating else 1).to_bytes(2, "little") + b"\2\0" + (8000).to_bytes(4, "little")
        block = 2 * bits // 8
        body += bytes(4) + block.to_bytes(2, "little") + bits.to_bytes(2, "little")
        form = WaveForm(body)
        assert np.abs(form.mono_of(form.samples_of(rhythm)) - rhythm(8000)).max() < 0.01
    with pytest.raises(MediaFault, match="unknown_samples"):
        WaveForm(b"\6\0\1\0" + (8000).to_bytes(4, "little") + bytes(4) + b"\1\0\x08\0")
    with pytest.raises(MediaFault, match="unknown_samples"):
        pcm_of(rhythm, 8000, 1, 20, floating=False)


@ENDS
@pytest.mark.parametrize(("rate", "channels"), [(24000, 1), (44100, 2), (11025, 1)])
def test_mp3_keeps_its_frames_and_counts_them(at: LabelPosition, rate: int, channels: int) -> None:
    """Mutagen's length from the counting frame is that of the decoded sound."""
    content = sound("mp3", "libmp3lame", rate, channels)
    made = into_frames(content, rhythm, at)
    own = [body for _, body in packets(content)]
    all_of_it = [body for _, body in packets(made)]
    start = {LabelPosition.END: 0}.get(at, all_of_it.index(own[0]))
    assert all_of_it[start : start + len(own)] == own
    assert MP3(BytesIO(made)).info.length == pytest.approx(len(heard(made)) / 16000, abs=0.2)


def test_chapters_of_an_mp3_begin_where_they_did() -> None:
    """Mutagen finds them later by the label before them, and at their old times without one."""
    out, content = BytesIO(), sound("mp3", "libmp3lame")
    tags = ID3()
    tags.add(CHAP("one", start_time=300, end_time=900, sub_frames=[TIT2(text="One")]))
    tags.save(out)
    tagged = out.getvalue() + content[tag_size(content) :]
    for at in LabelPosition:
        made = into_frames(tagged, rhythm, at)
        (chapter,) = ID3(BytesIO(made)).getall("CHAP")
        more = (len(heard(made)) - len(heard(tagged))) // 16
        by = {LabelPosition.START: more, LabelPosition.BOTH: more // 2, LabelPosition.END: 0}[at]
        assert chapter.start_time == pytest.approx(300 + by, abs=60)
        assert chapter.end_time - chapter.start_time == 600
        assert chapter.sub_frames["TIT2"].text == ["One"]
    other = tagged[:3] + b"\x09" + tagged[4:]  # of a version that nobody knows
    assert into_frames(other, rhythm, LabelPosition.START)[:60] == other[:60]


def test_tags_behind_mp3_stay_behind() -> None:
    """ID3v1 is the last thing in a file."""
    content = sound("mp3", "libmp3lame") + b"TAG" + bytes(125)
    assert into_frames(content, rhythm, LabelPosition.END).endswith(b"TAG" + bytes(125))


@ENDS
def test_opus_stays_one_stream(at: LabelPosition) -> None:
    """Its packets are there in order, pages are numbered through, the last one says so."""
    content = sound("ogg", "libopus", 48000, 1, 3.0)
    made = into_opus(content, rhythm, at)
    pages = list(ogg.pages(made))
    assert [page.number for page in pages] == list(range(len(pages)))
    assert [bool(page.kind & ogg.LAST) for page in pages] == [False] * (len(pages) - 1) + [True]
    places = [page.granule for page in pages if page.granule != ogg.UNSET]
    assert places == sorted(places)
    own = b"".join(body for _, body in packets(content))
    assert own in b"".join(body for _, body in packets(made))
    assert OggOpus(BytesIO(made)).info.length == pytest.approx(len(heard(made)) / 16000, abs=0.05)


def test_raw_samples() -> None:
    """Before, behind, both; half a sample is none."""
    assert into_pcm(pcm(), rhythm, LabelPosition.START, 24000).endswith(pcm())
    both = into_pcm(pcm(), rhythm, LabelPosition.BOTH, 24000)
    samples = np.frombuffer(both, "<i2")[: len(rhythm(24000))] / 32768
    assert morse(samples, 24000) == ".-|.."
    with pytest.raises(MediaFault):
        into_pcm(b"\0", rhythm, LabelPosition.START, 24000)
