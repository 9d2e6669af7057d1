"""Finder: which records a text or a picture may come from, by their fingerprints alone.

The rarest grams of the question name the candidates; each is confirmed by laying the question along
its sketch. Nothing is decrypted but sketches. What many records share is no evidence for one of
them: what speaks for a record is how many units it takes to tell its passage in the words of the
other candidates, and confidence is divided among those that fit as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.alignment import NOTHING, Alignment, Places, align, densest_band, window_of
from gateway.matching.cross_parsing import Library, cost
from gateway.matching.fingerprint import (
    Fingerprinter,
    Question,
    normalise,
    normalise_with_origin,
    units_of,
)
from gateway.matching.picture_hash import MOST_DIFFERENT, Nearness, nearness, sought
from gateway.nouns.picture import Sought
from gateway.ports.store import Store

ATTRIBUTED = 0.5
"""From this confidence on a record is said to be the source; below it is a lead."""

_MOST_ASKED = 50_000
"""So many code points of a text are looked up: a page takes a few thousand, and memory is owed for
each."""

_MOST_GRAMS = 1_500
_HOLDERS = (64, 500, 2_000)
"""A gram that so many records hold leads nowhere; it is a stock phrase. Each holder is a read at
another place of the disk, and those of the rarest grams mostly suffice: more are read, in steps,
if these few lead nowhere, or if most of the question is stock."""

_CANDIDATES = 100
_MOST_TIED = 400
_TIED = 0.9
"""Of a question that shares one gram with many, all are candidates that share as much as the best.
"""

_ALIGNED = 12
_LEAST_SHARE = 0.6
_LEAST_TYPED = 0.5
_PIECE = 500
_LEAST_COMPARED = 16
_LEAST_UNITS = 30
_PASSAGE_UNITS = 70
_LEAST_DENSITY = 0.62
_AS_GOOD = 0.9
_DRAFTS = 8
"""So many likely candidates may be drafts of one answer; the words of further ones are stock."""

_VOICES = 4
_MOST_VOICES = 64
"""A passage is told beside so many holders of each of its grams, if so many hold it; in all beside
so many more than the candidates."""

_MOST_TOLD = 400
"""Of a longer passage only so many codes are told in the words of others: it has shown enough."""

_HALF_OWN = 20
_HALF_TYPED = 12
"""Every so many units halve the doubt: those of a record's own, and those typed of few records."""

_LEAD = 0.49
"""The most that an unconfirmed picture's confidence is."""


class Match(NamedTuple):
    """A record that fits: its place, how sure that is, and code points of the question."""

    place: int
    confidence: float
    start: int
    end: int


class _Laid(NamedTuple):
    """A candidate with the codes of its sketch, and how the question lies along them."""

    place: int
    along: Alignment
    codes: NDArray[np.uint8]


