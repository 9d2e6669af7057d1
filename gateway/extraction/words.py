"""Words in pictures: what a picture says in letters, read within bounds of size and time.

A picture is read at one size, its longer side at most so many pixels; one that is far longer than
wide (a conversation on a telephone) is read in tiles that overlap, so that its letters stay whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from PIL import Image, ImageOps

_LONG = 2.0
"""A picture of this shape is read in tiles."""

_OVERLAP = 0.15
_SMALL = 2
"""A picture is made so many times larger if that still fits: small letters are read better."""


class LineReader(Protocol):
    """Reads the lines of text in a picture; each step of the iteration is a little work."""

    def lines(self, picture: Image.Image) -> Iterator[str]:
        """Yield them, from the top."""
        ...


class WordHunt:
    """The words in the pictures of one file. ``unread`` is true once the time was over before all
    of them were read."""

    def __init__(
        self, reader: LineReader, side: int, seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.unread = False
        self._reader = reader
        self._side = side
        self._clock = clock
        self._left_s = seconds
        self._known: dict[int, str] = {}

    def words(self, picture: Image.Image) -> str:
        """Return what a picture says, a line below the other; a picture that comes again costs
        nothing."""
        seen = sized(picture, self._side)
        name = hash((seen.size, seen.tobytes()))
        if name not in self._known:
            began_s = self._clock()
            self._known[name] = "\n".join(self._lines(seen, began_s + self._left_s))
            self._left_s -= self._clock() - began_s
        return self._known[name]

    def _lines(self, picture: Image.Image, until_s: float) -> Iterator[str]:
        for tile in tiles(picture, self._side):
            if self._clock() >= until_s:
                self.unread = True
                return
            for line in self._reader.lines(tile):
                yield line
                if self._clock() >= until_s:
                    self.unread = True
                    return


def sized(picture: Image.Image, side: int) -> Image.Image:
    """Return a picture as large as it is read, its letters as dark as they get."""
    width, height = picture.size
    measure = min if _is_long(picture, side) else max
    scale = min(side / measure(width, height), _SMALL)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    seen = picture if size == picture.size else picture.resize(size, reducing_gap=3.0)
    return ImageOps.autocontrast(seen)


def tiles(picture: Image.Image, side: int) -> Iterator[Image.Image]:
    """Yield a picture in the pieces in which it is read."""
    if not _is_long(picture, side):
        yield picture
        return
    flat, length = picture.width > picture.height, max(picture.size)
    for start in range(0, length - int(side * _OVERLAP), int(side * (1 - _OVERLAP))):
        end = min(start + side, length)
        yield picture.crop(
            (start, 0, end, picture.height) if flat else (0, start, picture.width, end)
        )


def _is_long(picture: Image.Image, side: int) -> bool:
    short, long = sorted(picture.size)
    return long > _LONG * short and long > side
