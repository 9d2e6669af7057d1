"""What every mark on files of sound and film promises."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from gateway.engine.stamping import Stamper
from gateway.marks import FILE_MARKS
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.video_label import VideoLabel
from gateway.marks.video_metadata import VideoMetadata
from gateway.nouns.mark import FileMarksOrder, MarkFamily
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.mark import Claim, FileMark
from gateway.wire.aigc_carrier import CARRIERS
from gateway.wire.media_fault import MediaFault
from tests.sound_kit import (
    CLAIM,
    EXCHANGE,
    FOREIGN,
    decoded_frames,
    film,
    heard,
    morse,
    packets,
    pcm,
    sound,
    wave,
)

LONG = bool(os.environ.get("SEALGATE_TEST_LONG"))
ORDER = FileMarksOrder(label=True, metadata=True)
FILES: dict[str, Callable[[], bytes]] = {
    "mp3": partial(sound, "mp3", "libmp3lame"),
    "mp3 stereo 22050": partial(sound, "mp3", "libmp3lame", 22050, 2),
    "wav 16": wave,
    "wav 8 odd": partial(wave, 8),
    "wav 24 stereo": partial(wave, 24, 2, 48000),
    "wav 32": partial(wave, 32),
    "wav float": partial(wave, 32, floating=True),
    "wav rf64": partial(wave, wide=True),
    "wav streamed": partial(wave, streamed=True),
    "flac": partial(sound, "flac", "flac"),
    "opus": partial(sound, "ogg", "libopus", 48000, 1, 3.0),
    "m4a": partial(sound, "ipod", "aac", 44100, 2),
    "aac": partial(sound, "adts", "aac"),
    "mp4": partial(film, audio="aac"),
    "mp4 fragmented": partial(
        film, options=(("movflags", "frag_keyframe+empty_moov+default_base_moof"),), audio="aac"
    ),
    "mp4 sound alone": partial(sound, "mp4", "aac"),
    "mp4 hevc": partial(film, codec="libx265"),
    "mov": partial(film, "mov", audio="aac"),
    "webm vp9": partial(film, "webm", "libvpx-vp9", audio="libopus"),
    "webm vp8": partial(film, "webm", "libvpx", (96, 80), 0.4),
    "webm live": partial(film, "webm", "libvpx", (96, 80), 0.4, (("live", "1"),)),
    "webm sound alone": partial(sound, "webm", "libopus"),
    "mkv": partial(film, "matroska", audio="aac"),
}
SOUND_AND_FILM = frozenset(
    each for each in MediaFormat if each.kind in {MediaKind.AUDIO, MediaKind.VIDEO}
)
MARKS: list[FileMark] = [
    AudioMetadata(), VideoMetadata(), AudioLabel(ORDER), VideoLabel(ORDER),
]  # fmt: skip
SOUNDING = frozenset({"mp3", "wav", "flac", "opus", "m4a", "aac"})
every_file = pytest.mark.parametrize("name", FILES)


def test_every_registered_mark_of_these_is_under_contract() -> None:
    """A new mark gets an example here."""
    mine = {kind for kind in FILE_MARKS if kind.__name__.startswith(("Audio", "Video"))}
    assert {type(mark) for mark in MARKS} == mine


def stamped(content: bytes, family: MarkFamily, claim: Claim = CLAIM) -> tuple[bytes, str, str]:
    """Stamp one family; return the content and what its receipt says."""
    result = Stamper(MARKS, [family]).stamp(content, claim)
    (receipt,) = result.receipts
    return result.content, receipt.status, receipt.detail


def labels_in(content: bytes) -> list[Claim]:
    """Return every metadata label in a file."""
    return [claim for mark in MARKS[:2] for claim in mark.verify(content)]


def test_every_format_of_sound_and_film_has_both_marks() -> None:
    """What the formats' table names, a registered mark bears."""
    for family in (MarkFamily.LABEL, MarkFamily.METADATA):
        borne = {each for mark in MARKS if mark.family is family for each in mark.formats}
        assert borne == SOUND_AND_FILM
    assert {type(mark) for mark in MARKS} <= set(FILE_MARKS)


@every_file
def test_metadata_is_read_back_and_nothing_else_changes(name: str) -> None:
    """Exactly one label; every encoded packet of every stream is byte for byte what it was."""
    content = FILES[name]()
    marked, status, _ = stamped(content, MarkFamily.METADATA)
    assert status == "written"
    assert [claim.label for claim in labels_in(marked)] == [CLAIM.label]
    assert labels_in(marked)[0].exchange == EXCHANGE
    assert packets(marked) == packets(content)


@every_file
def test_stamping_twice_is_stamping_once(name: str) -> None:
    """The same claim is not written again."""
    once, _, _ = stamped(FILES[name](), MarkFamily.METADATA)
    assert stamped(once, MarkFamily.METADATA)[:2] == (once, "written")


@every_file
def test_another_producers_label_keeps_its_production_members(name: str) -> None:
    """Only the propagation members become ours, and there is still one label."""
    content = FILES[name]()
    foreign, status, _ = stamped(content, MarkFamily.METADATA, CLAIM._replace(label=FOREIGN))
    assert status == "written"
    both, status, _ = stamped(foreign, MarkFamily.METADATA)
    (claim,) = labels_in(both)
    assert status == "written"
    assert claim.label is not None
    assert claim.label.ContentProducer == FOREIGN.ContentProducer
    assert claim.label.ProduceID == FOREIGN.ProduceID
    assert claim.label.ReservedCode1 == FOREIGN.ReservedCode1
    assert claim.label.PropagateID == EXCHANGE
    assert claim.label.ReservedCode2 == ""


