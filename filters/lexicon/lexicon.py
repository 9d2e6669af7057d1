"""Lexicon: compiled word lists, lean enough for a hundred thousand terms and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.automaton import TermAutomaton

HAN, SUBSTRINGS, WORDS = 0, 1, 2
"""Groups of terms: Han terms found through separators too, other substrings, whole words only."""


class Columns(NamedTuple):
    """Entries, sorted by term: those of term ``t`` are ``first[t]`` to ``first[t + 1]``.

    ``category`` and ``list`` index the names of the lexicon; ``number`` is the line in the list.
    """

    first: NDArray[np.int32]
    category: NDArray[np.uint16]
    severity: NDArray[np.uint8]
    word: NDArray[np.bool_]
    list: NDArray[np.uint16]
    number: NDArray[np.uint32]


class AllowPhrases(NamedTuple):
    """Phrases that take findings away: ``owners[p]`` are the entries that phrase ``p`` speaks for,
    ``excused`` all entries that have one."""

    automaton: TermAutomaton
    owners: Mapping[int, frozenset[int]]
    excused: frozenset[int]


class Lexicon(NamedTuple):
    """Compiled word lists. ``hash`` is the SHA-256 of their canonical content, in hexadecimal."""

    automaton: TermAutomaton
    columns: Columns
    categories: tuple[str, ...]
    lists: tuple[str, ...]
    allow: AllowPhrases | None
    hash: str

    @property
    def size(self) -> int:
        """How many distinct folded terms it looks for."""
        return self.automaton.size

    def coverage(self) -> dict[str, int]:
        """Return how many entries each category has, in the order of their names."""
        counts = Counter(self.columns.category.tolist())
        named = {self.categories[index]: count for index, count in counts.items()}
        return dict(sorted(named.items()))

    def rule(self, entry: int) -> str:
        """Return the rule that an entry's findings carry: list name and line number."""
        columns = self.columns
        return f"{self.lists[columns.list[entry]]}#{columns.number[entry]}"
