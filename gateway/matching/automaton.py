"""Automaton: many terms found in one pass, and how much of a text's end may still become one.

Aho-Corasick (1975) over the terms, their short prefixes with an end sign, and their heads. A text
with the end sign behind it thus yields its matches and, in the same pass, the suffixes that are
alive: exactly those that more text could complete. A suffix that begins with a head is looked up in
a table (see prefixes), which takes far less memory than the automaton would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from gateway.matching.prefixes import LongPrefixes, heads, long_prefixes, short_prefixes

END = "\x01"
"""The end sign: folded text never contains it."""

LONGEST_TERM = 64
"""The most characters of a term, folded."""

_HALVES = re.compile("[\ud800-\udfff]")


def mended(text: str) -> str:
    """Return the text with a sign of no term for each lone surrogate, which no automaton reads."""
    return _HALVES.sub("\ufffd", text)


Match = tuple[int, int, int]


class TermAutomaton:
    """Terms in groups. A match is ``(number, start, end)`` in characters of the text.

    Numbers below ``size`` are terms in the order given, group by group; ``group_ends[g]`` is the
    first number after group ``g``. The rest are live suffixes: of group ``g`` when below
    ``live_ends[g]``. Their ``end`` means nothing.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        """Build it. Raises ValueError for a term that is empty, too long or holds an end sign."""
        self._check(groups)
        self.longest = max((len(term) for group in groups for term in group), default=0)
        self.group_ends = tuple(self._ends(0, (len(group) for group in groups)))
        self.size = self.group_ends[-1] if self.group_ends else 0
        counts = [0] * len(groups)
        self._automaton = AhoCorasick(
            self._patterns(groups, counts),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self.live_ends = tuple(self._ends(self.size, counts))
        self._heads_from = self.live_ends[-1] if self.live_ends else 0
        self._live_numbers = (self.size, *self.live_ends)
        self._long = LongPrefixes([long_prefixes(sorted(group)) for group in groups])

    @staticmethod
    def _check(groups: Sequence[Sequence[str]]) -> None:
        for group in groups:
            for number, term in enumerate(group):
                if not 0 < len(term) <= LONGEST_TERM or "\0" in term or END in term:
                    raise ValueError(f"term {number} is empty, too long or holds a control sign")

    @staticmethod
    def _ends(first: int, counts: Iterable[int]) -> Iterator[int]:
        for count in counts:
            first += count
            yield first

    @staticmethod
    def _patterns(groups: Sequence[Sequence[str]], counts: list[int]) -> Iterator[str]:
        """Yield the terms, each group's short prefixes (and count these), the heads."""
        for group in groups:
            yield from group
        for number, group in enumerate(groups):
            for prefix in short_prefixes(sorted(group)):
                counts[number] += 1
                yield prefix + END
        yield from heads(chain.from_iterable(groups))

    def find(self, text: str) -> list[Match]:
        """Return all matches of a folded text, overlapping ones too, in the order of their ends.

        Append `END` to learn which suffixes are alive. Lone surrogates belong to no term.
        """
        try:
            found: list[Match] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half a character, which the library cannot read
            return self.find(mended(text))
        last = len(text) - 1
        matches: list[Match] = []
        live: list[Match] = []
        nearest = last - LONGEST_TERM if text.endswith(END) else last
        for match in found:
            if match[0] < self._heads_from:
                matches.append(match)
            elif match[1] > nearest:
                start = match[1]
                begun = self._long.groups(text[start:last])
                live += [(self._live_numbers[group], start, last) for group in begun]
        return matches + live