@every_file
def test_without_a_provider_code_no_label_is_invented(name: str) -> None:
    """The receipt says why, and the file stays."""
    content = FILES[name]()
    result = stamped(content, MarkFamily.METADATA, CLAIM._replace(label=None))
    assert result == (content, "not_possible", "no_provider_code")


@every_file
def test_the_label_is_heard_or_seen_and_put_once(name: str) -> None:
    """Sound gets the rhythm, read here from its envelope; film gets brighter letters at once."""
    content = FILES[name]()
    labelled, status, detail = stamped(content, MarkFamily.LABEL)
    assert (status, detail) != ("written", "it was there")
    assert status == "written", detail
    assert stamped(labelled, MarkFamily.LABEL) == (labelled, "written", "it was there")
    if "sound alone" in name or name.partition(" ")[0] in SOUNDING:
        assert morse(heard(labelled)[: round(1.2 * 16000)], 16000) == ".-|.."
        assert len(heard(labelled)) >= len(heard(content)) + 16000
    else:
        before, after = decoded_frames(content), decoded_frames(labelled)
        assert [time for time, _ in before] == pytest.approx([time for time, _ in after], abs=0.002)
        assert np.mean(after[0][1][-30:] > 200) > np.mean(before[0][1][-30:] > 200)


def test_raw_samples_get_a_label_and_no_metadata() -> None:
    """The guides know no place in raw samples: the receipt says so, and the samples stay."""
    stamper = Stamper(MARKS, [MarkFamily.LABEL, MarkFamily.METADATA])
    result = stamper.stamp(pcm(), CLAIM, hint="audio/pcm")
    assert [(each.status, each.detail) for each in result.receipts] == [
        ("written", ""), ("not_possible", "no_place_in_format"),
    ]  # fmt: skip
    assert result.content.endswith(pcm())
    assert result.complete


@every_file
def test_a_foreign_label_survives_the_audible_and_the_visible_label(name: str) -> None:
    """What is encoded anew keeps the label that it carried."""
    foreign, _, _ = stamped(FILES[name](), MarkFamily.METADATA, CLAIM._replace(label=FOREIGN))
    labelled, status, detail = stamped(foreign, MarkFamily.LABEL)
    assert status == "written", detail
    assert [claim.label for claim in labels_in(labelled)] == [FOREIGN]


def mutations(content: bytes, count: int, seed: str) -> list[bytes]:
    """Return broken copies: flipped, cut, doubled, filled, with absurd sizes, mostly near heads."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        broken = bytearray(content)
        for _ in range(chance.choice((1, 2, 8))):
            at = int(len(broken) * chance.random() ** 3)
            match chance.randrange(6):
                case 0:
                    broken[at : at + 1] = chance.randbytes(1)
                case 1:
                    del broken[at : at + chance.choice((1, 4, 64, 100_000))]
                case 2:
                    broken[at:at] = chance.randbytes(chance.choice((1, 4, 64)))
                case 3:
                    broken[at : at + 4] = chance.choice(
                        (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff")
                    )
                case 4:
                    broken[at:at] = broken[at : at + 200]
                case _:
                    del broken[at:]
        found.append(bytes(broken))
    return found


def holds(broken: bytes, family: MarkFamily) -> None:
    """A broken file is marked, so that the mark is read back, or given back with a reason."""
    content, status, detail = stamped(broken, family)
    if status != "written":
        assert content == broken
        assert detail
    elif family is MarkFamily.METADATA:
        assert [each.label for each in labels_in(content)] == [CLAIM.label]
    else:
        again, status, detail = stamped(content, family)
        assert (again, status, detail) == (content, "written", "it was there")


@every_file
def test_broken_files_never_pass_as_marked(name: str) -> None:
    """Some mutations of each format: no crash, and written only what can be read back."""
    for broken in mutations(FILES[name](), 15, name):
        holds(broken, MarkFamily.METADATA)


@pytest.mark.parametrize("name", ["mp3", "wav 16", "flac", "opus", "m4a", "aac", "mp4"])
def test_broken_files_never_pass_as_labelled(name: str) -> None:
    """The same for the label that is heard or seen."""
    for broken in mutations(FILES[name](), 4, name):
        holds(broken, MarkFamily.LABEL)


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.timeout(1800)
@every_file
def test_a_thousand_broken_files(name: str) -> None:
    """A thousand mutations of each format for the metadata, thirty for the label."""
    for broken in mutations(FILES[name](), 1000, f"long {name}"):
        holds(broken, MarkFamily.METADATA)
    for broken in mutations(FILES[name](), 30, f"label {name}"):
        holds(broken, MarkFamily.LABEL)


def test_every_carrier_refuses_garbage_with_a_reason() -> None:
    """Readers and writers raise the one fault that marks turn into a receipt."""
    for carrier in CARRIERS.values():
        for garbage in (b"", b"\0" * 64, b"RIFF", b"\xff" * 4096):
            with pytest.raises(MediaFault):
                carrier.write(garbage, b"{}")
