"""The index knows a picture by bits that a change leaves alone."""

from __future__ import annotations

import numpy as np

from gateway.matching.picture_index import bands, probes

WINDOWS = 4


def coefficients(seed: int) -> np.ndarray:
    """Return coefficients of four windows, half of them above the median."""
    return np.random.default_rng(seed).normal(size=(WINDOWS, 256))


def hashes_of(seen: np.ndarray) -> list[bytes]:
    """Return the hashes of windows."""
    return [each.tobytes() for each in np.packbits(seen > 0, axis=1)]


def test_a_picture_is_asked_for_under_every_band_it_has() -> None:
    """Five bands of 20 bits a window, and seven variants of each."""
    seen = coefficients(1)
    held, asked = bands(hashes_of(seen)), probes(seen)
    assert set(held) <= set(asked)
    assert len(held) == 5 * WINDOWS
    assert len(asked) == 8 * len(held)
    assert {each >> 20 for each in held} == set(range(5))


def test_a_band_is_found_if_its_three_least_sure_bits_flip() -> None:
    """In every window and band, all at once; a fourth is one too many."""
    seen = coefficients(2)
    order = np.abs(seen)
    low = [255 - (16 * down + across) for down in range(10) for across in range(10)]
    for most in (3, 4):
        flipped = seen.copy()
        for band in range(5):
            places = [p for p in low if ((255 - p) // 16 + 2 * ((255 - p) % 16)) % 5 == band]
            for window in range(WINDOWS):
                weakest = sorted(places, key=lambda p, w=window: order[w, p])[:most]
                flipped[window, weakest] *= -1
        found = set(bands(hashes_of(flipped))) & set(probes(seen))
        assert len(found) == (5 * WINDOWS if most == 3 else 0)


def test_high_frequencies_do_not_count() -> None:
    """Of 16 by 16 the lowest 10 by 10 do."""
    seen = coefficients(3)
    other = seen.copy()
    for down in range(16):
        for across in range(16):
            if down >= 10 or across >= 10:
                other[:, 255 - (16 * down + across)] *= -1
    assert bands(hashes_of(seen)) == bands(hashes_of(other))


def test_a_picture_without_windows_has_no_bands() -> None:
    """And nothing is raised."""
    assert bands([]) == []
