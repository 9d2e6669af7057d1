"""The rhythm: short long, short short."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.matching.rhythm import LEVEL, UNIT_S, find_rhythm, rhythm
from tests.sound_kit import morse, tune

RATES = pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])


@RATES
def test_the_envelope_spells_ai(rate: int) -> None:
    """Read by other means than the program's own."""
    made = rhythm(rate)
    assert morse(made, rate) == ".-|.."
    assert float(np.abs(made).max()) == pytest.approx(LEVEL, rel=0.02)


@RATES
def test_it_is_found_before_and_behind_sound(rate: int) -> None:
    """With its place, also in a little noise."""
    noise = np.random.default_rng(1).normal(0, 0.01, rate * 5).astype(np.float32)
    whole = np.concatenate([rhythm(rate), tune(rate, 1.5)[:, 0], rhythm(rate)])
    whole += noise[: len(whole)]
    first, last = find_rhythm(whole, rate)
    assert first == pytest.approx(0.1, abs=0.03)
    assert last == pytest.approx((len(whole) - len(rhythm(rate))) / rate + 0.1, abs=0.03)


def test_other_sounds_are_no_rhythm() -> None:
    """Silence, music, a long tone of its pitch, another order, and next to nothing."""
    times = np.arange(16000 * 3) / 16000
    tone = (0.25 * np.sin(2 * np.pi * 880 * times)).astype(np.float32)
    backwards = rhythm(16000)[::-1].copy()
    for sound in (np.zeros(16000, np.float32), tune(16000, 2)[:, 0], tone, backwards, tone[:3]):
        assert find_rhythm(sound, 16000) == []


def test_units_are_those_of_morse() -> None:
    """From the first sound to the last 1 + 1 + 3 + 3 + 1 + 1 + 1 units pass."""
    made = np.flatnonzero(np.abs(rhythm(48000)) > 0.01)
    assert (made[-1] - made[0]) / 48000 == pytest.approx(11 * UNIT_S, abs=0.01)
