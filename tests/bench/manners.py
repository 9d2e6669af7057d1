"""Quotes as people make them: what they leave out, renumber, retype and write in another script.

Each manner takes what an answer says and returns what somebody quotes of it, 40 Chinese characters
or 20 English words unless it says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO

import numpy as np
from numpy.random import Generator
from opencc import OpenCC
from PIL import Image, ImageDraw, ImageFont

from gateway.wire.lettering import font_file
from tests.bench.answers import edited, quote

Manner = Callable[[str, Generator], str]

_SIDE = 24
_OCR_LATIN = {
    "l": "1", "i": "l", "o": "0", "m": "rn", "d": "cl", "e": "c", "h": "b", "n": "ri", "t": "f",
    "u": "ii", "w": "vv", "g": "q", "s": "5", "a": "o", "r": "t", "b": "h", "p": "o",
}  # fmt: skip
_PUNCTUATION = str.maketrans({
    "。": ". ", "，": ", ", "！": "! ", "？": "? ", "：": ": ", "、": ", ", "；": "; ",
    ",": "，", ".": "。", "?": "？", "!": "！", "'": "\u2019",
})  # fmt: skip
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_NUMBER = re.compile(r"^\d+\. ", re.MULTILINE)


def is_chinese(text: str) -> bool:
    """True if a text's quotes are counted in ideographs."""
    return any(letter > "\u2e80" for letter in text[:5])


def _units(text: str) -> list[str]:
    return list(text) if is_chinese(text) else re.findall(r"\S+\s*", text)


def parted(
    text: str, chance: Generator, *, between: tuple[int, int], joint: str, size: int = 1,
    pieces: int = 2,
) -> str:  # fmt: skip
    """Return pieces of a quote (of so many times the usual size) with what stands between them left
    out: so many ideographs, or half as many words."""
    units = _units(text)
    whole, scale = (40 * size, 1) if is_chinese(text) else (20 * size, 2)
    gaps = (chance.integers(*between, size=pieces - 1) // scale).tolist()
    room = max(0, len(units) - whole)
    gaps = [min(gap, room // (pieces - 1)) for gap in gaps]
    at = int(chance.integers(max(1, room - sum(gaps))))
    found: list[str] = []
    for gap in [*gaps, 0]:
        found.append("".join(units[at : at + whole // pieces]))
        at += whole // pieces + gap
    return joint.join(found)


def swapped(text: str, chance: Generator) -> str:
    """Return a quote whose second half stands first."""
    units = _units(quote(text, chance))
    return "".join(units[len(units) // 2 :]) + " " + "".join(units[: len(units) // 2])


def listed(text: str, chance: Generator) -> str:
    """Return an answer as a numbered list, an item every 18 ideographs or 9 words or so."""
    units = _units(text)
    items: list[str] = []
    size = 18 if is_chinese(text) else 9
    while units:
        count = max(3, int(chance.normal(size, size / 4)))
        items.append("".join(units[:count]))
        units = units[count:]
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))


def renumbered(text: str, chance: Generator, form: Callable[[int], str]) -> str:
    """Return three items of a list, counted anew."""
    items = _NUMBER.sub("", text).split("\n")
    start = int(chance.integers(max(1, len(items) - 3)))
    return "\n".join(form(n) + item for n, item in enumerate(items[start : start + 3], 1))


def punctuated(text: str, chance: Generator) -> str:
    """Return a quote with the other language's punctuation, and lines broken anywhere."""
    asked = quote(text, chance).translate(_PUNCTUATION)
    place = int(chance.integers(len(asked)))
    return asked[:place] + "\n> " + asked[place:]


def wide(text: str, chance: Generator) -> str:
    """Return a quote in full width."""
    return quote(text, chance).translate(_WIDE)


def written(text: str, chance: Generator, name: str) -> str:
    """Return a quote as OpenCC turns it (``s2t``, ``t2s``...)."""
    return str(_converter(name).convert(quote(text, chance)))


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def in_script(text: str, name: str) -> str:
    """Return a text as OpenCC turns it."""
    return str(_converter(name).convert(text))


def misread(text: str, chance: Generator, share: float) -> str:
    """Return a quote in which that share of the characters was taken for one that looks like it,
    in lines of a screen's width."""
    letters = list(quote(text, chance))
    for place in np.flatnonzero(chance.random(len(letters)) < share).tolist():
        letters[place] = _looks_like(letters[place])
    width = 18 if is_chinese(text) else 38
    lines = ["".join(letters[n : n + width]) for n in range(0, len(letters), width)]
    return "\n".join(lines)


def _looks_like(letter: str) -> str:
    if letter in _OCR_LATIN:
        return _OCR_LATIN[letter]
    return _nearest(letter) if letter > "\u2e80" else letter


@cache
def _nearest(letter: str) -> str:
    """Return the common ideograph whose drawing is nearest."""
    letters, drawn = _drawings()
    mine = _drawing(letter)
    likeness = drawn @ mine
    if letter in letters:
        likeness[letters.index(letter)] = -1.0
    return letters[int(likeness.argmax())]


@cache
def _drawings() -> tuple[list[str], np.ndarray]:
    common = [
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFE)
    ]  # fmt: skip
    return common, np.stack([_drawing(letter) for letter in common])


def _drawing(letter: str) -> np.ndarray:
    picture = Image.new("L", (_SIDE, _SIDE))
    ImageDraw.Draw(picture).text((0, 0), letter, font=_font(), fill=255)
    points = np.asarray(picture.resize((12, 12)), np.float64).ravel()
    points -= points.mean()
    return np.asarray(points / (np.linalg.norm(points) or 1.0))


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_file()), 22, layout_engine=ImageFont.Layout.BASIC)


def posted(text: str, chance: Generator, others: list[str], share: float = 0.0) -> str:
    """Return a quote in the middle of some 300 characters of other words."""
    same = [each for each in others if is_chinese(each) == is_chinese(text)]
    before, after = (same[n] for n in chance.integers(len(same), size=2).tolist())
    mine = edited(quote(text, chance), share, chance)
    return f"{before[30:200]} “{mine}” {after[30:160]}"


def manners(others: list[str]) -> dict[str, Manner]:
    """Return the manners by name; posts are written with the words of ``others``."""
    return {
        "untouched": quote,
        "one sentence left out": partial(parted, between=(10, 40), joint="。"),
        "the same, halves twice as long": partial(parted, between=(10, 40), joint="。", size=2),
        "ellipsis for 50 to 150 characters": partial(parted, between=(50, 150), joint="……"),
        "the same, in brackets, twice as long": partial(
            parted, between=(50, 150), joint=" [...] ", size=2),
        "three pieces": partial(parted, between=(10, 40), joint="。", pieces=3),
        "halves swapped": swapped,
        "other punctuation, a line broken": punctuated,
        "full width": wide,
        "traditional": partial(written, name="s2t"),
        "traditional, words of Taiwan": partial(written, name="s2twp"),
        "traditional, Hong Kong": partial(written, name="s2hk"),
        "misread, 3 %": partial(misread, share=0.03),
        "misread, 8 %": partial(misread, share=0.08),
        "misread, 15 %": partial(misread, share=0.15),
        "in a post": partial(posted, others=others),
        "in a post, 10 % edited": partial(posted, others=others, share=0.1),
    }  # fmt: skip


def manners_of_lists() -> dict[str, Manner]:
    """Return how people quote three items of a list."""
    return {
        "items counted anew": partial(renumbered, form=lambda n: f"{n}. "),
        "items with bullets": partial(renumbered, form=lambda _: "- "),
        "items in brackets": partial(renumbered, form=lambda n: f"({n}) "),
    }
