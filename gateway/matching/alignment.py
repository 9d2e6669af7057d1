"""Alignment: how well a question lies along the sketch of a record.

Both are rows of one-byte codes, one per character. Equal codes are points of a matrix; a copy is a
run of points along a diagonal, which insertions and deletions shift and replacements interrupt. The
densest band of diagonals is found by counting, and in it the best chain of points by a banded local
alignment (Smith and Waterman, J. Mol. Biol. 147, 1981) over points alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MOST_CODES = 1_200
"""Of a longer question only the stretch around its hits is laid along a record."""

_NEAR_CODES = 128
"""A quote in a longer text is looked for in the stretch of so many codes with most hits: over the
whole text chance would give more points than the quote does."""

_SLICE = 8_192
_LOOK_BACK = 24
_LONGEST_GAP = 16
_SHIFT_COST = 0.75
_GAP_COST = 0.12

_LEAST_JOINED = 24
"""Fewer units (twelve ideographs) are not joined to a passage."""

_MOST_JOINED = 4
"""So many pieces are joined to the first: each is laid along anew, which takes time."""

LEAST_DENSITY = 0.62
"""So much of a passage has to run alike."""


class Places(NamedTuple):
    """A question: its codes, one past the last character of the gram of each, how many units each
    character has (two for an ideograph, one for another letter), and which are no digits."""

    codes: NDArray[np.uint8]
    ends: NDArray[np.int64]
    units: NDArray[np.int64]
    letters: NDArray[np.bool_]


class Band(NamedTuple):
    """The densest band of diagonals: its points (question, record), and how many there are beyond
    what chance gives."""

    points: NDArray[np.int64]
    excess: float


class Alignment(NamedTuple):
    """How a question lies along a record.

    ``units`` is what the aligned points cover of the question, in units; ``share`` the same as a
    part of the whole; ``density`` as a part of the passage. ``start`` and ``end`` bound the passage
    in the normalised question, ``length`` is its size in units. ``covered`` tells of each character
    whether aligned points cover it.
    """

    units: int
    share: float
    density: float
    start: int
    end: int
    length: int
    covered: NDArray[np.bool_]


NOTHING = Alignment(0, 0.0, 0.0, 0, 0, 0, np.zeros(0, bool))


def window_of(question: Places, hits: Sequence[int]) -> tuple[int, int]:
    """Return which codes of the question to lay along a record whose hits begin there."""
    size = len(question.codes)
    if size <= _MOST_CODES or not hits:
        return 0, min(size, _MOST_CODES)
    ordered = np.sort(np.array(hits))
    reach = np.searchsorted(ordered, ordered + _MOST_CODES * 3 // 4) - np.arange(len(ordered))
    first = int(ordered[int(reach.argmax())]) - _MOST_CODES // 8
    start = max(0, min(first, size - _MOST_CODES))
    return start, start + _MOST_CODES


def near_window_of(question: Places, hits: Sequence[int]) -> tuple[int, int]:
    """Return which codes of a longer question to lay along a record for themselves; none (0, 0) of
    a short one."""
    size = len(question.codes)
    if size <= _NEAR_CODES or not hits:
        return 0, 0
    ordered = np.sort(np.array(hits))
    reach = np.searchsorted(ordered, ordered + _NEAR_CODES * 3 // 4) - np.arange(len(ordered))
    most = int(reach.argmax())
    last = int(ordered[most + int(reach[most]) - 1])
    start = (int(ordered[most]) + last - _NEAR_CODES) // 2
    start = max(0, min(start, size - _NEAR_CODES))
    return start, start + _NEAR_CODES


def densest_band(question: Places, window: tuple[int, int], record: NDArray[np.uint8]) -> Band:
    """Return the band with the most points."""
    start, end = window
    asked = question.codes[start:end]
    points = _points(asked, record)
    if not len(points):
        return Band(points, 0.0)
    slack = 3 + len(asked) // 16
    diagonals = points[:, 1] - points[:, 0] + len(asked)
    counts = np.bincount(diagonals, minlength=len(asked) + len(record) + 1)
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    width = min(2 * slack + 1, len(counts))
    totals = sums[width:] - sums[:-width]
    low = int(totals.argmax())
    inside = (diagonals >= low) & (diagonals < low + width)
    chance = len(points) * width / len(counts)
    chosen = points[inside]
    chosen[:, 0] += start
    return Band(chosen, float(totals[low]) - chance)


def align(question: Places, band: Band) -> Alignment:
    """Return the best chain of the band's points, from two neighbours to two neighbours: beyond
    them one equal code alone is chance, and would draw words into the passage that are not of it.
    """
    chain = _chain(band.points)
    apart = np.diff(chain) > 1
    firm = np.flatnonzero(~apart)
    chain = chain[firm[0] : firm[-1] + 2] if len(firm) else chain[:1]
    if not chain:
        return NOTHING
    covered = np.zeros(len(question.units), bool)
    for place in chain:
        covered[place : question.ends[place]] = True
    return _told(question, covered, chain[0], int(question.ends[chain[-1]]))


def bands_of(question: Places, hits: Sequence[int], record: NDArray[np.uint8]) -> list[Band]:
    """Return the densest bands along a record that shares large grams which begin at these places:
    of a longer question first of the stretch with most of them, then of all of it."""
    windows = (near_window_of(question, hits), window_of(question, hits))
    bands = (densest_band(question, window, record) for window in windows if window[1])
    return list(bands) or [Band(np.empty((0, 2), np.int64), 0.0)]


def align_best(
    question: Places, bands: Sequence[Band], hits: Sequence[int], record: NDArray[np.uint8]
) -> Alignment:
    """Return the best of the bands' chains, with what else of the record runs along the question
    right before and behind it: whoever quotes leaves sentences out, or puts them in another order.

    What is joined is as dense as a passage of its own has to be, and holds one of the hits, so that
    chance does not bring it in.
    """
    found = [align(question, band) for band in bands]
    grown = max(found, key=lambda each: each.units if _is_dense(each) else 0)
    window = window_of(question, hits)
    for _ in range(_MOST_JOINED if _is_dense(grown) else 0):
        sides = ((window[0], grown.start), (grown.end, window[1]))
        others = (_beside(question, grown, side, hits, record) for side in sides)
        other = next((each for each in others if each.units), None)
        if other is None:
            break
        covered = grown.covered | other.covered
        ends = min(grown.start, other.start), max(grown.end, other.end)
        grown = _told(question, covered, *ends)
    return grown


def _beside(
    question: Places, grown: Alignment, side: tuple[int, int], hits: Sequence[int],
    record: NDArray[np.uint8],
) -> Alignment:  # fmt: skip
    """Return what runs alike on one side of a passage and near it."""
    first, last = side
    for _ in range(_MOST_JOINED):
        if not any(first <= hit < last for hit in hits):
            break
        other = align(question, densest_band(question, (first, last), record))
        if not _is_dense(other):
            break
        if max(grown.start - other.end, other.start - grown.end) <= _LONGEST_GAP:
            return other
        # A denser piece stands farther away: there may be one between.
        first, last = (other.end, last) if other.end <= grown.start else (first, other.start)
    return NOTHING


def _is_dense(each: Alignment) -> bool:
    return each.units >= _LEAST_JOINED and each.density >= LEAST_DENSITY


def _told(question: Places, covered: NDArray[np.bool_], first: int, last: int) -> Alignment:
    """Return the alignment that covers these characters, from the first to the last."""
    units = int(question.units[covered].sum())
    length = int(question.units[first:last].sum())
    total = int(question.units.sum())
    share, density = units / max(total, 1), units / max(length, 1)
    return Alignment(units, share, density, first, last, length, covered)


def _points(asked: NDArray[np.uint8], record: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the pairs of equal codes, a slice of a long record after the other."""
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(record), _SLICE):
        equal = asked[:, None] == record[None, start : start + _SLICE]
        flat = np.flatnonzero(equal)
        rows, columns = np.divmod(flat, equal.shape[1])
        found.append(np.stack((rows, columns + start), axis=1))
    return np.concatenate(found) if found else np.empty((0, 2), np.int64)


def _chain(points: NDArray[np.int64]) -> list[int]:
    """Return the question's places of the chain with the best score.

    A point brings one; a step costs for what it skips and for the diagonals that it shifts. A chain
    may begin anywhere, so that a passage in a foreign text is found whole.
    """
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    rows, columns = ordered[:, 0].tolist(), ordered[:, 1].tolist()
    scores: list[float] = []
    before: list[int] = []
    for number, (row, column) in enumerate(zip(rows, columns, strict=True)):
        best, origin = 0.0, -1
        for other in range(number - 1, max(-1, number - 1 - _LOOK_BACK), -1):
            ahead, along = row - rows[other], column - columns[other]
            if ahead > _LONGEST_GAP:
                break
            if ahead <= 0 or along <= 0:
                continue
            shift = abs(ahead - along)
            score = scores[other] - _GAP_COST * (ahead - 1) - _SHIFT_COST * min(shift, 4)
            if score > best:
                best, origin = score, other
        scores.append(best + 1.0)
        before.append(origin)
    if not scores:
        return []
    place = int(np.argmax(scores))
    chain: list[int] = []
    while place >= 0:
        chain.append(rows[place])
        place = before[place]
    return chain[::-1]
