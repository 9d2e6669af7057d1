"""Picture hash: finds a picture again that was encoded anew, scaled or cropped by a tenth.

The hash is PDQ (Meta, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm",
2019; library ``pdqhash``): 256 bits of a low-pass picture's discrete cosine transform. PDQ alone
loses a picture whose edge was cut, so a picture is hashed through windows that lack up to 15 % of
its width and height, in steps of 5 %; the question through windows in steps of 2.5 %. Whatever a
crop by a tenth took away, one of the pairs differs by little more than one per cent at each edge.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.picture_detail import DETAIL_BYTES, Likeness, compare, detail

if TYPE_CHECKING:
    from PIL import Image

HASH_BYTES = 32
MOST_DIFFERENT = 70
"""Bits in which two hashes of one picture may differ (`python -m tests.bench.pictures` has the
distributions)."""

LEAST_QUALITY = 20
"""PDQ's measure of how much there is to see; a blank page is like every other blank page."""

_BANDS = 8
_SIDE = 128
_OPENED_SIDE = 512
_KEPT_CUTS, _KEPT_IN_ALL = (0.0, 0.05, 0.1), 0.15
_ASKED_CUTS, _ASKED_IN_ALL = (0.0, 0.025), 0.05
_MOST_PIXELS = 64_000_000


class Looks(NamedTuple):
    """What is known of one picture; no ``detail`` if an earlier version kept it."""

    windows: tuple[bytes, ...]
    detail: bytes = b""


class Nearness(NamedTuple):
    """How near two pictures are: bits in which their nearest hashes differ, and how alike their
    details are; None if one has none, or the hashes are too different to look."""

    apart: int
    likeness: Likeness | None = None


def hashes(content: bytes) -> list[bytes]:
    """Return the hashes of a picture to keep and its detail; none if it is no picture that can be
    opened, too large (64 million pixels), or shows too little to be told from others."""
    return _hashes(content, _spans(_KEPT_CUTS, _KEPT_IN_ALL))


def asked_hashes(content: bytes) -> list[bytes]:
    """Return the hashes of a picture to ask with and its detail; none as for `hashes`."""
    return _hashes(content, _spans(_ASKED_CUTS, _ASKED_IN_ALL))


def bands(each: bytes) -> list[int]:
    """Return eight bands of a hash: band number and 16 bits in one number."""
    words = np.frombuffer(each, ">u2")[:_BANDS].tolist()
    return [number << 16 | word for number, word in enumerate(words)]


def probes(each: bytes) -> list[int]:
    """Return the bands of a hash and those that differ from them in one bit."""
    return [
        number << 16 | (word ^ flip)
        for number, word in enumerate(np.frombuffer(each, ">u2")[:_BANDS].tolist())
        for flip in (0, *(1 << bit for bit in range(16)))
    ]


def looks_of(known: Sequence[bytes]) -> list[Looks]:
    """Return the pictures of a list of hashes and details."""
    found: list[Looks] = []
    windows: list[bytes] = []
    for each in known:
        if len(each) == HASH_BYTES:
            windows.append(each)
            continue
        found.append(Looks(tuple(windows), each))
        windows = []
    return [*found, Looks(tuple(windows))] if windows else found


def nearness(asked: Looks, known: Looks) -> Nearness:
    """Return how near a picture asked about is to a known one."""
    apart = distance(asked.windows, known.windows)
    if apart > MOST_DIFFERENT or not asked.detail or not known.detail:
        return Nearness(apart)
    return Nearness(apart, compare(asked.detail, known.detail))


def packed(known: Sequence[bytes]) -> bytes:
    """Return a list of hashes and details in the form in which it is kept.

    A one; for each picture how many hashes it has (128 more if a detail follows them), the hashes,
    the detail; zeros to a length that is one more than a multiple of 32. Earlier versions kept
    hashes alone, whose length is such a multiple.
    """
    parts = [b"\x01"]
    for each in looks_of(known):
        parts += [bytes([len(each.windows) | bool(each.detail) << 7]), *each.windows, each.detail]
    size = sum(map(len, parts))
    return b"".join(parts) + bytes((1 - size) % HASH_BYTES) if len(parts) > 1 else b""


def unpacked(plain: bytes) -> list[Looks]:
    """Return the pictures of a packed list, or of hashes alone."""
    if len(plain) % HASH_BYTES == 0:
        return looks_of(_rows(plain))
    found: list[Looks] = []
    at = 1
    while at < len(plain) and plain[at]:
        end = at + 1 + (plain[at] & 0x7F) * HASH_BYTES
        after = end + (DETAIL_BYTES if plain[at] & 0x80 else 0)
        found.append(Looks(tuple(_rows(plain[at + 1 : end])), plain[end:after]))
        at = after
    return found


def _rows(plain: bytes) -> list[bytes]:
    return [plain[at : at + HASH_BYTES] for at in range(0, len(plain), HASH_BYTES)]


def distance(asked: Sequence[bytes], known: Sequence[bytes]) -> int:
    """Return in how many bits the nearest pair differs; 256 if there is none."""
    nearest = 8 * HASH_BYTES
    rows = np.frombuffer(b"".join(known), np.uint8).reshape(-1, HASH_BYTES)
    for each in asked if len(rows) else ():
        different: NDArray[np.uint8] = np.bitwise_xor(rows, np.frombuffer(each, np.uint8))
        nearest = min(nearest, int(np.unpackbits(different, axis=1).sum(axis=1).min()))
    return nearest


def _opened(content: bytes) -> Image.Image | None:
    """Return the picture upright, in colour on white, and no larger than needed."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            opened.draft("RGB", (_OPENED_SIDE, _OPENED_SIDE))
            upright = ImageOps.exif_transpose(opened)
            clear = upright.convert("RGBA")
    except (
        OSError, ValueError, SyntaxError, EOFError, ArithmeticError, KeyError, IndexError,
        MemoryError, UnidentifiedImageError, Warning, Image.DecompressionBombError,
    ):  # fmt: skip
        return None
    if min(clear.size) < 16:
        return None
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return ground.convert("RGB").resize((_OPENED_SIDE, _OPENED_SIDE), Image.Resampling.BOX)


def _hashes(content: bytes, spans: list[tuple[float, float]]) -> list[bytes]:
    picture = _opened(content)
    if picture is None:
        return []
    side = _OPENED_SIDE
    boxes = [
        (round(side * left), round(side * top), round(side * right), round(side * bottom))
        for left, right in spans
        for top, bottom in spans
    ]
    found = [_hash(picture, box) for box in boxes]
    if found[0] is None:
        return []
    return [*dict.fromkeys(each for each in found if each is not None), detail(picture)]


def _spans(cuts: tuple[float, ...], in_all: float) -> list[tuple[float, float]]:
    """Return first and last of what is left of a side, the whole side first."""
    return [
        (before, 1 - after) for before in cuts for after in cuts if before + after <= in_all + 1e-9
    ]


def _hash(picture: Image.Image, box: tuple[int, int, int, int]) -> bytes | None:
    import pdqhash
    from PIL.Image import Resampling

    small = picture.resize((_SIDE, _SIDE), Resampling.BILINEAR, box)
    bits, quality = pdqhash.compute(np.asarray(small))
    return np.packbits(bits).tobytes() if quality >= LEAST_QUALITY else None
