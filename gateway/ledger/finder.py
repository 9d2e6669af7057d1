"""Finder: which records a text or a picture may come from, by their fingerprints alone.

The rarest grams of the question name the candidates; each is confirmed by laying the question along
its sketch. Nothing is decrypted but sketches. What then speaks for a record is told in
`gateway.ledger.evidence`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.ledger.evidence import Laid, drafts, is_likely, own_units, shared_confidence, told_to
from gateway.matching.alignment import (
    NOTHING,
    Alignment,
    align,
    align_best,
    bands_of,
    densest_band,
    window_of,
)
from gateway.matching.fingerprint import Fingerprinter, Normal, Question, normal_forms, units_of
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
_LEAST_TYPED = 0.5
_PIECE = 500
_LEAST_COMPARED = 16

_VOICES = 4
_MOST_VOICES = 64
"""A passage is told beside so many holders of each of its grams, if so many hold it; in all beside
so many more than the candidates."""

_LEAD = 0.49
"""The most that an unconfirmed picture's confidence is."""


class Match(NamedTuple):
    """A record that fits: its place, how sure that is, and code points of the question."""

    place: int
    confidence: float
    start: int
    end: int


class Finder:
    """Reads fingerprints under the keyring's key for them."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._fingerprinter = Fingerprinter(key)

    def by_words(self, text: str) -> list[Match]:
        """Return the records that a text, or a part of it, may come from, the likeliest first."""
        forms = normal_forms(text[:_MOST_ASKED])
        return _surest(match for form in forms for match in self._by_form(form))

    def _by_form(self, normal: Normal) -> list[Match]:
        question = self._fingerprinter.question(normal.text)
        laid: list[Laid] = []
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
        return _matches(normal, likely, shared_confidence(likely, own))

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
        forms = [each.text for each in normal_forms(text[:_MOST_ASKED])]
        if kept is None or not kept.sketch or units_of(forms[0]) < _LEAST_COMPARED:
            return None
        codes = self._fingerprinter.codes(kept.sketch)
        return max(self._share(normal, codes) for normal in forms)

    def _share(self, normal: str, codes: NDArray[np.uint8]) -> float:
        there = 0.0
        for at in range(0, len(normal), _PIECE):
            places = self._fingerprinter.question(normal[at : at + _PIECE]).places
            band = densest_band(places, window_of(places, []), codes)
            there += align(places, band).units
        return there / units_of(normal)

    def among(self, text: str, places: Sequence[int]) -> list[Match]:
        """Return which of these few records a text of a few characters may come from: no index is
        asked, so 15 characters with two wrong ones suffice."""
        found: list[Match] = []
        for normal in normal_forms(text[:_MOST_ASKED]):
            question = self._fingerprinter.question(normal.text)
            laid = self._laid(question, {place: [] for place in places})
            likely = {each.place: each.along for each in laid if each.along.share >= _LEAST_TYPED}
            found += _matches(normal, likely, shared_confidence(likely))
        return _surest(found)

    def _laid(self, question: Question, hits: Mapping[int, list[int]]) -> list[Laid]:
        """Lay the question along the candidates' sketches; return the best first. Those that
        are not among the best are told with nothing aligned."""
        places = question.places
        bands = []
        for place, held in self._store.fingerprints(list(hits)).items():
            codes = self._fingerprinter.codes(held.sketch)
            bands.append((bands_of(places, hits[place], codes), place, codes))
        bands.sort(key=lambda each: (-each[0][0].excess, -each[1]))
        best = [
            Laid(place, align_best(places, some, hits[place], codes), codes)
            for some, place, codes in bands[:_ALIGNED]
        ]
        return best + [Laid(place, NOTHING, codes) for _, place, codes in bands[_ALIGNED:]]


def _matches(
    normal: Normal, likely: Mapping[int, Alignment], sure: Mapping[int, float]
) -> list[Match]:
    """Return the likely records with their passages as places of the original."""
    return [
        Match(place, sure[place], normal.origin[each.start], normal.origin[each.end - 1] + 1)
        for place, each in likely.items()
    ]


def _surest(matches: Iterable[Match]) -> list[Match]:
    """Return the surest match of each record, the likeliest record first."""
    best: dict[int, Match] = {}
    for each in sorted(matches, key=lambda each: (-each.confidence, -each.place)):
        best.setdefault(each.place, each)
    return list(best.values())


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
    passages = [(each.start, told_to(each)) for each in likely.values()]
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
