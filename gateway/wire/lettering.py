"""The lettering of visible labels: how large, in which lines, and where in the frame.

GB 45438-2025, 5.2 asks for a text height of at least 5 % of the shortest side. Not the size of a
font is meant here but the ink that every letter really shows, measured from its pixels; letters
that are flat by nature (一, a dash, a dot) are passed over. The height of a line in which capitals,
digits or ideographs stand is theirs: its small letters (a, e, n) are not measured, else an English
label would be a third larger than a Chinese one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from io import BytesIO
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gateway.wire.label_font import FONT

SHARE = 0.05
"""Height of the letters over the shortest side."""

COMFORTABLE, SMALLEST = 14, 7
"""Ink in pixels: what a small picture's label has if there is room, and below which none is
legible."""

MODEST = 0.3
"""Share of a small picture's area above which its label is rather made smaller."""

SEPARATOR = " · "
_FLAT = 0.4
_PROBE = 128
_INK = 128


class Layout(NamedTuple):
    """A label laid out: font size and padding in pixels, its lines, and the size of its plate."""

    size: int
    padding: int
    lines: tuple[str, ...]
    pitch: int
    ascent: int
    width: int
    height: int


class Box(NamedTuple):
    """A rectangle in pixels; right and lower edges are outside."""

    left: int
    top: int
    right: int
    bottom: int


def missing(text: str) -> str:
    """Return the characters of a text that the packaged font cannot draw."""
    return "".join(sorted({each for each in text if not each.isspace() and not _has(each)}))


def needed(short_side: float, share: float = SHARE) -> int:
    """Return the ink in pixels that every letter must show in a picture: the share and a pixel."""
    return ceil(share * short_side) + 1


@lru_cache(maxsize=256)
def lay_out(text: str, width: int, height: int, *, share: float = SHARE) -> Layout | None:
    """Return the label laid out inside a frame, None if it cannot stand there legibly.

    As large as needed, never smaller: ``share`` of the shorter side. Where the code has no room the
    words stand alone. Remembered: all frames of an animation are of one size.
    """
    need = needed(min(width, height), share)
    for words in dict.fromkeys((text, text.split(SEPARATOR, maxsplit=1)[0])):
        inks = range(max(need, COMFORTABLE), max(need, SMALLEST) - 1, -1)
        fits = [found for ink in inks if (found := _fitted(words, ink, width, height))]
        modest = (each for each in fits if each.width * each.height <= MODEST * width * height)
        if fits:
            return next(modest, fits[-1])
    return None


def place(layout: Layout, position: str, width: int, height: int) -> Box:
    """Return where the plate stands, a little inside the frame where there is room."""
    gap_x = min(layout.padding, (width - layout.width) // 2)
    gap_y = min(layout.padding, (height - layout.height) // 2)
    left = (width - layout.width) // 2
    if "left" in position:
        left = gap_x
    elif "right" in position:
        left = width - layout.width - gap_x
    top = gap_y if "top" in position else height - layout.height - gap_y
    return Box(left, top, left + layout.width, top + layout.height)


@lru_cache(maxsize=8)
def coverage(layout: Layout, *, smooth: bool = True) -> NDArray[np.float32]:
    """Return how much of each pixel of the plate is ink, from 0 to 1; not to be written to."""
    plate = Image.new("L", (layout.width, layout.height))
    pen = ImageDraw.Draw(plate)
    pen.fontmode = "L" if smooth else "1"
    font = _font(layout.size)
    for number, line in enumerate(layout.lines):
        left = (layout.width - font.getlength(line)) / 2
        base = layout.padding + layout.ascent + number * layout.pitch
        pen.text((round(left), base), line, font=font, fill=255, anchor="ls")
    ink = np.asarray(plate, np.float32) / np.float32(255)
    ink.setflags(write=False)
    return ink


def ink_height(letter: str, size: int) -> int:
    """Return the rows from a letter's first ink to its last at a font size."""
    return _ink_height(letter, size)


def measured(text: str) -> set[str]:
    """Return the letters and digits whose height is the text's: none that is flat by nature, and
    small ones only where there are no others."""
    tall = {letter for letter in text if _is_tall(letter)}
    return {letter for letter in tall if not letter.islower()} or tall


def _is_tall(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LN" and _ink_height(letter, _PROBE) > _FLAT * _PROBE


def _fitted(text: str, ink: int, width: int, height: int) -> Layout | None:
    size = _size_for(text, ink)
    font = _font(size)
    padding = max(1, ink // 3)
    room = width - 2 * padding
    lines = _broken(text, font, room)
    if lines is None:
        return None
    boxes = [font.getbbox(line, anchor="ls") for line in lines]
    ascent = ceil(max(-box[1] for box in boxes))
    descent = ceil(max(0, *(box[3] for box in boxes)))
    pitch = ascent + descent + max(1, ink // 4)
    wide = ceil(max(font.getlength(line) for line in lines)) + 2 * padding
    high = pitch * (len(lines) - 1) + ascent + descent + 2 * padding
    if wide > width or high > height:
        return None
    return Layout(size, padding, lines, pitch, ascent, wide, high)


def _broken(text: str, font: ImageFont.FreeTypeFont, room: float) -> tuple[str, ...] | None:
    """Return the text in lines that fit, broken first before the code, then between words."""
    if font.getlength(text) <= room:
        return (text,)
    parts = text.split(SEPARATOR)
    if len(parts) > 1 and all(font.getlength(part) <= room for part in parts):
        return tuple(parts)
    lines = [""]
    for part in _breakable(text.replace(SEPARATOR, " ")):
        if font.getlength((lines[-1] + part).rstrip()) <= room:
            lines[-1] += part
            continue
        for piece in (part,) if font.getlength(part.strip()) <= room else tuple(part):
            if font.getlength(piece.strip()) > room:
                return None
            if font.getlength((lines[-1] + piece).rstrip()) <= room and len(part) > 1:
                lines[-1] += piece
            else:
                lines.append(piece.lstrip())
    return tuple(line.strip() for line in lines if line.strip())


def _breakable(text: str) -> list[str]:
    """Return the pieces between which a line may end: Han letters, and words with their blank."""
    pieces: list[str] = []
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in "WF"
        if pieces and not wide and not pieces[-1].endswith(" ") and pieces[-1][-1] < "\u2e80":
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _size_for(text: str, ink: int) -> int:
    """Return the font size at which every letter that counts shows enough ink."""
    letters = measured(text) or {"人"}
    smallest = min(_ink_height(letter, _PROBE) for letter in letters)
    size = ink * _PROBE // smallest
    while min(_ink_height(letter, size) for letter in letters) < ink:
        size += 1
    return size


@lru_cache(maxsize=4096)
def _ink_height(letter: str, size: int) -> int:
    font = _font(size)
    canvas = Image.new("L", (2 * size + 2, 2 * size + 2))
    ImageDraw.Draw(canvas).text(
        (size // 2, size + size // 2), letter, font=font, fill=255, anchor="ls"
    )
    rows = np.flatnonzero((np.asarray(canvas) >= _INK).any(axis=1))
    return int(rows[-1] - rows[0] + 1) if len(rows) else 0


@lru_cache(maxsize=4096)
def _has(letter: str) -> bool:
    """True if the font's picture of a letter is not that of a letter that no font has."""
    font = _font(32)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd")) or letter == "□"


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_file()), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def font_file() -> bytes:
    """Return the packaged font."""
    return FONT.read_bytes()
