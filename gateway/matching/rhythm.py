"""The audible rhythm of GB 45438-2025, 5.3 c: short long, short short; Morse code for "AI".

Units as in ITU-R M.1677-1: a short sound is one unit, a long one three, one unit between sounds,
three between letters. One unit is 80 ms here: about the pace of slow Morse, and easily told apart.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

UNIT_S = 0.08
"""One unit, in seconds."""

TONE_HZ = 880.0
"""The pitch: above most voices, and within what a telephone carries."""

LEVEL = 0.25
"""The amplitude, of full scale 1 (-12 dB): as loud as speech."""

_PATTERN = ((1, 1), (3, 3), (1, 1), (1, 0))
"""Units of each sound, and of the silence behind it."""

_LEAD_S, _REST_S, _RAMP_S = 0.1, 0.3, 0.005
_STEP_S = 0.01
_SHORT, _LONG = (0.4, 1.7), (2.3, 3.9)
"""How many units a sound or silence may measure: echoes and codecs blur the edges."""

Samples = NDArray[np.float32]


def rhythm(rate: int) -> Samples:
    """Return the rhythm at this sample rate (Hz), one channel, with a little silence around it."""
    parts = [np.zeros(round(_LEAD_S * rate), dtype=np.float32)]
    for sound, silence in _PATTERN:
        parts += [
            _tone(round(sound * UNIT_S * rate), rate),
            np.zeros(round(silence * UNIT_S * rate), dtype=np.float32),
        ]
    parts.append(np.zeros(round(_REST_S * rate), dtype=np.float32))
    return np.concatenate(parts)


def find_rhythm(samples: Samples, rate: int) -> list[float]:
    """Return where rhythms begin, in seconds, in one channel of sound.

    A step of 10 ms sounds if most of its power lies at `TONE_HZ` and it is well above silence.
    """
    sounding = _sounding(samples, rate)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], sounding, [0]))))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    runs = [(float(start) * _STEP_S, float(stop) * _STEP_S) for start, stop in pairs]
    runs = [(start, stop) for start, stop in runs if stop - start >= _SHORT[0] * UNIT_S]
    return [runs[at][0] for at in range(len(runs) - 3) if _is_rhythm(runs[at : at + 4])]


def _tone(count: int, rate: int) -> Samples:
    times = np.arange(count) / rate
    ramp = np.minimum(1.0, np.minimum(times, times[::-1]) / _RAMP_S)
    return (LEVEL * ramp * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)


def _sounding(samples: Samples, rate: int) -> NDArray[np.int8]:
    step = max(1, round(_STEP_S * rate))
    count = len(samples) // step - 1
    if count < 1:
        return np.zeros(0, dtype=np.int8)
    blocks = samples[: (count + 1) * step].reshape(-1, step).astype(np.float64)
    times = np.arange(step) / rate
    turns = np.exp(-2j * np.pi * TONE_HZ * step / rate * np.arange(count + 1))
    parts = (blocks @ np.exp(-2j * np.pi * TONE_HZ * times)) * turns
    powers = np.sum(blocks**2, axis=1)
    amplitude = np.abs(parts[:-1] + parts[1:]) / step
    pure = amplitude**2 / 2 > 0.4 * (powers[:-1] + powers[1:]) / (2 * step)
    sounding: NDArray[np.int8] = (pure & (amplitude > 0.3 * LEVEL)).astype(np.int8)
    return sounding


def _is_rhythm(runs: list[tuple[float, float]]) -> bool:
    sounds = [(stop - start) / UNIT_S for start, stop in runs]
    silences = [(after[0] - before[1]) / UNIT_S for before, after in pairwise(runs)]
    expected = (_SHORT, _LONG, _SHORT, _SHORT)
    if not all(low <= sound <= high for sound, (low, high) in zip(sounds, expected, strict=True)):
        return False
    between = ((0.3, 1.8), (0.3, 4.0), (0.3, 1.8))  # readers accept it without the inner silence
    return all(low <= each <= high for each, (low, high) in zip(silences, between, strict=True))
