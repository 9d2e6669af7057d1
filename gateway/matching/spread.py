"""A keyed spread-spectrum mark: 40 bits in a plane of lightness, and the way back from a plane that
was scaled, cropped, mirrored or compressed since.

The mark is a tile of 128 x 128 that repeats over a canonical plane whose shorter side has 512
pixels. A tile is the sum of one pattern that says where it begins and of one pattern per bit, added
or subtracted. All patterns lie in a band of middle frequencies, are drawn from the key, and are
orthogonal, so that no bit disturbs another. To read, the plane is flattened (less its blur, over
its deviation), all tiles are folded into one, and a correlation over all offsets finds the tile's
beginning; then each bit is the sign of one product.

The payload is the 40 bits and a keyed tag of 32: a reading counts only if the tag is right. At most
`TRIALS` readings are tried on a picture (over scales, mirror and the bits least sure), so a picture
without the mark is taken for marked with a probability below TRIALS / 2^32 < 5e-7, and nobody
without the key can make a mark that counts.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b, shake_256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.label_code import CODE_BITS

TILE = 128
SHORT_SIDE = 512
TAG_BITS = 32
BITS = CODE_BITS + TAG_BITS
LOWEST, HIGHEST = 5.0, 22.0
"""The band, in cycles over a tile."""

CANDIDATES, DEEP = 8, 8
"""Candidates that are read on a picture, and how many of their least sure bits are tried both
ways."""

TRIALS = CANDIDATES << DEEP
_PERSON = b"sealgate-spread"
_START_WEIGHT = 3.0
"""How much stronger the pattern of the beginning is than one bit."""

Plane = NDArray[np.float32]


class Patterns(NamedTuple):
    """Unit tiles, as spectra and as pixels: the beginning, and one per bit."""

    start: NDArray[np.complex64]
    start_mirrored: NDArray[np.complex64]
    bits: NDArray[np.float32]
    start_pixels: Plane


@lru_cache(maxsize=4)
def patterns(key: bytes) -> Patterns:
    """Return the patterns of a key. The same key gives the same ones everywhere."""
    rows, columns = np.meshgrid(
        np.fft.fftfreq(TILE) * TILE, np.fft.rfftfreq(TILE) * TILE, indexing="ij"
    )
    radius = np.hypot(rows, columns)
    band = (radius >= LOWEST) & (radius < HIGHEST) & (columns > 0)
    size = int(band.sum())
    raw = shake_256(_PERSON + key).digest(2 * 2 * size * (BITS + 1))
    noise = np.frombuffer(raw, ">u2").astype(np.float64).reshape(BITS + 1, 2 * size)
    basis, _ = np.linalg.qr((noise - 32767.5).T)
    spectra = np.zeros((BITS + 1, TILE, TILE // 2 + 1), np.complex128)
    spectra[:, band] = basis.T[:, :size] + 1j * basis.T[:, size:]
    pixels = np.fft.irfft2(spectra, s=(TILE, TILE))
    pixels /= np.linalg.norm(pixels.reshape(BITS + 1, -1), axis=1)[:, None, None]
    return Patterns(
        np.fft.rfft2(pixels[0]).astype(np.complex64),
        np.fft.rfft2(pixels[0][:, ::-1]).astype(np.complex64),
        pixels[1:].reshape(BITS, -1).astype(np.float32),
        pixels[0].astype(np.float32),
    )


def tile(key: bytes, number: int) -> Plane:
    """Return the tile of a number of 40 bits, with a standard deviation of 1."""
    known = patterns(key)
    signs = np.array(_payload(key, number), np.float32) * 2 - 1
    whole = (signs @ known.bits).reshape(TILE, TILE) + _START_WEIGHT * known.start_pixels
    return np.asarray(whole / whole.std(), np.float32)


def flattened(plane: Plane) -> Plane:
    """Return a plane less its surroundings, over its local deviation."""
    rest = plane - blurred(plane, 4)
    deviation = np.sqrt(blurred(rest * rest, 8) + 1.0)
    return np.asarray(np.clip(rest / deviation, -3, 3), np.float32)


def activity(plane: Plane) -> Plane:
    """Return how much a place hides: 0.6 where it is smooth to 1.8 where it is busy."""
    rest = plane - blurred(plane, 3)
    deviation = np.sqrt(blurred(rest * rest, 6))
    return np.asarray(np.clip(0.6 + deviation / 12, 0.6, 1.8), np.float32)


def blurred(plane: Plane, radius: int) -> Plane:
    """Return the mean over squares of side ``2 * radius + 1``, edges repeated."""
    out = plane
    for axis in (0, 1):
        padding = [(radius + 1, radius) if each == axis else (0, 0) for each in (0, 1)]
        sums = np.cumsum(np.pad(out, padding, mode="edge"), axis=axis, dtype=np.float64)
        width = 2 * radius + 1
        ends = np.take(sums, range(width, sums.shape[axis]), axis=axis)
        starts = np.take(sums, range(sums.shape[axis] - width), axis=axis)
        out = np.asarray((ends - starts) / width, np.float32)
    return out


def folded(flat: Plane) -> Plane:
    """Return all tiles of a flattened plane, added up."""
    height, width = flat.shape
    down, across = -(-height // TILE), -(-width // TILE)
    whole = np.zeros((down * TILE, across * TILE), np.float32)
    whole[:height, :width] = flat
    return np.asarray(whole.reshape(down, TILE, across, TILE).sum(axis=(0, 2)), np.float32)


def scores(key: bytes, folded_tile: Plane) -> tuple[float, float]:
    """Return how far the beginning stands out in a folded tile, and in the same one mirrored.

    In standard deviations over all offsets.
    """
    known = patterns(key)
    spectrum = _whitened(np.fft.rfft2(folded_tile))
    straight, mirrored = (
        np.fft.irfft2(spectrum * np.conj(start), s=(TILE, TILE))
        for start in (known.start, known.start_mirrored)
    )
    return _peak(straight)[1], _peak(mirrored)[1]


def bits_at_best(key: bytes, folded_tile: Plane) -> NDArray[np.float32]:
    """Return each bit's product at the offset where the beginning stands out most."""
    known = patterns(key)
    spectrum = _whitened(np.fft.rfft2(folded_tile))
    at, _ = _peak(np.fft.irfft2(spectrum * np.conj(known.start), s=(TILE, TILE)))
    row, column = divmod(at, TILE)
    white = np.fft.irfft2(spectrum, s=(TILE, TILE))
    turned = np.roll(white, (-row, -column), axis=(0, 1)).astype(np.float32)
    return known.bits @ turned.ravel()


