"""Marks on sound and film, before programs that are not ours.

Made by ffmpeg, read by ffprobe, exiftool and mediainfo, played by ffmpeg.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.engine.stamping import Stamper
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.audio_stream import AudioStreamLabel
from gateway.marks.video_label import VideoLabel
from gateway.marks.video_metadata import VideoMetadata
from gateway.nouns.mark import FileMarksOrder, LabelPosition, MarkFamily
from gateway.nouns.media import MediaFormat as F
from gateway.wire.aigc_label import bare_json, parse
from tests.sound_kit import CLAIM

pytestmark = pytest.mark.judges

TUNE = ["-f", "lavfi", "-i", "sine=440:duration=2"]
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2"]
BOTH = [*PICTURE, *TUNE]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
FILES: dict[str, list[str]] = {
    "cbr.mp3": [*TUNE, "-b:a", "64k"],
    "vbr23.mp3": [*TUNE, "-q:a", "4", "-ac", "2", "-id3v2_version", "3", "-metadata", "title=T"],
    "v1.mp3": [*TUNE, "-write_id3v1", "1", "-metadata", "title=T"],
    "mpeg2.mp3": [*TUNE, "-ar", "22050"],
    "16.wav": TUNE,
    "24.wav": [*TUNE, "-c:a", "pcm_s24le"],
    "8odd.wav": [*TUNE, "-c:a", "pcm_u8", "-t", "0.99999"],
    "float.wav": [*TUNE, "-c:a", "pcm_f32le"],
    "rf64.wav": [*TUNE, "-rf64", "always"],
    "plain.flac": TUNE,
    "vorbis.ogg": [*TUNE, "-c:a", "libvorbis"],
    "stereo.opus": [*TUNE, "-c:a", "libopus", "-ac", "2"],
    "raw.aac": [*TUNE, "-c:a", "aac"],
    "tagged.m4a": [*TUNE, "-c:a", "aac", "-metadata", "title=T"],
    "alac.m4a": [*TUNE, "-c:a", "alac"],
    "plain.mp4": [*BOTH, *X264],
    "fast.mp4": [*BOTH, *X264, "-movflags", "+faststart"],
    "edits.mp4": [*BOTH, *X264, "-bf", "2", "-ss", "0.1"],
    "fragments.mp4": [*BOTH, *X264, "-g", "25", "-movflags", "frag_keyframe+empty_moov"],
    "indexed.mp4": [
        *BOTH, *X264, "-g", "25", "-movflags",
        "frag_keyframe+empty_moov+default_base_moof+global_sidx",
    ],
    "keys.mp4": [*BOTH, *X264, "-movflags", "use_metadata_tags", "-metadata", "foo=bar"],
    "turned.mp4": [*BOTH, *X264, "-metadata:s:v", "rotate=90"],
    "hevc.mp4": [*PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"],
    "title.mov": [*BOTH, *X264, "-metadata", "title=T"],
    "vp9.webm": [
        *BOTH, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus",
    ],
    "live.webm": [
        *BOTH, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis", "-live", "1",
    ],
    "title.mkv": [*BOTH, *X264, "-metadata", "title=T"],
    "cues.mkv": [*BOTH, *X264, "-cues_to_front", "1"],
}  # fmt: skip
PACKAGES = {
    "ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "exiftool": "libimage-exiftool-perl",
    "mediainfo": "mediainfo",
}  # fmt: skip
every_file = pytest.mark.parametrize("name", FILES)


def ask(*command: str) -> str:
    """Run a judge and return all that it says."""
    if shutil.which(command[0]) is None:
        pytest.fail(f"{command[0]} is missing: apt install {PACKAGES[command[0]]}")
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return (done.stdout + done.stderr).decode(errors="replace")


def made(name: str, folder: Path) -> Path:
    """Let ffmpeg make an input."""
    path = folder / name
    complaint = ask("ffmpeg", "-v", "fatal", "-y", *FILES[name], str(path))
    assert path.exists(), complaint
    return path


def sums(path: Path) -> list[str]:
    """Return the sums of everything that ffmpeg decodes."""
    text = ask("ffmpeg", "-v", "error", "-i", str(path), "-map", "0", "-f", "framemd5", "-")
    return [line for line in text.splitlines() if not line.startswith("#")]


def values_of(path: Path) -> dict[str, list[str]]:
    """Return the label as each judge shows it."""
    entries = ("-show_entries", "format_tags:stream_tags", "-of", "json")
    probe = json.loads(ask("ffprobe", "-v", "error", *entries, str(path)))
    tags = [probe.get("format", {}), *probe.get("streams", [])]
    found = [
        text for each in tags for key, text in each.get("tags", {}).items() if key.upper() == "AIGC"
    ]
    shown = ask("exiftool", "-G1", "-a", "-s", "-n", str(path)).splitlines()
    exif = [line[line.index("{") :] for line in shown if '{"Label"' in line]
    if path.suffix == ".wav":
        exif = [ask("exiftool", "-b", "-U", "-Unknown_AIGC", str(path)).rstrip("\0")]  # its padding
    listed = ask("mediainfo", "--Full", str(path)).splitlines()
    info = [line[line.index("{") :] for line in listed if '{"Label"' in line]
    return {"ffprobe": found, "exiftool": exif, "mediainfo": info}


@every_file
def test_judges_read_one_label_and_decode_the_same(name: str, tmp_path: Path) -> None:
    """ffprobe, exiftool and mediainfo (for WAV exiftool alone) show it; every frame's sum stays."""
    path = made(name, tmp_path)
    before = sums(path)
    stamper = Stamper([AudioMetadata(), VideoMetadata()], [MarkFamily.METADATA])
    result = stamper.stamp(path.read_bytes(), CLAIM)
    assert [receipt.status for receipt in result.receipts] == ["written"]
    path.write_bytes(result.content)
    assert sums(path) == before
    assert CLAIM.label is not None
    text = bare_json(CLAIM.label).decode()
    shown = values_of(path)
    assert shown["exiftool"] == [text]
    if path.suffix != ".wav":
        assert shown["ffprobe"] == [text]
        assert parse(shown["mediainfo"][0]) == CLAIM.label
        assert len(shown["mediainfo"]) == 1


