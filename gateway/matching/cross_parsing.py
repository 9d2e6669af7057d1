"""Cross parsing: what it takes to say a passage in the words of others.

A passage is told from a library of sketches, from left to right, by stretches that stand in one of
them and by characters that stand alone (Ziv and Merhav, IEEE Trans. Inf. Theory 39, 1993). A
character alone costs its units, a stretch a fixed sum however long it is: stock phrases are cheap,
and so is whatever some other text says as well, seldom or often. What one text says in one stretch
and others only in many is that text's own. A stretch that the passage itself said before is no less
cheap (Ziv and Lempel, IEEE Trans. Inf. Theory 23, 1977): rows of one form and words of little
variety must be long to say much.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.alignment import Places

_STRETCH_CODES = 3
"""Shorter stretches stand somewhere by chance; they would cost hardly less than their characters.
"""

_STRETCH_COST = 5
"""A stretch in units, as many as two and a half ideographs."""

_STOCK_UNITS = 18
_STOCK_VOICES = 2
"""What so many sketches say in a stretch of so many units is stock."""


class Told(NamedTuple):
    """A question in the words of others: how many codes from each code on stand in one sketch, or
    began before in the question; and of each character whether it is of a stock phrase."""

    lengths: dict[int, int]
    stock: NDArray[np.bool_]


class Library:
    """Sketches laid one behind the other."""

    def __init__(self, sketches: Collection[NDArray[np.uint8]]) -> None:
        sizes = [len(codes) + 1 for codes in sketches]
        self._codes = np.full(sum(sizes), -1, np.int16)
        self._sketch = np.repeat(np.arange(len(sizes)), sizes)
        start = 0
        for codes, size in zip(sketches, sizes, strict=True):
            self._codes[start : start + size - 1] = codes
            start += size

    def tell(self, question: Places, rows: Iterable[int]) -> Told:
        """Tell these codes of the question (without gaps where a stretch shall go on)."""
        wanted = sorted(rows, reverse=True)
        asked = question.codes[wanted[::-1]].astype(np.int16)
        codes = np.concatenate((self._codes, asked))
        runs = np.zeros(len(codes) + 1, np.int16)
        told = Told({}, np.zeros(len(question.units), bool))
        long = _codes_of(question, _STOCK_UNITS)
        below = -1
        for number, row in enumerate(wanted, 1):
            if row != below - 1:
                runs[:] = 0
            runs[:-1] = (runs[1:] + 1) * (codes == question.codes[row])
            told.lengths[row] = int(runs[: len(codes) - number].max(initial=0))
            if told.lengths[row] >= long[row] and self._is_stock(runs, int(long[row])):
                told.stock[row : question.ends[row + long[row] - 1]] = True
            below = row
        return told

    def _is_stock(self, runs: NDArray[np.int16], long: int) -> bool:
        said = np.flatnonzero(runs[: len(self._codes)] >= long)
        return len(np.unique(self._sketch[said])) >= _STOCK_VOICES


def _codes_of(question: Places, units: int) -> NDArray[np.int64]:
    """Return for each code how many from there on cover so many units, ends beyond the last too."""
    reach = np.concatenate(([0], np.cumsum(question.units)))
    ends = np.searchsorted(reach, reach[: len(question.codes)] + units)
    found: NDArray[np.int64] = np.searchsorted(question.ends, ends) - np.arange(len(ends)) + 1
    return found


def cost(question: Places, lengths: dict[int, int], start: int, end: int) -> int:
    """Return how many units it takes to tell the characters ``[start, end)`` of the question."""
    spent = 0
    open_copies: list[tuple[int, int]] = []
    units = question.units[start:end].tolist()
    for place, own in enumerate(units, start):
        length = lengths.get(place, 0)
        if length >= _STRETCH_CODES:
            reach = int(question.ends[place + length - 1])
            if not open_copies or reach > open_copies[-1][0]:
                open_copies.append((reach, spent + _STRETCH_COST))
        while open_copies and open_copies[0][0] <= place:
            open_copies.pop(0)
        spent += own
        if open_copies:
            spent = min(spent, open_copies[0][1])
    return spent
