"""Shows a text with spans underlined, as wide as a terminal draws it.

Han and other wide characters take two columns, combining and invisible ones none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

COLUMNS = 76
_INVISIBLE = {"Mn", "Me", "Cf"}
_WIDE = {"W", "F"}


class Stroke(NamedTuple):
    """A span to underline (code points) with a character and a note."""

    start: int
    end: int
    ink: str
    note: str


def width(character: str) -> int:
    """Return how many columns a terminal gives a character."""
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def underlined(text: str, strokes: Sequence[Stroke], columns: int = COLUMNS) -> list[str]:
    """Return the text's lines, each followed by its strokes and notes where it has any.

    Control characters are shown as a dot, so that a text cannot steer the terminal.
    """
    lines: list[str] = []
    noted: set[int] = set()
    for start, end in _rows(text, columns):
        shown = "".join(drawn(each) for each in text[start:end])
        lines.append(shown)
        touching = [
            (number, each)
            for number, each in enumerate(strokes)
            if each.start < end and each.end > start
        ]
        if touching:
            lines.append(_marks(text, start, end, [each for _, each in touching]))
        for number, each in touching:
            if number not in noted:
                noted.add(number)
                lines.append(f"  {each.ink * 2} {each.note}")
    return lines


def drawn(character: str) -> str:
    """Return what is shown of a character: of one that could steer the terminal a dot."""
    category = unicodedata.category(character)
    return "·" if category in {"Cc", "Cs"} else character


def _rows(text: str, columns: int) -> list[tuple[int, int]]:
    """Return the spans of the lines: broken at line ends and at the terminal's edge."""
    rows: list[tuple[int, int]] = []
    start, used = 0, 0
    for position, character in enumerate(text):
        if character == "\n":
            rows.append((start, position))
            start, used = position + 1, 0
            continue
        step = width(character)
        if used + step > columns:
            rows.append((start, position))
            start, used = position, 0
        used += step
    rows.append((start, len(text)))
    return rows


def _marks(text: str, start: int, end: int, strokes: Sequence[Stroke]) -> str:
    cells: list[str] = []
    for position in range(start, end):
        ink = " "
        for stroke in strokes:
            if stroke.start <= position < stroke.end:
                ink = stroke.ink
                break
        cells.append(ink * (width(text[position]) or 0))
    return "".join(cells).rstrip()
