"""Sound through PyAV."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from gateway.matching.rhythm import rhythm
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_codec import DECODED_HZ, NEEDS_MEDIA, decoded, encoded, ffmpeg
from tests.sound_kit import sound


@pytest.mark.parametrize(
    ("codec", "rate", "samples"),
    [("libmp3lame", 24000, 576), ("aac", 44100, 1024), ("libopus", 48000, 960)],
)  # fmt: skip
def test_packets_cover_the_sound(codec: str, rate: int, samples: int) -> None:
    """Each holds what it says; all together hold the sound and the encoder's delay."""
    made = encoded(rhythm(rate), codec, rate, 2, 64)
    assert made.samples == samples
    assert len(made.bodies) * samples >= len(rhythm(rate))
    assert all(made.bodies)


def test_short_sound_comes_in_one_piece_and_long_in_two() -> None:
    """Head and tail are what was asked for, at one rate."""
    content = sound("flac", "flac", 48000, 1, 3.0)
    (whole,) = decoded(content, head_s=2, tail_s=2, seconds=60)
    assert len(whole) == pytest.approx(3 * DECODED_HZ, abs=100)
    head, tail = decoded(content, head_s=0.5, tail_s=0.5, seconds=60)
    assert len(head) == DECODED_HZ // 2
    assert DECODED_HZ // 2 <= len(tail) <= DECODED_HZ
    assert np.allclose(tail, whole[-len(tail) :], atol=1e-3)


def test_too_long_and_broken_sound_is_refused() -> None:
    """With a reason each."""
    with pytest.raises(MediaFault, match="too_long"):
        decoded(sound("flac", "flac", 48000, 1, 3.0), head_s=1, tail_s=1, seconds=1)
    with pytest.raises(MediaFault, match="broken_media"):
        decoded(b"nothing", head_s=1, tail_s=1, seconds=1)


def test_without_pyav_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named as pip wants it."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MediaFault) as fault, ffmpeg():
        pass
    assert fault.value.reason == NEEDS_MEDIA
    assert "pip install 'sealgate[media]'" in NEEDS_MEDIA
