"""The spoken label."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.matching.spoken import LANGUAGES, WORDS, find_spoken, resampled, spoken
from tests.sound_kit import tune


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rate", [16000, 24000, 48000])
def test_words_are_found_at_both_ends(language: str, rate: int) -> None:
    """With their language and place, in sound of any rate."""
    words = spoken(language, rate)
    whole = np.concatenate([words, tune(rate, 0.5)[:, 0], words])
    found = find_spoken(whole, rate)
    assert {name for name, _ in found} == {language}
    places = sorted(at for _, at in found)
    assert places == pytest.approx([0, (len(words) + 0.5 * rate) / rate], abs=0.02)


def test_the_pace_is_that_of_normal_speech() -> None:
    """120 to 160 Chinese characters a minute (GB 45438-2025, 5.3, note 4)."""
    minutes = len(spoken("zh", 16000)) / 16000 / 60
    assert 120 <= len(WORDS["zh"]) / minutes <= 160


def test_other_sounds_say_nothing() -> None:
    """Music, noise, silence, and what is shorter than the words."""
    noise = np.random.default_rng(2).normal(0, 0.1, 16000 * 6).astype(np.float32)
    for sound in (noise, tune(16000, 6)[:, 0], np.zeros(16000 * 6, np.float32), noise[:100]):
        assert find_spoken(sound, 16000) == []


def test_a_tone_keeps_its_pitch_and_level_at_another_rate() -> None:
    """There and back is the same but for the ends."""
    once = tune(22050, 1.0)[:, 0]
    again = resampled(resampled(once, 22050, 48000), 48000, 22050)
    assert np.abs(again[500:-500] - once[500:-500]).max() < 0.01
    assert len(resampled(once, 22050, 8000)) == 8000


def test_another_language_is_english() -> None:
    """What is not recorded is said in English."""
    assert np.array_equal(spoken("fr", 8000), spoken("en", 8000))
