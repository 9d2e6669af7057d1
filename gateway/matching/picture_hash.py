"""Picture hash: finds a picture again that was encoded anew, scaled or cropped by a tenth.

The hash is PDQ (Meta, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm",
2019; library ``pdqhash``): 256 coefficients of a low-pass picture's discrete cosine transform, and
of each one bit: whether it is above their median. PDQ alone loses a picture whose edge was cut, so
a picture is hashed through windows that lack up to 20 % of its width and height, in steps of 5 %;
the question through windows in steps of 2.5 %. Whatever a crop took away, a tenth of one side or of
every side, one of the pairs differs by little more than one per cent at each edge.

All windows are cut and averaged in one product of matrices into the 64 by 64 points that PDQ looks
at; what it would do to larger pictures, filter and decimate them, is then done.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.picture_detail import Likeness, averages, compare, detail
from gateway.matching.picture_frame import inside
from gateway.matching.picture_index import probes
from gateway.nouns.picture import HASH_BYTES, Looks, Sought

if TYPE_CHECKING:
    from PIL import Image

MOST_DIFFERENT = 44
"""Bits in which two hashes of one picture may differ. Copies of photographs and drawings stay
below; beyond are plain patterns, whose bits say little, and from about 50 on pictures that have
only an outline in common (`python -m tests.bench.pictures` has the distributions)."""

LEAST_QUALITY = 20
"""PDQ's measure of how much there is to see; a blank page is like every other blank page."""

_POINTS = 64
_LIGHT_SIDE = 128
_OPENED_SIDE = 256
_DRAFT_SIDE = 512
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_KEPT_CUTS, _KEPT_IN_ALL = (0.0, 0.05, 0.1), 0.2
_ASKED_CUTS, _ASKED_IN_ALL = (0.0, 0.025), 0.05
_MOST_PIXELS = 64_000_000

Spans = list[tuple[float, float]]


class Nearness(NamedTuple):
    """How near two pictures are: bits in which their nearest hashes differ, and how alike their
    details are; None if one has none, or the hashes are too different to look."""

    apart: int
    likeness: Likeness | None = None


def looks(content: bytes) -> Looks | None:
    """Return what is kept of a picture; None if it is no picture that can be opened, too large (64
    million pixels), or shows too little to be told from others."""
    picture = _opened(content)
    if picture is None:
        return None
    seen = _transformed(picture, _spans(_KEPT_CUTS, _KEPT_IN_ALL))
    return None if seen is None else _looks(picture, seen)


def sought(content: bytes) -> list[Sought]:
    """Return what a picture is asked about with: itself and, if it has a plain border, what is
    inside; nothing as for `looks`."""
    picture = _opened(content)
    if picture is None:
        return []
    found: list[Sought] = []
    within = inside(picture)
    for each in (picture,) if within is None else (picture, within):
        seen = _transformed(each, _spans(_ASKED_CUTS, _ASKED_IN_ALL))
        if seen is not None:
            found.append(Sought(_looks(each, seen), tuple(probes(seen))))
    return found


def nearness(asked: Looks, known: Looks) -> Nearness:
    """Return how near a picture asked about is to a known one."""
    apart = distance(asked.windows, known.windows)
    if apart > MOST_DIFFERENT or not asked.detail or not known.detail:
        return Nearness(apart)
    return Nearness(apart, compare(asked.detail, known.detail))


def distance(asked: Sequence[bytes], known: Sequence[bytes]) -> int:
    """Return in how many bits the nearest pair differs; 256 if there is none."""
    if not asked or not known:
        return 8 * HASH_BYTES
    mine, theirs = (
        np.frombuffer(b"".join(each), np.uint64).reshape(-1, HASH_BYTES // 8)
        for each in (asked, known)
    )
    different = np.bitwise_count(mine[:, None] ^ theirs).sum(axis=2, dtype=np.int64)
    return int(different.min())


def _opened(content: bytes) -> Image.Image | None:
    """Return the picture upright, in colour on white, and no larger than needed."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if opened.width * opened.height > _MOST_PIXELS or min(opened.size) < 16:
                return None
            opened.draft("RGB", (_DRAFT_SIDE, _DRAFT_SIDE))
            ImageOps.exif_transpose(opened, in_place=True)
            return _in_colour(opened)
    except (
        OSError, ValueError, SyntaxError, EOFError, ArithmeticError, KeyError, IndexError,
        MemoryError, UnidentifiedImageError, Warning, Image.DecompressionBombError,
    ):  # fmt: skip
        return None


def _in_colour(opened: Image.Image) -> Image.Image:
    from PIL import Image

    size, averaged = (_OPENED_SIDE, _OPENED_SIDE), Image.Resampling.BOX
    if opened.mode.startswith("I;16"):  # Pillow would cut them off at 255
        deep = (np.asarray(opened).astype(np.uint16) >> 8).astype(np.uint8)
        return Image.fromarray(deep).resize(size, averaged).convert("RGB")
    if not opened.has_transparency_data:
        return opened.convert("RGB").resize(size, averaged)
    clear = opened.convert("RGBA").resize(size, averaged)
    ground = Image.new("RGBA", size, "white")
    ground.alpha_composite(clear)
    return ground.convert("RGB")


def _looks(picture: Image.Image, seen: NDArray[np.float64]) -> Looks:
    bits = np.packbits(seen > 0, axis=1)
    return Looks(tuple(dict.fromkeys(each.tobytes() for each in bits)), detail(picture))


def _transformed(picture: Image.Image, spans: Spans) -> NDArray[np.float64] | None:
    """Return for each window how far PDQ's coefficients are above their median; windows that show
    too little are left out. None if the whole picture does."""
    import pdqhash
    from PIL.Image import Resampling

    small = picture.resize((_LIGHT_SIDE, _LIGHT_SIDE), Resampling.BOX)
    light = np.asarray(small, np.float32) @ _LUMA
    cuts = averages(tuple(spans), _LIGHT_SIDE, _POINTS).astype(np.float32)
    rows = cuts.reshape(-1, _LIGHT_SIDE)
    points = np.rint(rows @ light @ rows.T).astype(np.uint8)
    count = len(spans)
    windows = points.reshape(count, _POINTS, count, _POINTS).transpose(0, 2, 1, 3)
    found: list[NDArray[np.float64]] = []
    for each in windows.reshape(-1, _POINTS, _POINTS):
        values, quality = pdqhash.compute_float(np.repeat(each[..., None], 3, axis=2))
        if quality >= LEAST_QUALITY:
            found.append(values - np.median(values))
        elif not found:
            return None
    return np.array(found)


def _spans(cuts: tuple[float, ...], in_all: float) -> Spans:
    """Return first and last of what is left of a side, the whole side first."""
    return [
        (before, 1 - after) for before in cuts for after in cuts if before + after <= in_all + 1e-9
    ]
