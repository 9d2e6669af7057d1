"""Finder: which records a text or a picture may come from, by their fingerprints alone.

The rarest grams of the question name the candidates; each is confirmed by laying the question along
its sketch. Nothing is decrypted but sketches. What many records share is no evidence for one of
them: confidence is divided among those that fit as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log
from typing import NamedTuple

from gateway.matching.alignment import Alignment, align, densest_band, window_of
from gateway.matching.fingerprint import Fingerprinter, Question, normalise_with_origin
from gateway.matching.picture_hash import MOST_DIFFERENT, asked_hashes, distance, probes
from gateway.ports.store import Store

ATTRIBUTED = 0.5
"""From this confidence on a record is said to be the source; below it is a lead."""

_MOST_GRAMS = 1_500
_FEW_HOLDERS = 64
_HOLDERS = 2_000
"""A gram that so many records hold leads nowhere; it is a stock phrase. Each holder is a read at
another place of the disk, and those of the rarest grams suffice: more are read only if these few
lead nowhere, or if most of the question is stock."""

_CANDIDATES = 100
_ALIGNED = 12
_LEAST_SHARE = 0.6
_LEAST_TYPED = 0.5
_LEAST_UNITS = 30
_PASSAGE_UNITS = 70
_LEAST_DENSITY = 0.62
_AS_GOOD = 0.9


class Match(NamedTuple):
    """A record that fits: its place, how sure that is, and code points of the question."""

    place: int
    confidence: float
    start: int
    end: int


class _Candidates(NamedTuple):
    """Records that share grams with a question, and where these begin in it. ``common`` grams were
    left out since too many hold them; ``rare`` ones were counted."""

    hits: dict[int, list[int]]
    common: int
    rare: int

    @property
    def suffice(self) -> bool:
        """True if the rare grams are no chance remainder of a stock phrase."""
        return self.common <= self.rare


class Finder:
    """Reads fingerprints under the keyring's key for them."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._fingerprinter = Fingerprinter(key)

    def by_words(self, text: str) -> list[Match]:
        """Return the records that a text, or a part of it, may come from, the likeliest first."""
        normal = normalise_with_origin(text)
        question = self._fingerprinter.question(normal.text)
        likely: dict[int, Alignment] = {}
        for most in (_FEW_HOLDERS, _HOLDERS):
            candidates = self._candidates(question, most)
            aligned = self._aligned(question, candidates.hits)
            likely = {place: each for place, each in aligned.items() if is_likely(each)}
            if not candidates.common or (likely and candidates.suffice):
                break
        matches = [
            Match(
                place,
                sure,
                normal.origin[likely[place].start],
                normal.origin[likely[place].end - 1] + 1,
            )
            for place, sure in shared_confidence(likely).items()
        ]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def by_picture(self, content: bytes) -> list[Match]:
        """Return the records that released a picture, or one that it was cut from; its place in the
        question is none (0, 0)."""
        return self.by_hashes(asked_hashes(content))

    def by_hashes(self, asked: Sequence[bytes]) -> list[Match]:
        """Return the same for a picture whose hashes (`asked_hashes`) were made elsewhere."""
        probed = sorted({band for each in asked for band in probes(each)})
        held = self._store.holders(self._fingerprinter.picture_grams(probed), _HOLDERS)
        shared = Counter(place for places in held.values() for place in places)
        best = [place for place, _ in shared.most_common(_CANDIDATES)]
        near: dict[int, int] = {}
        for place, kept in self._store.fingerprints(best).items():
            apart = distance(asked, self._fingerprinter.pictures(kept.pictures))
            if apart <= MOST_DIFFERENT:
                near[place] = apart
        matches = [Match(place, _picture_confidence(apart), 0, 0) for place, apart in near.items()]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def among(self, text: str, places: Sequence[int]) -> list[Match]:
        """Return which of these few records a text of a few characters may come from: no index is
        asked, so 15 characters with two wrong ones suffice."""
        normal = normalise_with_origin(text)
        question = self._fingerprinter.question(normal.text)
        aligned = self._aligned(question, {place: [] for place in places})
        likely = {place: each for place, each in aligned.items() if each.share >= _LEAST_TYPED}
        sure = shared_confidence(likely)
        origin = normal.origin
        matches = [
            Match(place, sure[place], origin[each.start], origin[each.end - 1] + 1)
            for place, each in likely.items()
        ]
        return sorted(matches, key=lambda each: (-each.confidence, -each.place))

    def _candidates(self, question: Question, most: int) -> _Candidates:
        """Return the records that share the rarest grams: those that fewer than ``most`` hold."""
        asked = dict(list(question.grams.items())[:_MOST_GRAMS])
        held = self._store.holders(asked, most)
        weight: dict[int, float] = defaultdict(float)
        hits: dict[int, list[int]] = defaultdict(list)
        rare = {gram: places for gram, places in held.items() if len(places) < most}
        for gram, places in rare.items():
            for place in places:
                weight[place] += 1.0 + log(_HOLDERS / len(places))
                hits[place] += asked[gram]
        best = sorted(weight, key=lambda place: (-weight[place], -place))[:_CANDIDATES]
        return _Candidates({place: hits[place] for place in best}, len(held) - len(rare), len(rare))

    def _aligned(self, question: Question, hits: Mapping[int, list[int]]) -> dict[int, Alignment]:
        """Lay the question along the candidates' sketches; return the best."""
        places = question.places
        bands = []
        for place, held in self._store.fingerprints(list(hits)).items():
            codes = self._fingerprinter.codes(held.sketch)
            bands.append((densest_band(places, window_of(places, hits[place]), codes), place))
        bands.sort(key=lambda each: (-each[0].excess, -each[1]))
        return {place: align(places, band) for band, place in bands[:_ALIGNED]}


def _picture_confidence(apart: int) -> float:
    """Return how sure a picture's record is: hashes of unrelated pictures differ in 90 bits and
    more."""
    return round(1.0 - apart / (3 * MOST_DIFFERENT), 3)


def is_likely(alignment: Alignment) -> bool:
    """True if most of the question runs along the record, or a long passage of it does."""
    if alignment.density < _LEAST_DENSITY or alignment.units < _LEAST_UNITS:
        return False
    return alignment.share >= _LEAST_SHARE or alignment.length >= _PASSAGE_UNITS


def shared_confidence(alignments: Mapping[int, Alignment]) -> dict[int, float]:
    """Return how sure each is, 0 to 1: by what runs alike and how closely, divided among those
    that fit as well."""
    units: Sequence[int] = [each.units for each in alignments.values()]
    found: dict[int, float] = {}
    for place, each in alignments.items():
        as_good = sum(other >= _AS_GOOD * each.units for other in units)
        evidence = 1.0 - float(0.5 ** (each.units / 12))
        closeness = min(1.0, 0.3 + 0.8 * max(each.share, 0.9 * each.density))
        found[place] = round(evidence * closeness / max(as_good, 1), 3)
    return found
