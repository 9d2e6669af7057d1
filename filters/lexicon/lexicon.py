"""Lexicon: compiled word lists, lean enough for a hundred thousand terms and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.lexicon.allow import AllowPhrases
from filters.lexicon.entries import ALL_VARIANTS
from filters.lexicon.variants import ALIKE
from gateway.matching.automaton import TermAutomaton


class Columns(NamedTuple):
    """Entries by pattern: those of pattern ``p`` are ``first[p]`` to ``first[p + 1]``. An entry has
    a row for each of its patterns.

    ``category`` and ``list`` index the names of the lexicon; ``number`` is the line in the list,
    ``views`` where the pattern counts, ``variant`` indexes `ALL_VARIANTS`.
    """

    first: NDArray[np.int32]
    category: NDArray[np.uint16]
    severity: NDArray[np.uint8]
    word: NDArray[np.bool_]
    list: NDArray[np.uint16]
    number: NDArray[np.uint32]
    views: NDArray[np.uint8]
    variant: NDArray[np.uint8]


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
        written = self.columns.category[self.columns.variant == 0]
        counts = Counter(written.tolist())
        named = {self.categories[index]: count for index, count in counts.items()}
        return dict(sorted(named.items()))

    def rule(self, entry: int) -> str:
        """Return the rule that an entry's findings carry: list name and line number, and a variant
        that is not the term as written (``harms/drugs#12:pinyin``)."""
        columns = self.columns
        variant = ALL_VARIANTS[columns.variant[entry]]
        tag = "" if variant in ALIKE else f":{variant}"
        return f"{self.lists[columns.list[entry]]}#{columns.number[entry]}{tag}"
