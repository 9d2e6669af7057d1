"""An invisible watermark in a picture's lightness, that carries the 40 bits of its label code.

Optional (GB 45438-2025 only encourages marks in the content). What it survives is measured by
``python -m tests.bench.watermark`` and stated in docs/marks-images.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gateway.matching import spread
from gateway.matching.label_code import code_of_number, number_of_code
from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from gateway.wire import image_file
from gateway.wire.canvas import Canvas
from gateway.wire.lettering import Box
from gateway.wire.media_fault import MediaFault
from gateway.wire.picture import Limits, Picture

AMPLITUDE = 2.4
"""Standard deviation of the mark in grey levels of 255, before it follows the picture."""

SMALLEST_SIDE = 256
LONGEST_SHAPE = 8
"""Pictures smaller than this, or longer than so many times their height, cannot bear the mark."""

_SCALES = tuple(float(each) for each in np.geomspace(1.0, 0.70, 68)[1:])
"""A crop leaves the mark larger in what is left: how much of the canonical plane is still there."""

_STRONGER = (1.0, 1.5)
_UNDRAWABLE = frozenset({MediaFormat.SVG, MediaFormat.GIF})


class ImageWatermark:
    """Weaves a claim's code into the pixels; a FileMark. ``key`` has 16 to 64 bytes.

    ``amplitude`` is what it costs: PSNR falls by 6 dB when it doubles.
    """

    name = "image_watermark"
    family = MarkFamily.WATERMARK
    formats = image_file.FORMATS

    def __init__(
        self,
        key: bytes,
        *,
        amplitude: float = AMPLITUDE,
        limits: Limits = Limits(),  # noqa: B008
    ) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("the watermark's key has 16 to 64 bytes")
        self._key = key
        self._amplitude = amplitude
        self._limits = limits

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the picture with the mark and the receipt (see gateway.ports.mark.Mark)."""
        try:
            number = number_of_code(claim.code)
        except ValueError:
            return content, Receipt(self.name, "failed", "no_label_code")
        try:
            found = image_file.picture_format(content)
            if found in _UNDRAWABLE:
                return content, Receipt(self.name, "not_possible", f"{found.value}_bears_none")
            return self._stamp(content, found, number)
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)

    def verify(self, content: bytes) -> list[Claim]:
        """Return the claim of the code found, without being told scale, crop or mirroring."""
        try:
            found = image_file.picture_format(content)
            if found in _UNDRAWABLE:
                return []
            frame = Picture.first(content, found, self._limits)
        except MediaFault:
            return []
        sides = sorted((frame.width, frame.height))
        if sides[0] < SMALLEST_SIDE // 4 or sides[1] > LONGEST_SHAPE * sides[0]:
            return []
        number = self._search(_plane(frame))
        return [] if number is None else [Claim("", code_of_number(number))]

    def _stamp(self, content: bytes, found: MediaFormat, number: int) -> tuple[bytes, Receipt]:
        first = Picture.first(content, found, self._limits)
        sides = sorted((first.width, first.height))
        if sides[0] < SMALLEST_SIDE or sides[1] > LONGEST_SHAPE * sides[0] or first.mode == "1":
            return content, Receipt(self.name, "not_possible", "too_small_for_watermark")
        there = self._in_place(_plane(first))
        if there == number:
            return content, Receipt(self.name, "written", "it was there")
        for strength in _STRONGER:
            picture = Picture(content, found, self._limits)
            for frame in picture.frames:
                if min(frame.width, frame.height) >= SMALLEST_SIDE:
                    frame.add(self._change(frame, number, there) * strength)
            stamped = picture.encoded({})
            read = self._in_place(_plane(Picture.first(stamped, found, self._limits)))
            if read == number:
                return stamped, Receipt(self.name, "written")
        return content, Receipt(self.name, "not_possible", "picture_hides_no_mark")

    def _change(self, frame: Canvas, number: int, there: int | None) -> spread.Plane:
        """Return what is added to each pixel; a mark that is there is taken out with it."""
        plane = _plane(frame)
        tile = spread.tile(self._key, number)
        if there is not None:
            tile = tile - spread.tile(self._key, there)
        height, width = plane.shape
        repeats = (-(-height // spread.TILE), -(-width // spread.TILE))
        mark = np.tile(tile, repeats)[:height, :width] * spread.activity(plane)
        image = Image.fromarray(np.ascontiguousarray(mark, np.float32))
        grown = image.resize((frame.width, frame.height), Image.Resampling.BICUBIC)
        return np.asarray(grown, np.float32) * np.float32(self._amplitude)

    def _in_place(self, plane: spread.Plane) -> int | None:
        """Return the number of a mark in a plane that nobody cropped."""
        return self._read(spread.folded(spread.flattened(plane)))

    def _read(self, tile: spread.Plane) -> int | None:
        found = spread.numbers(self._key, spread.bits_at_best(self._key, tile))
        return next(iter(found), None)

    def _search(self, plane: spread.Plane) -> int | None:
        """Return the number in a plane, as it is or larger than it was, or mirrored."""
        flat = spread.flattened(plane)
        whole = spread.folded(flat)
        for tile in (whole, whole[:, ::-1]):
            number = self._read(tile)
            if number is not None:
                return number
        found = sorted(self._scaled(flat), key=lambda each: -each[0])
        numbers = (self._read(tile) for _, tile in found[: spread.CANDIDATES - 2])
        return next((number for number in numbers if number is not None), None)

    def _scaled(self, flat: spread.Plane) -> Iterator[tuple[float, spread.Plane]]:
        """Give a score and the folded tile for each scale, straight and mirrored."""
        image = Image.fromarray(flat)
        for scale in _SCALES:
            size = (round(flat.shape[1] * scale), round(flat.shape[0] * scale))
            smaller = np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32)
            tile = spread.folded(smaller)
            straight, mirrored = spread.scores(self._key, tile)
            yield straight, tile
            yield mirrored, tile[:, ::-1]


def _plane(frame: Canvas) -> spread.Plane:
    """Return the lightness in the canonical size, in grey levels of 255."""
    grey = frame.grey(Box(0, 0, frame.width, frame.height)) * np.float32(255)
    factor = spread.SHORT_SIDE / min(frame.width, frame.height)
    size = (max(1, round(frame.width * factor)), max(1, round(frame.height * factor)))
    image = Image.fromarray(np.ascontiguousarray(grey, np.float32))
    shrunk: NDArray[np.float32] = np.asarray(
        image.resize(size, Image.Resampling.BICUBIC), np.float32
    )
    return shrunk
