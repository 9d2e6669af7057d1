"""The table of patterns while a lexicon is compiled: a few bytes for each beside its text."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.lexicon.allow import AllowPhrase
from filters.lexicon.entries import ALL_VARIANTS, Entry
from filters.lexicon.lexicon import Columns, Nearby, RowKind
from filters.lexicon.variants import Group, Pattern

GROUPS = 5
_WHOLE = (Group.WORDS, Group.ODD)
_NUMBER_OF = {variant: number for number, variant in enumerate(ALL_VARIANTS)}
_BITS = (16, 16, 8, 1, 8, 8)
"""Bits of each member of a `RowKind`, as they are packed to find the different ones."""

_NOTHING: frozenset[AllowPhrase] = frozenset()


class Origin(NamedTuple):
    """What all patterns of an entry share: the entry, the index of its list, its line there, its
    allow-phrases (folded) and what must stand near."""

    entry: Entry
    list: int
    number: int
    word: bool
    allow: frozenset[AllowPhrase]
    context: Nearby | None


class Ordered(NamedTuple):
    """The table in the automaton's order: the texts by group, rows as columns, and the
    allow-phrases and context words of those rows that have some. ``size`` counts the texts that
    are terms as written."""

    groups: list[list[str]]
    columns: Columns
    categories: tuple[str, ...]
    allow: dict[int, frozenset[AllowPhrase]]
    context: dict[int, Nearby]
    size: int


class Table:
    """Rows by the text of their pattern.

    Rows of the same text, category, match and context, both as written or both variants, are one:
    the graver, in the views of both, with the allow-phrases that both have.
    """

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._next, self._number = array("I"), array("I")
        self._category, self._list = array("H"), array("H")
        self._severity, self._views, self._variant = array("B"), array("B"), array("B")
        self._group, self._word = array("B"), array("B")
        self._allow: dict[int, frozenset[AllowPhrase]] = {}
        self._context: dict[int, Nearby] = {}

    def add(self, pattern: Pattern, origin: Origin, severity: int) -> None:
        """Add a row, or make it one with a row that means the same."""
        category = self._categories.setdefault(origin.entry.category, len(self._categories))
        last = -1
        for row in self._rows(pattern.text):
            if self._same(row, pattern, origin, category):
                self._merge(row, pattern, origin, severity)
                return
            last = row
        row = len(self._next)
        if last < 0:
            self._first[pattern.text] = row
        else:
            self._next[last] = row
        self._next.append(0)
        self._category.append(category)
        self._views.append(pattern.views)
        for column in (self._list, self._number, self._severity, self._variant, self._group,
                       self._word):  # fmt: skip
            column.append(0)
        self._group[row] = pattern.group
        self._write(row, pattern, origin, severity)
        if origin.allow:
            self._allow[row] = origin.allow
        if origin.context:
            self._context[row] = origin.context

    def _rows(self, text: str) -> Iterator[int]:
        """Yield the rows of a text. None has the number 0 behind it: that is always a first."""
        row = self._first.get(text, -1)
        while row >= 0:
            yield row
            row = self._next[row] or -1

    def _same(self, row: int, pattern: Pattern, origin: Origin, category: int) -> bool:
        return (
            self._category[row] == category
            and bool(self._word[row]) is origin.word
            and (self._group[row] in _WHOLE) is (pattern.group in _WHOLE)
            and bool(self._variant[row]) is bool(_NUMBER_OF[pattern.variant])
            and self._context.get(row) == origin.context
        )

    def _merge(self, row: int, pattern: Pattern, origin: Origin, severity: int) -> None:
        self._views[row] |= pattern.views
        self._group[row] = min(self._group[row], pattern.group)
        allow = self._allow.pop(row, _NOTHING) & origin.allow
        if allow:
            self._allow[row] = allow
        if severity > self._severity[row]:
            self._write(row, pattern, origin, severity)

    def _write(self, row: int, pattern: Pattern, origin: Origin, severity: int) -> None:
        self._list[row], self._number[row] = origin.list, origin.number
        self._severity[row], self._variant[row] = severity, _NUMBER_OF[pattern.variant]
        self._word[row] = origin.word

    def ordered(self) -> Ordered:
        """Return the table in order. A text is in the group that is held most easily. Call it once:
        the texts are given away."""
        groups: list[list[str]] = [[] for _ in range(GROUPS)]
        for text in self._first:
            groups[min(self._group[row] for row in self._rows(text))].append(text)
        rows, first = array("I"), array("I", [0])
        size = 0
        for group in groups:
            group.sort()
            for text in group:
                rows.extend(self._rows(text))
                first.append(len(rows))
                size += any(not self._variant[row] for row in self._rows(text))
        self._first.clear()
        order = np.frombuffer(rows, np.uint32) if rows else np.zeros(0, np.uint32)
        places = np.zeros(len(order), np.uint32)
        places[order] = np.arange(len(order), dtype=np.uint32)
        return Ordered(
            groups,
            self._columns(first, order),
            tuple(sorted(self._categories)),
            {int(places[row]): phrases for row, phrases in sorted(self._allow.items())},
            {int(places[row]): words for row, words in sorted(self._context.items())},
            size,
        )

    def _columns(self, first: array[int], order: NDArray[np.uint32]) -> Columns:
        names = sorted(self._categories)
        sorted_place = np.zeros(len(names), np.uint16)
        sorted_place[[self._categories[name] for name in names]] = np.arange(len(names))
        group, word = np.array(self._group, np.uint8), np.array(self._word, np.bool_)
        members: tuple[NDArray[Any], ...] = (
            sorted_place[np.array(self._category, np.uint16)], np.array(self._list, np.uint16),
            np.array(self._severity, np.uint8), np.isin(group, _WHOLE) | word,
            np.array(self._views, np.uint8), np.array(self._variant, np.uint8),
        )  # fmt: skip
        packed = np.zeros(len(order), np.uint64)
        for bits, member in zip(_BITS, members, strict=True):
            packed = packed << np.uint64(bits) | member[order].astype(np.uint64)
        found, kind = np.unique(packed, return_inverse=True)
        return Columns(
            np.array(first, np.int32),
            np.array(self._number, np.uint32)[order],
            kind.astype(np.min_scalar_type(len(found))),
            tuple(map(_unpacked, found.tolist())),
        )


def _unpacked(packed: int) -> RowKind:
    members = []
    for bits in reversed(_BITS):
        members.append(packed & ((1 << bits) - 1))
        packed >>= bits
    category, listed, severity, word, views, variant = reversed(members)
    return RowKind(category, listed, severity, bool(word), views, variant)
