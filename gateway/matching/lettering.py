"""Words drawn as a mask, in fonts that are packaged.

Han characters stand in ``labels.ttf``: common punctuation and the 3,755 usual characters of GB 2312
from Droid Sans Fallback (Apache-2.0), made by fonttools' ``pyftsubset --no-hinting``. Latin letters
and figures are Aileron's (CC0), which Pillow brings with it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).parent / "labels.ttf"

_FLAT = frozenset("一二三·—–…-_.,:;'\"、。，：；“”‘’~=+")
"""What is flat by nature, and does not say how high a line is."""

_LARGEST = 4096
_LONGEST = 200


@lru_cache(maxsize=64)
def render(text: str, height_px: int) -> NDArray[np.uint8]:
    """Return a line of text as an alpha mask (rows, columns), cut to its ink.

    Each upright letter is at least ``height_px`` high: capital letters, figures, Han characters.
    Raises ValueError for text without ink, a character that no font has, or absurd heights.
    """
    if not 4 <= height_px <= _LARGEST or not 0 < len(text) <= _LONGEST:
        raise ValueError("text cannot be drawn at this size")
    runs = [(is_han, "".join(letters)) for is_han, letters in groupby(text, key=_is_han)]
    fonts = {is_han: _fitted(text, height_px, han=is_han) for is_han, _ in runs}
    width = sum(fonts[is_han].getlength(run) for is_han, run in runs)
    tall = 3 * max(font.size for font in fonts.values())
    mask = Image.new("L", (int(width) + 2 * height_px, int(tall)))
    pen, at = ImageDraw.Draw(mask), float(height_px)
    for is_han, run in runs:
        drop = 0.12 * height_px if is_han else 0.0  # Han characters reach a little below the line
        pen.text((at, tall * 2 / 3 + drop), run, fill=255, font=fonts[is_han], anchor="ls")
        at += fonts[is_han].getlength(run)
    box = mask.getbbox()
    if box is None:
        raise ValueError("text has no ink")
    return np.array(mask.crop(box), dtype=np.uint8)


def _is_han(letter: str) -> bool:
    return ord(letter) >= 0x2E80


def _font(size: int, *, han: bool) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT), size) if han else ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise ValueError("Pillow was built without FreeType")
    return font


def _fitted(text: str, height_px: int, *, han: bool) -> ImageFont.FreeTypeFont:
    """Return a font in which every upright letter of its kind is as high as wanted."""
    mine = {letter for letter in text if _is_han(letter) is han and letter.strip()}
    size, font = height_px, _font(height_px, han=han)
    missing = bytes(font.getmask("\uffff"))
    if any(bytes(font.getmask(letter)) == missing for letter in mine):
        raise ValueError("the font lacks a character")
    upright = [each for each in mine - _FLAT if not each.islower()] or list(mine - _FLAT)
    while upright and min(_ink_height(font, letter) for letter in upright) < height_px:
        size += max(1, size // 50)
        font = _font(size, han=han)
    return font


def _ink_height(font: ImageFont.FreeTypeFont, letter: str) -> float:
    _, top, _, bottom = font.getbbox(letter)
    return bottom - top
