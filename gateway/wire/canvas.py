"""A picture's pixels, whatever they are made of, as something that marks can be drawn on.

Colours are blended in the picture's own numbers: 1 bit, 8 and 16 bit, CMYK and floating point. Only
the stretch that is drawn on is copied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gateway.wire.lettering import Box

Pixels = NDArray[np.float32]
"""Rows, columns, channels."""

_PLAIN = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}
_ROWS = 256


class Inks(NamedTuple):
    """The numbers of dark and light in each channel of colour, and the largest of each."""

    dark: tuple[float, ...]
    light: tuple[float, ...]
    full: float


class Canvas:
    """One frame. ``image`` is a Pillow image, or an array of 16 bit numbers that Pillow lacks."""

    def __init__(self, image: Image.Image | NDArray[np.uint16]) -> None:
        self.image = image
        if isinstance(image, Image.Image):
            self.width, self.height = image.size
            self.mode = image.mode
        else:
            self.height, self.width = image.shape[:2]
            self.mode = {2: "LA", 3: "RGB", 4: "RGBA"}[image.shape[2]]
        self.inks = self._inks()

    @property
    def has_alpha(self) -> bool:
        """True if the last channel says how opaque a pixel is."""
        return self.mode in {"LA", "RGBA"}

    @property
    def is_smooth(self) -> bool:
        """False if a pixel is either black or white."""
        return self.mode != "1"

    def read(self, box: Box) -> Pixels:
        """Return a stretch of the picture."""
        if isinstance(self.image, Image.Image):
            array = np.asarray(self.image.crop(box), np.float32)
            if self.mode == "1":
                array = array * 255
        else:
            array = self.image[box.top : box.bottom, box.left : box.right].astype(np.float32)
        return array if array.ndim == 3 else array[:, :, None]

    def write(self, box: Box, pixels: Pixels) -> None:
        """Replace a stretch of the picture."""
        if not isinstance(self.image, Image.Image):
            rounded = np.clip(np.rint(pixels), 0, 65535).astype(np.uint16)
            self.image[box.top : box.bottom, box.left : box.right] = rounded
            return
        flat = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
        if self.mode == "F":
            piece = Image.fromarray(np.ascontiguousarray(flat, np.float32))
        elif self.mode == "I":
            piece = Image.fromarray(np.rint(flat).astype(np.int32))
        elif self.mode.startswith("I;16"):
            order = ">u2" if self.mode == "I;16B" else "<u2"
            numbers = np.clip(np.rint(flat), 0, 65535).astype(order)
            size = (flat.shape[1], flat.shape[0])
            piece = Image.frombytes(self.mode, size, numbers.tobytes())
        else:
            size = (flat.shape[1], flat.shape[0])
            numbers8 = np.clip(np.rint(flat), 0, 255).astype(np.uint8)
            mode = "L" if self.mode == "1" else self.mode
            piece = Image.frombytes(mode, size, numbers8.tobytes())
            if self.mode == "1":
                piece = piece.point(lambda value: 255 if value > 127 else 0).convert("1")
        self.image.paste(piece, box)

    def draw_plate(self, box: Box, ink: Pixels, opacity: float) -> None:
        """Draw a dark plate with light letters; ``ink`` is the share of each pixel, 0 to 1."""
        area = self.read(box)
        colours = len(self.inks.dark)
        dark = np.array(self.inks.dark, np.float32)
        light = np.array(self.inks.light, np.float32)
        under = area[:, :, :colours]
        if self.has_alpha:
            share = area[:, :, colours:] / self.inks.full
            under = under * share + dark * (1 - share)
        share = ink[:, :, None]
        plate = under * (1 - opacity) + dark * opacity
        drawn = np.full_like(area, self.inks.full)
        drawn[:, :, :colours] = plate * (1 - share) + light * share
        self.write(box, drawn)

    def grey(self, box: Box) -> NDArray[np.float32]:
        """Return how light a stretch is, from 0 to 1."""
        area = self.read(box)
        dark, light = np.array(self.inks.dark), np.array(self.inks.light)
        span = np.where(light == dark, np.inf, light - dark)
        scaled = (area[:, :, : len(dark)] - dark) / span
        if self.mode == "CMYK":
            ink = np.minimum(area[:, :, :3] / 255 + area[:, :, 3:] / 255, 1)
            return np.asarray(1 - ink.mean(axis=2), np.float32)
        return np.asarray(scaled.mean(axis=2), np.float32)

    def add(self, change: NDArray[np.float32]) -> None:
        """Add to the lightness of every pixel; ``change`` is in 1/255 of the full range."""
        unit = self.inks.full / 255
        if self.mode == "CMYK":
            unit = -unit
        colours = 3 if self.mode == "CMYK" else len(self.inks.dark)
        for top in range(0, self.height, _ROWS):
            box = Box(0, top, self.width, min(top + _ROWS, self.height))
            area = self.read(box).copy()
            area[:, :, :colours] += change[box.top : box.bottom, :, None] * unit
            self.write(box, np.clip(area, 0, self.inks.full))

    def _inks(self) -> Inks:
        if not isinstance(self.image, Image.Image):
            channels = self.image.shape[2] - (1 if self.has_alpha else 0)
            return Inks((0.0,) * channels, (65535.0,) * channels, 65535.0)
        if self.mode == "1":
            return Inks((0.0,), (255.0,), 255.0)
        if self.mode == "CMYK":
            return Inks((0.0, 0.0, 0.0, 255.0), (0.0,) * 4, 255.0)
        if self.mode in _PLAIN:
            channels = _PLAIN[self.mode] - (1 if self.has_alpha else 0)
            return Inks((0.0,) * channels, (255.0,) * channels, 255.0)
        if self.mode.startswith("I;16"):
            return Inks((0.0,), (65535.0,), 65535.0)
        low, high = self.image.getextrema()
        if not isinstance(low, float | int) or not isinstance(high, float | int) or low >= high:
            low, high = 0.0, 65535.0 if self.mode == "I" else 1.0
        return Inks((float(low),), (float(high),), float(high))
