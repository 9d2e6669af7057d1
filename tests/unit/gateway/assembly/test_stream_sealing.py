"""A sound that leaves while it is made: its marks at the head, its receipts, its faults."""

from __future__ import annotations

import pytest

from gateway.assembly.stream_sealing import StreamSeal, streamed_format
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder, LabelPosition
from gateway.nouns.media import MediaFormat as F
from tests.sound_kit import CLAIM, pcm, sound, wave

ORDER = FileMarksOrder(label=True, metadata=True)


def in_parts(content: bytes, size: int = 700) -> list[bytes]:
    """Cut a sound as a stream does."""
    return [content[at : at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize(
    ("hint", "format"),
    [("mp3", F.MP3), ("opus", F.OGG), ("aac", F.AAC), ("wav", F.WAV), ("pcm", F.PCM),
     ("pcm16", F.PCM), ("flac", None), ("m4a", None), ("png", None), ("", None)],
)  # fmt: skip
def test_what_streams(hint: str, format: F | None) -> None:
    """By what was asked for; the rest is sealed whole."""
    assert streamed_format(hint) is format


def test_the_marks_leave_at_the_head() -> None:
    """With the first sound, and the receipts say how."""
    seal = StreamSeal(ORDER, F.MP3, CLAIM)
    parts = in_parts(sound("mp3", "libmp3lame", 24000, seconds=3.0))
    early = b"".join(seal.push(part) for part in parts[:3])
    assert AudioLabel(ORDER).verify(early)
    late = b"".join(seal.push(part) for part in parts[3:])
    rest, receipts = seal.flush()
    assert [claim.label for claim in AudioMetadata().verify(early + late + rest)] == [CLAIM.label]
    assert {(one.mark, one.status) for one in receipts} == {
        ("audio_label", "written"), ("audio_metadata", "written"),
    }  # fmt: skip


def test_the_bytes_decide_the_format() -> None:
    """A server that sends WAVE where MP3 was asked for is marked as WAVE."""
    seal = StreamSeal(ORDER, F.MP3, CLAIM)
    made = b"".join([seal.push(part) for part in in_parts(wave(), 5)]) + seal.flush()[0]
    assert made.startswith(b"RIFF")
    assert AudioLabel(ORDER).verify(made)


def test_samples_have_no_place_for_metadata() -> None:
    """The receipt says so."""
    seal = StreamSeal(ORDER, F.PCM, CLAIM)
    assert seal.push(pcm())
    assert {(one.mark, one.status) for one in seal.flush()[1]} == {
        ("audio_label", "written"), ("audio_metadata", "not_possible"),
    }  # fmt: skip


def test_what_cannot_be_marked_does_not_leave() -> None:
    """The error names the marks and the reason, not the content."""
    seal = StreamSeal(ORDER, F.MP3, CLAIM)
    seal.push(b"secret words" * 3)
    with pytest.raises(MarkFailed) as caught:
        seal.flush()
    assert "audio_label" in caught.value.detail
    assert "secret" not in caught.value.detail
    assert {one.status for one in seal.broken()} == {"failed"}


@pytest.mark.parametrize("size", [1, 9, 4000])
def test_what_may_pass_leaves_as_it_came(size: int) -> None:
    """Byte for byte, with receipts that say why."""
    content = b"no sound at all " * 400
    seal = StreamSeal(ORDER, F.WAV, CLAIM, passes=True)
    made = b"".join(seal.push(part) for part in in_parts(content, size))
    rest, receipts = seal.flush()
    assert made + rest == content
    assert {one.status for one in receipts} == {"failed"}


def test_a_sound_that_turns_to_garbage_passes_its_rest() -> None:
    """What was held leaves too, once."""
    content = sound("ogg", "libopus", 48000, 1, 3.0)
    seal = StreamSeal(ORDER, F.OGG, CLAIM, passes=True)
    made = b"".join(seal.push(part) for part in in_parts(content))
    tail = seal.push(b"garbage" * 20_000) + seal.push(b"more") + seal.flush()[0]
    assert made.startswith(b"OggS")
    assert tail.endswith(b"garbage" * 20_000 + b"more")


@pytest.mark.parametrize(("at", "status"), [("start", "written"), ("both", "failed")])
def test_a_sound_that_breaks_off_tells_what_it_had(at: str, status: str) -> None:
    """The label at the head was there, the one at the end was not."""
    seal = StreamSeal(FileMarksOrder(label=True, at=LabelPosition(at)), F.WAV, CLAIM)
    assert seal.push(wave())
    (receipt,) = seal.broken()
    assert (receipt.status, receipt.detail) == (status, "broken_off")
