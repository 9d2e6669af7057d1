"""Picture detail: a second look at two pictures whose hashes are near, independent of the first.

The bits of a perceptual hash are not all evidence. A plain pattern has its power in a few of PDQ's
256 frequencies; what the others show is the leakage of those few, with signs that follow from them.
So two stripe patterns of like direction and width share most of a hash and need not look alike.
Here pixels are compared: 32 by 32 points of brightness and 8 by 8 of colour, kept of the whole
picture. The question is laid over every part of them that lacks up to 22.5 % of width and height,
in steps of an eightieth; where the brightness correlates best, the difference of both is measured.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

LIGHTS, COLOURS = 32, 8
"""Points on a side that are kept."""

DETAIL_BYTES = LIGHTS**2 + 2 * COLOURS**2

LEAST_CORRELATION = 0.88
"""From this correlation of brightness on two pictures have the same structure."""

MOST_ERROR = 24.0
"""Steps of 255 by which brightness and colours may differ (root mean square)."""

MOST_RECOLOURED = 12.0
"""So many of them may be of other light and colours, not of another structure. Copies of real
pictures have up to 10.2; signs of one shape in different colours on one ground from 12 on."""

_LIGHTS_COMPARED, _COLOURS_COMPARED = 24, 6
_STEP, _STEPS = 1 / 80, 18
_STILL = 1e-3

Plane = NDArray[np.float64]


class Likeness(NamedTuple):
    """How alike two pictures are where they fit best: ``correlation`` of brightness (-1 to 1),
    ``error`` of brightness and colours (root mean square, in steps of 255), and the part of it
    that is ``recoloured``: what the correlation does not account for."""

    correlation: float
    error: float
    recoloured: float = 0.0

    @property
    def same_structure(self) -> bool:
        """True if one may be a part of the other, maybe brighter or in other colours."""
        return self.correlation >= LEAST_CORRELATION

    @property
    def same(self) -> bool:
        """True if one is the other, or a part of it, encoded anew at most."""
        as_light = self.error <= MOST_ERROR and self.recoloured <= MOST_RECOLOURED
        return self.same_structure and as_light


def detail(picture: Image.Image) -> bytes:
    """Return what is kept of a picture in RGB: a byte for each point, brightness first."""
    from PIL.Image import Resampling

    light, *colours = picture.convert("YCbCr").split()
    planes = [light.resize((LIGHTS, LIGHTS), Resampling.BOX)]
    planes += [each.resize((COLOURS, COLOURS), Resampling.BOX) for each in colours]
    return b"".join(each.tobytes() for each in planes)


def compare(asked: bytes, kept: bytes) -> Likeness:
    """Return how alike a picture asked about is to the best part of a kept one (both as `detail`
    gives them)."""
    parts = _parts(LIGHTS, _LIGHTS_COMPARED)
    light, known = parts[0] @ _light(asked) @ parts[0].T, _light(kept)
    alike = _correlations(light - light.mean(), known - known.mean(), parts)
    down, across = divmod(int(alike.argmax()), len(parts))
    apart = float(((parts[down] @ known @ parts[across].T - light) ** 2).mean())
    parts = _parts(COLOURS, _COLOURS_COMPARED)
    for mine, theirs in zip(_colours(asked), _colours(kept), strict=True):
        part = parts[down] @ theirs @ parts[across].T
        apart += float(((part - parts[0] @ mine @ parts[0].T) ** 2).mean())
    correlation = float(alike[down, across])
    of_structure = 2 * (1 - correlation) * float(light.var())
    return Likeness(correlation, sqrt(apart), sqrt(max(apart - of_structure, 0.0)))


def _correlations(light: Plane, known: Plane, parts: Plane) -> Plane:
    """Return how well each part of the known points, down and across, correlates with those asked
    about; the means of both planes are zero.

    No part is made: with P and R the matrices of a part down and across, K the known points and L
    those asked about, the sum of products of P K R' and L is that of L' P K and R, the sum of
    squares of P K R' that of P' P and K R' R K', and the mean that of K between the means of P and
    R.
    """
    count, points = len(parts), light.size
    products = (light.T @ parts @ known).reshape(count, -1) @ parts.reshape(count, -1).T
    squares = _squares()
    spread = squares.reshape(count, -1) @ (known @ squares @ known.T).reshape(count, -1).T
    means = parts.mean(axis=1) @ known @ parts.mean(axis=1).T
    spread = np.maximum(spread - points * means**2, _STILL)
    found: Plane = products / np.sqrt(spread * max(float((light**2).sum()), _STILL))
    return found


@lru_cache(maxsize=1)
def _squares() -> Plane:
    parts = _parts(LIGHTS, _LIGHTS_COMPARED)
    made: Plane = parts.transpose(0, 2, 1) @ parts
    return made


def _light(detail: bytes) -> Plane:
    found = np.frombuffer(detail, np.uint8, LIGHTS**2).astype(np.float64)
    return found.reshape(LIGHTS, LIGHTS)


def _colours(detail: bytes) -> Plane:
    found = np.frombuffer(detail, np.uint8, 2 * COLOURS**2, LIGHTS**2).astype(np.float64)
    return found.reshape(2, COLOURS, COLOURS)


@lru_cache(maxsize=2)
def _parts(kept: int, compared: int) -> Plane:
    """Return, for the whole side and each part of it, the matrix that averages kept points into
    those that are compared."""
    cuts = [(a, b) for a in range(_STEPS + 1) for b in range(_STEPS + 1 - a)]
    return averages(tuple((a * _STEP, 1 - b * _STEP) for a, b in cuts), kept, compared)


@lru_cache(maxsize=4)
def averages(parts: tuple[tuple[float, float], ...], kept: int, compared: int) -> Plane:
    """Return for each part of a side (its first and last, 0 to 1) the matrix that averages the kept
    points of the whole side into as many as are compared."""
    ends = np.array(parts)
    borders = np.linspace(ends[:, 0], ends[:, 1], compared + 1, axis=1)
    lower, upper = borders[:, :-1, None] * kept, borders[:, 1:, None] * kept
    point = np.arange(kept, dtype=np.float64)
    shared = np.clip(np.minimum(upper, point + 1) - np.maximum(lower, point), 0, None)
    made: Plane = shared / (upper - lower)
    return made
