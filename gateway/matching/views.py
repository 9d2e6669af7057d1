"""Views: what is matched of a layer, as plain strings with a way back to the original.

Two of them. *plain*: folded, without what nobody sees, runs of spaces made one. *squeezed*: without
separators too, for Han terms. Where too much was taken out between two characters a break (NUL,
which no term contains) is put in, so that matching knows nothing of gaps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.fold import FOLD, KINDS, Kind, Offsets, expand, needs_expansion, text_of
from gateway.matching.reader import Layer

BREAK = "\0"
"""Stands in a view where two characters are too far apart to belong together."""

SEPARATORS_IN_GAP = 8
"""The most separators, emphasis characters and further spaces between two characters of a term."""

GAP = 256
"""The most code points of any sort between two characters of a term, tags and invisibles too."""

HIDDEN_RUN = 64
"""More invisible code points in a row than this hide a text."""


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
    return Seen(FOLD[codes], kinds, starts, ends, kept, counted, length)


def plain_view(seen: Seen) -> View:
    """Return the view in which every term is looked for."""
    kept, counted = seen.kept, seen.counted
    places = np.flatnonzero(kept)
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
