"""Picture frame: what is left of a picture without the plain border that a screenshot adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

_PLAIN = 16
"""Steps of 255 of brightness between the 5th and the 95th of a hundred points of a plain line."""

_LEAST_LEFT = 0.4
_LEAST_CUT = 2


def inside(picture: Image.Image) -> Image.Image | None:
    """Return what a plain border surrounds, as large as the whole; None if there is none, or too
    little is left. Each line of a border is plain; two of them may have two colours."""
    from PIL.Image import Resampling

    points = np.asarray(picture.convert("L"), np.float32)
    top, bottom = _ends(points)
    if top == bottom:
        return None
    left, right = _ends(points[top:bottom].T)
    if min(bottom - top, right - left) < _LEAST_LEFT * len(points):
        return None
    if (bottom - top) + (right - left) > 2 * len(points) - _LEAST_CUT:
        return None
    return picture.resize(picture.size, Resampling.BILINEAR, (left, top, right, bottom))


def _ends(lines: NDArray[np.float32]) -> tuple[int, int]:
    """Return the first and one past the last line that is not plain; nothing if all are."""
    spread = np.percentile(lines, 95, axis=1) - np.percentile(lines, 5, axis=1)
    busy = np.flatnonzero(spread > _PLAIN)
    return (int(busy[0]), int(busy[-1]) + 1) if len(busy) else (0, 0)