def _peak(found: NDArray[np.floating]) -> tuple[int, float]:
    at = int(found.argmax())
    return at, float((found.flat[at] - found.mean()) / (found.std() + 1e-9))


def numbers(key: bytes, bits: NDArray[np.float32]) -> list[int]:
    """Return the numbers whose tag is right among those near the bits' signs: none, or one."""
    signs = bits > 0
    unsure = np.argsort(np.abs(bits))[:DEEP]
    for mask in range(1 << len(unsure)):
        tried = signs.copy()
        for place, bit in enumerate(unsure):
            if mask >> place & 1:
                tried[bit] = not tried[bit]
        number = _number(tried[:CODE_BITS])
        if _number(tried[CODE_BITS:]) == _tag(key, number):
            return [number]
    return []


def _whitened(spectrum: NDArray[np.complexfloating]) -> NDArray[np.complexfloating]:
    """Return the spectrum with the same strength at every distance from its middle."""
    ring, counts = _rings()
    strength = np.bincount(ring.ravel(), np.abs(spectrum).ravel()) / counts
    return (spectrum / (strength[ring] + 1e-9)).astype(np.complex64)


@lru_cache(maxsize=1)
def _rings() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    rows, columns = np.meshgrid(
        np.fft.fftfreq(TILE) * TILE, np.fft.rfftfreq(TILE) * TILE, indexing="ij"
    )
    ring = np.hypot(rows, columns).astype(np.intp)
    return ring, np.maximum(np.bincount(ring.ravel()), 1).astype(np.float64)


def _payload(key: bytes, number: int) -> list[int]:
    whole = number << TAG_BITS | _tag(key, number)
    return [whole >> place & 1 for place in range(BITS - 1, -1, -1)]


def _number(bits: NDArray[np.bool_]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _tag(key: bytes, number: int) -> int:
    digest = blake2b(
        number.to_bytes(CODE_BITS // 8, "big"), key=key, digest_size=4, person=_PERSON
    ).digest()
    return int.from_bytes(digest, "big")
