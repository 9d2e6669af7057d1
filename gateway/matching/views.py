"""Views: what is matched of a layer, as plain strings with a way back to the original.

*plain*: folded, without what nobody sees, runs of spaces made one. *squeezed*: without separators
too, for Han terms. *spelled*: without those separators that set single letters apart or stand
between two letters without a space, for Latin terms. Where too much was taken out between two
characters a break (NUL, which no term contains) is put in, so that matching knows nothing of gaps.

Three more are these, character by character: leet (`LEET_LETTERS`), sounds (see pinyin), and tags.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.fold import (
    KINDS,
    Kind,
    Offsets,
    expand,
    fold_codes,
    needs_expansion,
    text_of,
)
from gateway.matching.reader import Layer

BREAK = "\0"
"""Stands in a view where two characters are too far apart to belong together."""

SEPARATORS_IN_GAP = 8
"""The most separators, emphasis characters and further spaces between two characters of a term."""

GAP = 256
"""The most code points of any sort between two characters of a term, tags and invisibles too."""

HIDDEN_RUN = 64
"""More invisible code points in a row than this hide a text."""


APOSTROPHES = "'\u2019"
"""Signs that belong to words: they never set letters apart by themselves."""

LEET_SIGNS = "0o1i2z3e4a5s6g7t8b9g@a$s!i|i+t\u20ace\u00a3i"
LEET_LETTERS = {
    ord("l"): "i",
    **{ord(sign): LEET_SIGNS[at + 1] for at, sign in enumerate(LEET_SIGNS) if at % 2 == 0},
}
"""What digits and signs look like, for ``str.translate``. One and l look alike, and like i."""


class Seen(NamedTuple):
    """A layer after folding: per code point its fold, kind and place, and whether it is seen."""

    codes: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    starts: Offsets
    ends: Offsets
    kept: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    length: int


class View(NamedTuple):
    """A string to match in; its i-th character stands at ``[starts[i], ends[i])`` of the original.

    ``places[i]`` is its index in the layer (of what stands before, for a break).
    """

    text: str
    starts: Offsets
    ends: Offsets
    places: Offsets
    seen: Seen

    def gap(self, place: int) -> Offsets:
        """Return the layer's indices of what a reader sees between a character and the one before
        it."""
        first, last = int(self.places[place - 1]) + 1, int(self.places[place])
        return np.flatnonzero(self.seen.kept[first:last]) + first

    def parted(self, place: int) -> bool:
        """True if a reader sees something between a character and the one before it."""
        return len(self.gap(place)) > 0


def see(layer: Layer, length: int) -> Seen:
    """Fold a layer of a text of ``length`` code points."""
    codes, starts, ends = layer.codes, layer.starts, layer.ends
    emphasis, hidden = layer.emphasis, layer.hidden
    kinds = KINDS[codes]
    if needs_expansion(codes):
        codes, source = expand(codes)
        starts, ends, kinds = starts[source], ends[source], kinds[source]
        emphasis = None if emphasis is None else emphasis[source]
        hidden = None if hidden is None else hidden[source]
    kept = kinds != Kind.DROPPED
    counted = np.zeros(len(codes), np.bool_) if emphasis is None else emphasis
    if emphasis is not None and hidden is not None:
        kept &= ~(emphasis | hidden)
        counted = emphasis & ~hidden
    return Seen(fold_codes(codes), kinds, starts, ends, kept, counted, length)


def plain_view(seen: Seen) -> View:
    """Return the view in which every term is looked for."""
    return _single_spaced(seen, np.flatnonzero(seen.kept), seen.counted)


def _single_spaced(seen: Seen, places: Offsets, counted: NDArray[np.bool_]) -> View:
    """Return the view of the code points at ``places`` with runs of spaces made one."""
    space = seen.codes[places] == 0x20
    again = space[1:] & space[:-1]
    if again.any():
        further = places[1:][again]
        counted = counted.copy()
        counted[further] = True
        places = places[np.concatenate(([True], ~again))]
    return _view(seen, places, counted)


def squeezed_view(seen: Seen) -> View | None:
    """Return the view in which Han terms are looked for, None if it would bring nothing new."""
    separators = seen.kept & (seen.kinds >= Kind.SOFT) & (seen.kinds <= Kind.LINE)
    if not separators.any() or not (seen.kinds == Kind.HAN).any():
        return None
    return _view(seen, np.flatnonzero(seen.kept & ~separators), seen.counted | separators)


def spelled_view(seen: Seen) -> View | None:
    """Return the view in which Latin terms are looked for letter by letter, None if it would bring
    nothing new.

    Up to eight separators between two letters are taken out if no space or apostrophe is among
    them, or if both letters stand alone. Those behind the last letter are taken out if what is
    still to come may make it so.
    """
    shown = np.flatnonzero(seen.kept)
    kinds, codes = seen.kinds[shown], seen.codes[shown]
    letters = np.flatnonzero(kinds == Kind.WORD)
    if not len(letters):
        return None
    separator = (kinds >= Kind.SOFT) & (kinds <= Kind.LINE)
    spacing = np.isin(codes, _SPACING)
    alone = np.ones(len(letters), np.bool_)
    alone[1:] &= np.diff(letters) > 1
    alone[:-1] &= np.diff(letters) > 1
    stops = np.append(letters[1:], len(shown))
    behind = np.append(alone[1:], np.True_)
    size = stops - letters - 1
    clear = _sums(~separator, letters + 1, stops) == 0
    tight = _sums(spacing, letters + 1, stops) == 0
    closed = (size > 0) & (size <= SEPARATORS_IN_GAP) & clear & (tight | (alone & behind))
    if not closed.any():
        return None
    change = np.zeros(len(shown) + 1, np.int8)
    np.add.at(change, letters[closed] + 1, 1)
    np.add.at(change, stops[closed], -1)
    gone = np.cumsum(change[:-1]) > 0
    counted = seen.counted.copy()
    counted[shown[gone]] = True
    return _single_spaced(seen, shown[~gone], counted)


_SPACING = np.array([0x20, *map(ord, APOSTROPHES)], np.uint32)


def _sums(flags: NDArray[np.bool_], starts: Offsets, stops: Offsets) -> Offsets:
    """Return how many flags are set in each ``[start, stop)``."""
    before = np.concatenate(([0], np.cumsum(flags)))
    return np.asarray(before[stops] - before[starts], np.int64)


def _view(seen: Seen, places: Offsets, counted: NDArray[np.bool_]) -> View:
    """Return the view of the code points at ``places``, with breaks where a gap is too wide."""
    starts, ends = seen.starts[places], seen.ends[places]
    before = np.cumsum(counted)
    removed = before[places]
    wide = (np.diff(removed) > SEPARATORS_IN_GAP) | (starts[1:] - ends[:-1] > GAP)
    breaks = np.flatnonzero(wide) + 1
    if len(places):
        behind = before[-1] - removed[-1] > SEPARATORS_IN_GAP or seen.length - ends[-1] > GAP
        if behind:
            breaks = np.append(breaks, len(places))
    codes = seen.codes[places]
    if len(breaks):
        codes = np.insert(codes, breaks, 0)
        starts = np.insert(starts, breaks, ends[breaks - 1])
        places = np.insert(places, breaks, places[breaks - 1])
        ends = np.insert(ends, breaks, ends[breaks - 1])
    return View(text_of(codes), starts, ends, places, seen)


def hidden_runs(seen: Seen) -> list[tuple[int, int]]:
    """Return the spans of all runs of dropped code points; what is visible ends a run."""
    dropped = (seen.kinds == Kind.DROPPED).astype(np.int8)
    edges = np.flatnonzero(np.diff(dropped, prepend=0, append=0))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(int(seen.starts[first]), int(seen.ends[last - 1])) for first, last in runs]
