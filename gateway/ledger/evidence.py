"""Evidence: what speaks for a record to be the source of a quote that runs along it.

What many records share is no evidence for one of them: what speaks for a record is how many units
it takes to tell its passage in the words of the other candidates, and confidence is divided among
those that fit as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.alignment import LEAST_DENSITY, Alignment, Places
from gateway.matching.cross_parsing import Library, cost

_LEAST_SHARE = 0.6
_LEAST_UNITS = 30
_PASSAGE_UNITS = 56
_AS_GOOD = 0.9
_DRAFTS = 8
"""So many likely candidates may be drafts of one answer; the words of further ones are stock."""

_MOST_TOLD = 400
"""Of a longer passage only so many codes are told in the words of others: it has shown enough."""

_HALF_OWN = 20
_HALF_TYPED = 12
"""Every so many units halve the doubt: those of a record's own, and those typed of few records."""

_SUREST = 0.998
"""Words alone make nothing surer: of two records that say the same neither gets half."""

_VERBATIM = 2
"""So many times a record's own units count where it says the whole of a longer question word for
word: nothing speaks against it. Half of a quote is often stock."""


class Laid(NamedTuple):
    """A candidate with the codes of its sketch, and how the question lies along them."""

    place: int
    along: Alignment
    codes: NDArray[np.uint8]


def is_likely(alignment: Alignment) -> bool:
    """True if most of the question runs along the record, or a long passage of it does."""
    if alignment.density < LEAST_DENSITY or alignment.units < _LEAST_UNITS:
        return False
    return alignment.share >= _LEAST_SHARE or alignment.length >= _PASSAGE_UNITS


def drafts(likely: Mapping[int, Alignment]) -> list[int]:
    """Return the best of the likely candidates: they may be drafts of one answer. Not so those that
    say less than half of what a better one does, and little beside it."""
    best: list[int] = []
    for place in sorted(likely, key=lambda place: (-likely[place].units, -place)):
        one = likely[place]
        if not any(_says_little_of(one, likely[other]) for other in best):
            best.append(place)
    return best[:_DRAFTS]


def _says_little_of(one: Alignment, other: Alignment) -> bool:
    both = int((one.covered & other.covered).sum())
    return 2 * one.units < other.units and 2 * both >= int(one.covered.sum())


def told_to(each: Alignment) -> int:
    """Return where the part of a passage ends that is told in the words of others."""
    return min(each.end, each.start + _MOST_TOLD)


def own_units(
    question: Places, likely: Mapping[int, Alignment], laid: Sequence[Laid]
) -> dict[int, int]:
    """Return how many units speak for each likely candidate: what it takes to tell its passage in
    the words of the others, less what it leaves out itself, once for want of it and once as error;
    at most the letters that run alike outside of stock phrases: counters, dates and sums are alike
    everywhere, and so is the order of what everybody says.
    Where others share its form, no more than what it says beyond that. They count `_VERBATIM` times
    for who says all of a longer question word for word.

    Of those that are likely the best are no others: they may be drafts of one answer.
    """
    if not likely:
        return {}
    best = drafts(likely)
    others = Library([each.codes for each in laid if each.place not in best])
    ends = {place: told_to(each) for place, each in likely.items()}
    rows = {row for place, each in likely.items() for row in range(each.start, ends[place])}
    known = others.tell(question, (row for row in rows if row < len(question.codes)))
    asked = question.codes.tobytes()
    verbatim = {
        each.place
        for each in laid
        if each.along.length >= _PASSAGE_UNITS and asked in each.codes.tobytes()
    }
    own: dict[int, int] = {}
    for place, each in likely.items():
        passage = slice(each.start, ends[place])
        units, covered = question.units[passage], each.covered[passage]
        left_out = int(units[~covered].sum())
        words = int(units[covered & question.letters[passage] & ~known.stock[passage]].sum())
        told = cost(question, known.lengths, each.start, ends[place]) - 2 * left_out
        own[place] = min(told, _outside_form(question, passage, place, laid) - left_out, words)
        own[place] *= _VERBATIM if place in verbatim else 1
    return own


def _outside_form(question: Places, passage: slice, place: int, laid: Sequence[Laid]) -> int:
    """Return how many units of a passage are not of the form that two other records share with it:
    what the second best of them leaves out when it is laid along, gaps and all. (One alone may be a
    draft.) Who says less than half of it has no form in common with it."""
    units = question.units[passage]
    total = int(units.sum())
    left_out = sorted(
        total - int(units[each.along.covered[passage]].sum())
        for each in laid
        if each.place != place and each.along.units
    )
    second = left_out[1] if len(left_out) > 1 else total
    return second if 2 * second <= total else total


def shared_confidence(
    alignments: Mapping[int, Alignment], own: Mapping[int, int] | None = None
) -> dict[int, float]:
    """Return how sure each is, 0 to 1: by its ``own`` units, from which edits are taken already, or
    where these are not told by all that runs alike and how closely; divided among those that fit
    the same passage as well."""
    found: dict[int, float] = {}
    for place, each in alignments.items():
        as_good = sum(_fits_as_well(other, each) for other in alignments.values())
        if own is None:
            closeness = min(1.0, 0.3 + 0.8 * max(each.share, 0.9 * each.density))
            sure = closeness * (1.0 - float(0.5 ** (each.units / _HALF_TYPED)))
        else:
            sure = 1.0 - float(0.5 ** (max(1, own[place]) / _HALF_OWN))
        sure = min(sure, _SUREST)
        found[place] = round(sure / max(as_good, 1), 3)
    return found


def _fits_as_well(other: Alignment, one: Alignment) -> bool:
    """True if another covers as much, and most of the same: not the other half of a quote that is
    stitched from two texts."""
    both = int((other.covered & one.covered).sum())
    return other.units >= _AS_GOOD * one.units and 2 * both >= int(one.covered.sum())
