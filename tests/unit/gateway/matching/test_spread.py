"""The keyed spread-spectrum mark."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.matching import spread

KEY, OTHER = b"0123456789abcdef", b"another key here"
NUMBERS = st.integers(0, 2**40 - 1)


@settings(max_examples=20, deadline=None)
@given(number=NUMBERS, shift=st.tuples(st.integers(0, 127), st.integers(0, 127)))
def test_a_tile_is_read_at_any_offset(number: int, shift: tuple[int, int]) -> None:
    """Rolled, and under noise ten times as strong as the mark, folded from 16 tiles."""
    noise = np.random.default_rng(number).normal(0, 10, (16, 128, 128)).sum(axis=0)
    tile = np.roll(16 * spread.tile(KEY, number), shift, axis=(0, 1)) + noise / 4
    assert spread.numbers(KEY, spread.bits_at_best(KEY, tile.astype(np.float32))) == [number]


def test_another_key_reads_nothing() -> None:
    """Whoever lacks the key can neither read nor forge."""
    tile = spread.tile(KEY, 42)
    assert spread.numbers(OTHER, spread.bits_at_best(OTHER, tile)) == []


def test_some_wrong_bits_are_put_right_and_more_are_not() -> None:
    """Those least sure are tried both ways; beyond that the tag is wrong."""
    bits = spread.bits_at_best(KEY, spread.tile(KEY, 7)).copy()
    bits[:4] *= -0.01
    assert spread.numbers(KEY, bits) == [7]
    bits[10:30] *= -1
    assert spread.numbers(KEY, bits) == []


def test_noise_is_no_mark() -> None:
    """Of 3,000 readings of noise none has a right tag, and the bound is below one in a million."""
    dice = np.random.default_rng(5)
    assert not any(spread.numbers(KEY, dice.normal(size=spread.BITS)) for _ in range(300))
    assert spread.TRIALS / 2**spread.TAG_BITS < 1e-6


def test_the_patterns_do_not_disturb_each_other() -> None:
    """Each of length one, any two orthogonal, and nothing outside the band."""
    known = spread.patterns(KEY)
    whole = np.vstack([known.start_pixels.ravel()[None], known.bits])
    assert np.abs(whole @ whole.T - np.eye(len(whole))).max() < 1e-4
    spectrum = np.abs(np.fft.fft2(spread.tile(KEY, 3)))
    assert spectrum[:4, :4].max() < 1e-2
    assert spectrum[40:60, 40:60].max() < 1e-2


def test_the_mark_does_not_change_with_a_library() -> None:
    """Drawn from a hash, so that a mark of today is read by the program of tomorrow."""
    tile = spread.tile(KEY, 0x123456789A)
    assert tile.std() == pytest.approx(1, abs=1e-4)
    assert tile[0, :3].tolist() == pytest.approx(FIRST, abs=1e-3)


def test_a_mirrored_beginning_is_seen() -> None:
    """Both scores come from one transformation."""
    tile = spread.tile(KEY, 9)
    straight, mirrored = spread.scores(KEY, tile)
    assert straight > 8 > mirrored
    assert spread.scores(KEY, np.ascontiguousarray(tile[:, ::-1]))[1] == pytest.approx(
        straight, rel=1e-3
    )


FIRST = [-0.6092, -0.4262, -0.1831]
