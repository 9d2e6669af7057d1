"""PNG of 16 bits in colour."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire import deep_png, png
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import encode


def _filtered(pixels: np.ndarray, kinds: list[int]) -> bytes:
    """Encode with any filter per row, after clause 9 of the PNG specification."""
    height, width, channels = pixels.shape
    size = 2 * channels
    rows = pixels.astype(">u2").tobytes()
    long = width * size
    out = bytearray()
    for y in range(height):
        kind = kinds[y % len(kinds)]
        out.append(kind)
        for x in range(long):
            a = rows[y * long + x - size] if x >= size else 0
            b = rows[(y - 1) * long + x] if y else 0
            c = rows[(y - 1) * long + x - size] if y and x >= size else 0
            p = a + b - c
            nearest = min((a, b, c), key=lambda each: abs(p - each))
            out.append((rows[y * long + x] - (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
    parts = png.chunks(deep_png.encode(pixels))
    return png.joined([parts[0], png.Chunk(b"IDAT", zlib.compress(bytes(out))), parts[-1]])


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 4), st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 2**31)
)
def test_every_filter_is_undone(channels: int, kinds: list[int], seed: int) -> None:
    """Numbers of 16 bits come back whatever filter each row has."""
    numbers = np.random.default_rng(seed).integers(0, 65536, (5, 4, channels))
    pixels = numbers.astype(np.uint16)
    assert (deep_png.decode(_filtered(pixels, kinds)) == pixels).all()
    assert (deep_png.decode(deep_png.encode(pixels)) == pixels).all()


def test_only_deep_colour_is_taken() -> None:
    """The library reads the rest without loss."""
    assert deep_png.is_deep(deep_png.encode(np.zeros((2, 2, 3), np.uint16)))
    assert not deep_png.is_deep(encode("PNG"))


def test_too_few_or_wrong_pixels_are_a_fault() -> None:
    """A file that promises more rows than it has."""
    head, _, end = png.chunks(deep_png.encode(np.zeros((2, 2, 3), np.uint16)))
    for body in (zlib.compress(b"\0" * 5), zlib.compress(b"\x09" * 26), b"junk"):
        with pytest.raises(MediaFault, match="broken_png"):
            deep_png.decode(png.joined([head, png.Chunk(b"IDAT", body), end]))