class Finder:
    """Reads fingerprints under the keyring's key for them."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._fingerprinter = Fingerprinter(key)

    def by_words(self, text: str) -> list[Match]:
        """Return the records that a text, or a part of it, may come from, the likeliest first."""
        normal = normalise_with_origin(text[:_MOST_ASKED])
        question = self._fingerprinter.question(normal.text)
        laid: list[_Laid] = []
        likely: dict[int, Alignment] = {}
        held: dict[int, list[int]] = {}
        open_grams: Sequence[int] = list(question.grams)[:_MOST_GRAMS]
        for most in _HOLDERS:
            held.update(self._store.holders(open_grams, most))
            open_grams = [gram for gram in open_grams if len(held.get(gram, ())) >= most]
            rare = {gram: held[gram] for gram in held.keys() - set(open_grams)}
            laid = self._laid(question, candidates(question, rare))
            likely = {each.place: each.along for each in laid if is_likely(each.along)}
            if not open_grams or (likely and len(open_grams) <= len(rare)):
                break  # the rare grams are no chance remainder of a stock phrase
        places = chorus(question, likely, held, [each.place for each in laid])
        own = own_units(question.places, likely, [*laid, *self._laid(question, places)])
        matches = [
            Match(
                place,
                sure,
                normal.origin[likely[place].start],
                normal.origin[likely[place].end - 1] + 1,
            )
            for place, sure in shared_confidence(likely, own).items()
        ]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def by_picture(self, content: bytes) -> list[Match]:
        """Return the records that released a picture, or one that it was cut from; its place in the
        question is none (0, 0)."""
        return self.by_looks(sought(content))

    def by_looks(self, asked: Sequence[Sought]) -> list[Match]:
        """Return the same for a picture that was looked at elsewhere (`sought`)."""
        probed = sorted({band for one in asked for band in one.probes})
        held = self._store.holders(self._fingerprinter.picture_grams(probed), _HOLDERS[-1])
        shared = Counter(place for places in held.values() for place in places)
        best = [place for place, _ in shared.most_common(_CANDIDATES)]
        sure: dict[int, float] = {}
        for place, kept in self._store.fingerprints(best).items():
            known = self._fingerprinter.pictures(kept.pictures)
            near = (nearness(one.looks, other) for one in asked for other in known)
            sure[place] = max(map(picture_confidence, near), default=0.0)
        matches = [Match(place, each, 0, 0) for place, each in sure.items() if each]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def by_file(self, digest: bytes) -> list[int]:
        """Return the places of the records that released a file with this SHA-256."""
        grams = self._fingerprinter.file_grams(digest)
        held = self._store.holders(grams, _HOLDERS[-1])
        return sorted(set.intersection(*(set(held.get(gram, ())) for gram in grams)))

    def looks_alike(self, asked: Sequence[Sought], place: int) -> bool | None:
        """Return whether a picture is one that a record released, or a part of it; None if the
        record keeps no looks, or the picture shows too little."""
        kept = self._store.fingerprints([place]).get(place)
        known = self._fingerprinter.pictures(kept.pictures) if kept else []
        if not asked or not known:
            return None
        near = (nearness(one.looks, other) for one in asked for other in known)
        return any(picture_confidence(each) >= ATTRIBUTED for each in near)

    def share(self, text: str, place: int) -> float | None:
        """Return how much of a text stands in a record, in the order that it has there but for
        pieces of some hundred letters; None if the record keeps no text, or the text is too short.
        """
        kept = self._store.fingerprints([place]).get(place)
        normal = normalise(text[:_MOST_ASKED])
        if kept is None or not kept.sketch or units_of(normal) < _LEAST_COMPARED:
            return None
        codes, there = self._fingerprinter.codes(kept.sketch), 0.0
        for at in range(0, len(normal), _PIECE):
            places = self._fingerprinter.question(normal[at : at + _PIECE]).places
            band = densest_band(places, window_of(places, []), codes)
            there += align(places, band).units
        return there / units_of(normal)

    def among(self, text: str, places: Sequence[int]) -> list[Match]:
        """Return which of these few records a text of a few characters may come from: no index is
        asked, so 15 characters with two wrong ones suffice."""
        normal = normalise_with_origin(text[:_MOST_ASKED])
        question = self._fingerprinter.question(normal.text)
        laid = self._laid(question, {place: [] for place in places})
        likely = {each.place: each.along for each in laid if each.along.share >= _LEAST_TYPED}
        sure = shared_confidence(likely)
        origin = normal.origin
        matches = [
            Match(place, sure[place], origin[each.start], origin[each.end - 1] + 1)
            for place, each in likely.items()
        ]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def _laid(self, question: Question, hits: Mapping[int, list[int]]) -> list[_Laid]:
        """Lay the question along the candidates' sketches; return the best first. Those that
        are not among the best are told with nothing aligned."""
        places = question.places
        bands = []
        for place, held in self._store.fingerprints(list(hits)).items():
            codes = self._fingerprinter.codes(held.sketch)
            band = densest_band(places, window_of(places, hits[place]), codes)
            bands.append((band, place, codes))
        bands.sort(key=lambda each: (-each[0].excess, -each[1]))
        best = [_Laid(place, align(places, band), codes) for band, place, codes in bands[:_ALIGNED]]
        return best + [_Laid(place, NOTHING, codes) for _, place, codes in bands[_ALIGNED:]]


def candidates(question: Question, rare: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """Return the records that share most with a question, by these grams and who holds them, and
    where the shared grams begin in it; more than `_CANDIDATES` only where they share as much as the
    best."""
    weight: dict[int, float] = defaultdict(float)
    hits: dict[int, list[int]] = defaultdict(list)
    for gram, places in rare.items():
        for place in places:
            weight[place] += 1.0 + log(_HOLDERS[-1] / len(places))
            hits[place] += question.grams[gram]
    best = sorted(weight, key=lambda place: (-weight[place], -place))[:_MOST_TIED]
    return {
        place: hits[place]
        for number, place in enumerate(best)
        if number < _CANDIDATES or weight[place] >= _TIED * weight[best[0]]
    }


def picture_confidence(near: Nearness) -> float:
    """Return how sure it is that a picture is the one it is near to; 0 if it is not.

    Attributed is what the detail confirms. Where brightness or colours alone are others, or an
    earlier version kept no detail, it is a lead.
    """
    if near.apart > MOST_DIFFERENT:
        return 0.0
    sure = 1.0 - near.apart / (3 * MOST_DIFFERENT)
    if near.likeness is None:
        return round(_LEAD * sure, 3)
    if not near.likeness.same_structure:
        return 0.0
    return round(sure if near.likeness.same else _LEAD * sure, 3)


def is_likely(alignment: Alignment) -> bool:
    """True if most of the question runs along the record, or a long passage of it does."""
    if alignment.density < _LEAST_DENSITY or alignment.units < _LEAST_UNITS:
        return False
    return alignment.share >= _LEAST_SHARE or alignment.length >= _PASSAGE_UNITS


def chorus(
    question: Question,
    likely: Mapping[int, Alignment],
    held: Mapping[int, list[int]],
    known: Collection[int],
) -> dict[int, list[int]]:
    """Return which records to read beyond the known ones, so that `_VOICES` others are known that
    hold a gram of a likely passage, for each that so many hold, and where the grams that they hold
    begin. Those that hold most come first: candidates hold rare grams, and what many say may stand
    in none of them."""
    best = drafts(likely)
    passages = [(each.start, _told_to(each)) for each in likely.values()]
    voices = {
        gram: [place for place in held.get(gram, ())[: _HOLDERS[0]] if place not in best]
        for gram, starts in question.grams.items()
        if any(first <= start < last for first, last in passages for start in starts)
    }
    count = Counter(place for places in voices.values() for place in places)
    chosen: dict[int, None] = {}
    for places in voices.values():
        lacking = _VOICES - sum(place in known or place in chosen for place in places)
        new = [place for place in places if place not in known and place not in chosen]
        new.sort(key=lambda place: (-count[place], place))
        chosen.update(dict.fromkeys(new[: max(lacking, 0)]))
    return {
        place: [start for gram, places in voices.items() if place in places
                for start in question.grams[gram]]
        for place in list(chosen)[:_MOST_VOICES]
    }  # fmt: skip


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


def _told_to(each: Alignment) -> int:
    """Return where the part of a passage ends that is told in the words of others."""
    return min(each.end, each.start + _MOST_TOLD)


def own_units(
    question: Places, likely: Mapping[int, Alignment], laid: Sequence[_Laid]
) -> dict[int, int]:
    """Return how many units speak for each likely candidate: what it takes to tell its passage in
    the words of the others, less what it leaves out itself, once for want of it and once as error;
    at most the letters that run alike outside of stock phrases: counters, dates and sums are alike
    everywhere, and so is the order of what everybody says.
    Where others share its form, no more than what it says beyond that.

    Of those that are likely the best are no others: they may be drafts of one answer.
    """
    if not likely:
        return {}
    best = drafts(likely)
    others = Library([each.codes for each in laid if each.place not in best])
    ends = {place: _told_to(each) for place, each in likely.items()}
    rows = {row for place, each in likely.items() for row in range(each.start, ends[place])}
    known = others.tell(question, (row for row in rows if row < len(question.codes)))
    own: dict[int, int] = {}
    for place, each in likely.items():
        passage = slice(each.start, ends[place])
        units, covered = question.units[passage], each.covered[passage]
        left_out = int(units[~covered].sum())
        words = int(units[covered & question.letters[passage] & ~known.stock[passage]].sum())
        told = cost(question, known.lengths, each.start, ends[place]) - 2 * left_out
        own[place] = min(told, _outside_form(question, passage, place, laid) - left_out, words)
    return own


def _outside_form(question: Places, passage: slice, place: int, laid: Sequence[_Laid]) -> int:
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
        found[place] = round(sure / max(as_good, 1), 3)
    return found


def _fits_as_well(other: Alignment, one: Alignment) -> bool:
    """True if another covers as much, and most of the same: not the other half of a quote that is
    stitched from two texts."""
    both = int((other.covered & one.covered).sum())
    return other.units >= _AS_GOOD * one.units and 2 * both >= int(one.covered.sum())
