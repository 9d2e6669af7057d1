"""Allow-phrases: what stands around a term and takes its finding away.

Of a phrase that begins or ends with its term, and holds it once, only two characters of the term
are looked for, at the place where they stand in the match. So thirty phrases around a long term do
not hold it thirty times, and the same words around a hundred terms are few.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from gateway.matching.automaton import LONGEST_TERM, Match, TermAutomaton
from gateway.matching.fold import SEPARATORS, Offsets
from gateway.matching.views import GAP

ALLOW_REACH = GAP
"""An allow-phrase begins at most so many code points before the term."""

KEPT = 2
"""Characters of the term that are kept of a phrase that begins or ends with it."""

SIDES = AROUND, BEFORE, BEHIND = (0, 1, 2)

_END_OF = itemgetter(2)


class AllowPhrase(NamedTuple):
    """A folded phrase as it is looked for: whole (``side`` is `AROUND`), up to the term's first
    characters (`BEFORE`), or from its last on (`BEHIND`)."""

    text: str
    side: int


def allow_phrase(phrase: str, term: str) -> AllowPhrase:
    """Return how a folded phrase is looked for around matches of a folded term."""
    if len(term) >= KEPT and phrase.find(term) == phrase.rfind(term):
        if phrase.endswith(term) and not SEPARATORS.search(term[:KEPT]):
            return AllowPhrase(phrase[: len(phrase) - len(term) + KEPT], BEFORE)
        if phrase.startswith(term) and not SEPARATORS.search(term[-KEPT:]):
            return AllowPhrase(phrase[len(term) - KEPT :], BEHIND)
    return AllowPhrase(phrase, AROUND)


class AllowPhrases:
    """The phrases of a lexicon, each with the entries that it speaks for.

    Who speaks for whom is kept in two arrays: a set for each phrase would be most of the memory
    that a lexicon takes beside its automaton.
    """

    def __init__(self, rows: Mapping[int, Collection[AllowPhrase]]) -> None:
        """Take the phrases by entry; each is looked for as written and without separators."""
        numbers: dict[AllowPhrase, int] = {}
        forms: dict[AllowPhrase, list[int]] = {}
        pairs = array("Q")
        for entry, phrases in rows.items():
            for phrase in phrases:
                if phrase not in forms:
                    bare = phrase._replace(text=SEPARATORS.sub("", phrase.text))
                    forms[phrase] = [numbers.setdefault(x, len(numbers)) for x in {phrase, bare}]
                pairs.extend(number << 32 | entry for number in forms[phrase])
        ordered = sorted(numbers, key=lambda phrase: (phrase.side, phrase.text))
        self.automaton = TermAutomaton(
            [[each.text for each in ordered if each.side == side] for side in SIDES]
        )
        places = np.empty(len(ordered), np.uint64)
        places[[numbers[phrase] for phrase in ordered]] = np.arange(len(ordered), dtype=np.uint64)
        packed = np.frombuffer(pairs, np.uint64)
        packed = np.sort(places[packed >> 32] << 32 | packed & 0xFFFFFFFF)
        fresh = np.ones(len(packed), np.bool_)  # numpy.unique would bring numpy.ma, which stays
        fresh[1:] = packed[1:] != packed[:-1]
        packed = packed[fresh]
        self._entries = array("I", (packed & 0xFFFFFFFF).astype(np.uint32).tobytes())
        first = np.searchsorted(packed >> 32, np.arange(len(ordered) + 1, dtype=np.uint64))
        self._first = array("I", first.astype(np.uint32).tobytes())
        self._excused = bytearray(max(self._entries, default=-1) + 1)
        for entry in self._entries:
            self._excused[entry] = 1

    def concerns(self, entry: int) -> bool:
        """Return whether any phrase speaks for an entry."""
        return entry < len(self._excused) and bool(self._excused[entry])

    def lets_stand(
        self, match: Match, entry: int, found: list[Match], starts: Offsets, *, final: bool
    ) -> bool | None:
        """True if none of the entry's phrases stands around a match of it, None if one still may.

        ``found`` is what the automaton saw in the text and an end sign behind it, ``starts`` where
        each of its characters stands in the text that was folded.
        """
        _, start, end = match
        around, before, size = self.automaton.group_ends
        may_come = False
        near = bisect_left(found, min(start + KEPT, end), key=_END_OF)
        far = bisect_right(found, start + LONGEST_TERM + 1, lo=near, key=_END_OF)
        for number, first, last in found[near:far]:
            reaches = first <= start and starts[start] - starts[first] <= ALLOW_REACH
            if number >= size:
                may_come = may_come or reaches or first == end - KEPT
                continue
            if number < around:
                stands = reaches and last >= end
            elif number < before:
                stands = reaches and last == start + KEPT
            else:
                stands = first == end - KEPT
            if stands and self._speaks(number, entry):
                return False
        return None if may_come and not final else True

    def _speaks(self, phrase: int, entry: int) -> bool:
        last = self._first[phrase + 1]
        place = bisect_left(self._entries, entry, self._first[phrase], last)
        return place < last and self._entries[place] == entry
