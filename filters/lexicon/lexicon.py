"""Lexicon: compiled word lists, lean enough for a hundred thousand terms and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.lexicon.allow import AllowPhrases
from filters.lexicon.entries import ALL_VARIANTS
from filters.lexicon.variants import ALIKE
from gateway.matching.automaton import TermAutomaton


class RowKind(NamedTuple):
    """What many entries have in common. ``category`` and ``list`` index the names of the lexicon;
    ``views`` is where the pattern counts, ``variant`` indexes `ALL_VARIANTS`."""

    category: int
    list: int
    severity: int
    word: bool
    views: int
    variant: int


class Columns(NamedTuple):
    """Entries by pattern: those of pattern ``p`` are ``first[p]`` to ``first[p + 1]``. An entry has
    a row for each of its patterns: ``number`` is its line in the list, ``kind`` indexes ``kinds``,
    of which there are few. (Six bytes a row: a hundred thousand terms have 400,000.)
    """

    first: NDArray[np.int32]
    number: NDArray[np.uint32]
    kind: NDArray[np.unsignedinteger[Any]]
    kinds: tuple[RowKind, ...]

    def of(self, entry: int) -> RowKind:
        """Return the kind of an entry."""
        return self.kinds[int(self.kind[entry])]


class Nearby(NamedTuple):
    """Words of which one must stand wholly within ``before`` code points in front of an entry, or
    ``behind`` after it."""

    words: frozenset[str]
    before: int
    behind: int


class Wanted(NamedTuple):
    """As `Nearby`, the words as numbers of an automaton."""

    numbers: frozenset[int]
    before: int
    behind: int


class Contexts(NamedTuple):
    """Words without which an entry is not found: ``wanted[e]`` are those of entry ``e``."""

    automaton: TermAutomaton
    wanted: Mapping[int, Wanted]


class Lexicon(NamedTuple):
    """Compiled word lists. ``size`` counts the distinct folded terms, the automaton's their
    patterns. ``hash`` is the SHA-256 of the lists' canonical content, in hexadecimal."""

    automaton: TermAutomaton
    columns: Columns
    categories: tuple[str, ...]
    lists: tuple[str, ...]
    allow: AllowPhrases | None
    contexts: Contexts | None
    size: int
    hash: str

    def coverage(self) -> dict[str, int]:
        """Return how many entries each category has, in the order of their names."""
        columns = self.columns
        counts: Counter[str] = Counter()
        rows = np.bincount(columns.kind, minlength=len(columns.kinds))
        for kind, count in zip(columns.kinds, rows.tolist(), strict=True):
            if not kind.variant:
                counts[self.categories[kind.category]] += count
        return dict(sorted(counts.items()))

    def distinct(self, counts: Callable[[str], bool]) -> int:
        """Return how many different terms (after folding) stand in a category that counts; one
        that stands in several is one."""
        kinds, rows = self.columns.kinds, self.columns.kind
        counted = [not one.variant and counts(self.categories[one.category]) for one in kinds]
        where = np.flatnonzero(np.array(counted, bool)[rows] if rows.size else rows)
        return len(np.unique(np.searchsorted(self.columns.first, where, side="right")))

    def rule(self, entry: int) -> str:
        """Return the rule that an entry's findings carry: list name and line number, and a variant
        that is not the term as written (``harms/drugs#12:pinyin``)."""
        kind = self.columns.of(entry)
        variant = ALL_VARIANTS[kind.variant]
        tag = "" if variant in ALIKE else f":{variant}"
        return f"{self.lists[kind.list]}#{self.columns.number[entry]}{tag}"
