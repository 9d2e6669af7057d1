"""Places of the metadata label, and those where others put it."""

from __future__ import annotations

from io import BytesIO

import pytest
from mutagen.id3 import ID3, TXXX
from mutagen.mp4 import MP4

from gateway.nouns.media import MediaFormat as F
from gateway.wire.aigc_carrier import CARRIERS
from gateway.wire.media_fault import MediaFault
from gateway.wire.riff import list_body
from tests.sound_kit import film, sound, wave


def test_labels_at_other_places_are_found_and_taken_away() -> None:
    """WAV: in the list of INFO and in an ID3 chunk; one chunk of its own is left."""
    listed = list_body([(b"INAM", b"kept"), (b"AIGC", b"1")])
    tag, out = ID3(), BytesIO()
    tag.add(TXXX(encoding=3, desc="AIGC", text="2"))
    tag.save(out)
    extra = b""
    for name, body in ((b"LIST", listed), (b"id3 ", out.getvalue())):
        extra += name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
    carrier = CARRIERS[F.WAV]
    content = wave(extra=extra)
    assert carrier.read(content) == [b"1", b"2"]
    assert carrier.read(carrier.write(content, b"3")) == [b"3"]
    assert b"kept" in carrier.write(content, b"3")


def test_itunes_place_gives_way_to_the_keys() -> None:
    """Mutagen writes M4A labels in iTunes' form; its other tags stay readable."""
    out = BytesIO(sound("ipod", "aac", 44100, 2))
    file = MP4(out)
    file["----:com.apple.iTunes:AIGC"] = b"1"
    file["\xa9ART"] = "Somebody"
    out.seek(0)
    file.save(out)
    carrier = CARRIERS[F.M4A]
    marked = carrier.write(out.getvalue(), b"2")
    assert carrier.read(out.getvalue()) == [b"1"]
    assert carrier.read(marked) == [b"2"]
    again = MP4(BytesIO(marked))
    assert again["\xa9ART"] == ["Somebody"]
    assert "----:com.apple.iTunes:AIGC" not in again


def test_keys_that_are_there_are_joined() -> None:
    """A file whose metadata is by key already gets one key more, no second list."""
    content = film(options=(("movflags", "use_metadata_tags"),))
    marked = CARRIERS[F.MP4].write(content, b"{}")
    assert marked.count(b"keys") == content.count(b"keys") == 1
    assert CARRIERS[F.MP4].read(marked) == [b"{}"]


def test_a_broken_tag_before_flac_is_refused() -> None:
    """Other readers would not get behind it, to the label."""
    content = b"ID3\x09\0\0\0\0\0\x04abcd" + sound("flac", "flac")
    with pytest.raises(MediaFault, match="broken_id3"):
        CARRIERS[F.FLAC].write(content, b"{}")
    assert CARRIERS[F.FLAC].read(content) == []


@pytest.mark.parametrize("format", CARRIERS, ids=str)
def test_nothing_is_no_file(format: F) -> None:
    """Readers refuse what they cannot read."""
    with pytest.raises(MediaFault):
        CARRIERS[format].read(b"")
