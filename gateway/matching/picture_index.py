"""Picture index: by which bits of its hashes a picture is looked up among many.

Of PDQ's 16 by 16 frequencies the lowest 10 by 10 change least when a picture is cropped or encoded
anew. They are dealt out to five bands of 20 bits. What is kept of a picture is in the index under
the bands of all its windows. A question asks for its own bands, and for each with the three bits
flipped, in every combination, whose coefficients are nearest to the median: these are the bits that
a change flips (probing in the order of likelihood: Lv et al., "Multi-Probe LSH", VLDB 2007).

Bands of equal bits, as few as the pigeonhole asks for, would not do: hashes of one picture may
differ in more than a quarter of their bits, and then a band that must be alike has four bits.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_SIDE, _LOWEST = 16, 10
_BANDS, _BITS, _FLIPPED = 5, 20, 3

_PLACES = np.array([
    [
        _SIDE**2 - 1 - (_SIDE * down + across)  # the library gives the highest frequency first
        for down in range(_LOWEST)
        for across in range(_LOWEST)
        if (down + 2 * across) % _BANDS == band
    ]
    for band in range(_BANDS)
])  # fmt: skip
"""Which bits of a hash make each band."""

_WEIGHTS = 1 << np.arange(_BITS, dtype=np.int64)
_CHOICES = np.array([[n >> bit & 1 for bit in range(_FLIPPED)] for n in range(1 << _FLIPPED)])


def bands(windows: Iterable[bytes]) -> list[int]:
    """Return the bands of a picture's hashes, each once: band number and 20 bits in one number."""
    rows = np.frombuffer(b"".join(windows), np.uint8).reshape(-1, _SIDE**2 // 8)
    return _numbered([_words(np.unpackbits(rows, axis=1)[:, places]) for places in _PLACES])


def probes(seen: NDArray[np.float64]) -> list[int]:
    """Return the bands to ask for, each once. ``seen`` has for each window by how much the
    coefficients are above their median."""
    asked = []
    for places in _PLACES:
        band = seen[:, places]
        weakest = np.argsort(np.abs(band), axis=1)[:, :_FLIPPED]
        asked.append(_words(band > 0)[:, None] ^ _WEIGHTS[weakest] @ _CHOICES.T)
    return _numbered(asked)


def _words(bits: NDArray[np.uint8] | NDArray[np.bool_]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = bits @ _WEIGHTS
    return found


def _numbered(words: list[NDArray[np.int64]]) -> list[int]:
    found = np.concatenate([number << _BITS | each.ravel() for number, each in enumerate(words)])
    return [int(each) for each in np.unique(found)]