@every_file
def test_labelled_files_play(name: str, tmp_path: Path) -> None:
    """ffmpeg decodes them without a word; they are longer, or as long as before."""
    path = made(name, tmp_path)
    order = FileMarksOrder(label=True, at=LabelPosition.BOTH)
    stamper = Stamper([AudioLabel(order), VideoLabel(order)], [MarkFamily.LABEL])
    count = len(sums(path))
    result = stamper.stamp(path.read_bytes(), CLAIM)
    assert [receipt.status for receipt in result.receipts] == ["written"], result.receipts
    path.write_bytes(result.content)
    assert ask("ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-") == ""
    assert len(sums(path)) >= count - 1


@pytest.mark.parametrize(
    ("name", "format"),
    [("cbr.mp3", F.MP3), ("stereo.opus", F.OGG), ("raw.aac", F.AAC), ("16.wav", F.WAV)],
)
def test_marked_streams_play_as_one_file(name: str, format: F, tmp_path: Path) -> None:
    """Also when they came in small pieces; their metadata label is at the head."""
    path = made(name, tmp_path)
    stream = AudioStreamLabel(FileMarksOrder(label=True, metadata=True), format, CLAIM)
    content = path.read_bytes()
    parts = [stream.push(content[at : at + 700]) for at in range(0, len(content), 700)]
    path.write_bytes(b"".join([*parts, stream.flush()]))
    assert ask("ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-") == ""
    wanted = "exiftool" if format is F.WAV else "ffprobe"
    assert len(values_of(path)[wanted]) == 1


def test_the_recordings_can_be_made_again(tmp_path: Path) -> None:
    """The card's commands give the packaged bytes (espeak-ng 1.51 of Debian 12)."""
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is missing: apt install espeak-ng")
    folder = Path(__file__).parents[2] / "gateway" / "matching" / "recordings"
    rows = [line for line in (folder / "CARD.md").read_text().splitlines() if "`espeak-ng" in line]
    assert len(rows) == 2
    for row in rows:
        command = row.split("`")[3]
        arguments, words = command.split('"')[0].split(), command.split('"')[1]
        name = arguments[arguments.index("-w") + 1]
        subprocess.run([*arguments, words], cwd=tmp_path, check=True, timeout=60)
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
