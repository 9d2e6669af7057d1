"""The label in files of sound."""

from __future__ import annotations

from gateway.marks.audio_metadata import AudioMetadata
from gateway.wire.aigc_label import bare_json
from tests.sound_kit import CLAIM, pcm, wave


def test_wave_holds_the_bare_json_in_a_chunk_of_its_own() -> None:
    """Seven members, no wrapper; another propagator's number is the claim's exchange."""
    mark = AudioMetadata()
    content, receipt = mark.stamp(wave(), CLAIM)
    assert receipt.status == "written"
    value = bare_json(CLAIM.label) if CLAIM.label else b""
    assert value.startswith(b'{"Label":"1","ContentProducer":"0011')
    assert b"AIGC" + len(value).to_bytes(4, "little") + value in content
    assert [claim.exchange for claim in mark.verify(content)] == [CLAIM.exchange]


def test_what_has_no_place_is_told() -> None:
    """Raw samples, and what is broken, come back as they were."""
    mark = AudioMetadata()
    assert mark.stamp(pcm(), CLAIM)[1].status == "not_possible"
    broken = wave()[:30]
    content, receipt = mark.stamp(broken, CLAIM)
    assert (content, receipt.status, receipt.detail) == (broken, "failed", "broken_wave")
    assert mark.verify(broken) == []
    assert mark.verify(pcm()) == []
