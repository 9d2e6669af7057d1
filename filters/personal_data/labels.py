"""Labels: the words on the left of a number that say what it is, found in one pass.

Only the left side counts, so that what follows never changes a judgement. The word nearest to the
number decides; a lowering word counts only within the number's own sentence. All words of all
labels stand in one automaton, whatever their number, and no text is read for them before something
in it looks like a number that needs one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from enum import Enum

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind

from filters.personal_data.label_words import LABELS, LOWERING
from filters.personal_data.outline import outlined
from gateway.matching.automaton import mended

CONTEXT = 32
"""How many code points on the left of a number are read."""

_SHORT = 4
"""A Latin word of so few letters counts only where no other letter stands beside it."""

_SENTENCE_END = re.compile(r"[\n。！？；;!?]")
_DOUBTED = frozenset({"phone", "card"})
"""Kinds that an order number can look like; the others are found only where a word names them."""


class Hint(Enum):
    """What the words on the left say about a number."""

    NONE = "none"
    RAISES = "raises"
    LOWERS = "lowers"


def lowered(text: str) -> str:
    """Return the text in lower case, one code point for one."""
    low = text.lower()
    if len(low) != len(text):
        low = text.replace("\u0130", "I").lower()
    return low


class WordIndex:
    """Words of several names in one automaton; a word may belong to more than one."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Take ``name -> words``, parted by spaces; ``_`` in a word stands for a space. (One that
        ends with a space is not looked at again: its reader knows what may stand before it.)"""
        names: dict[str, list[str]] = {}
        for name, listed in words.items():
            for word in listed.split():
                names.setdefault(word.replace("_", " "), []).append(name)
        self.terms = tuple(sorted(names, key=str.isascii, reverse=True))
        self._names = tuple(tuple(names[term]) for term in self.terms)
        self._short = [
            len(term) <= _SHORT and term.isascii() and term[-1] != " " for term in self.terms
        ]
        self._automaton = AhoCorasick(
            self.terms,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._latin = BytesAhoCorasick(
            [term.encode() for term in self.terms if term.isascii()],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )
        """The first of them, for text in which no other can stand and a byte is a code point."""

    def find(self, low: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Return ``(end, start, names)`` of every word in a lowered text, in order of their ends.

        Words that stand in the middle of others are left out where they are short and Latin.
        """
        if low.isascii():
            found = self._latin.find_matches_as_indexes(low.encode(), overlapping=True)
        else:
            found = self._read(low)
        if not found:
            return []
        return [
            (end, start, self._names[number])
            for number, start, end in found
            if not self._short[number] or _stands_alone(low, start, end)
        ]

    def _read(self, low: str) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(low, overlapping=True)
        except UnicodeEncodeError:  # half a character, which no automaton reads
            return self._automaton.find_matches_as_indexes(mended(low), overlapping=True)


def _stands_alone(low: str, start: int, end: int) -> bool:
    before, after = low[start - 1 : start] if start else "", low[end : end + 1]
    return not ("a" <= before <= "z" or "a" <= after <= "z")


_INDEX = WordIndex(LABELS)


class Passage:
    """A text with its labels, which are read when the first is asked for.

    Nothing that is still to be found begins before ``start``: it would have been held from there.
    """

    __slots__ = ("_ends", "_found", "_from", "outline", "start", "text")

    def __init__(self, text: str, start: int = 0, outline: str | None = None) -> None:
        self.text = text
        self.start = start
        self.outline = outlined(text[start:]) if outline is None else outline
        """Of what begins at ``start``."""
        self._from = max(0, start - CONTEXT - 1)
        self._found: list[tuple[int, int, tuple[str, ...]]] | None = None
        self._ends: list[int] = []

    def _labels(self) -> list[tuple[int, int, tuple[str, ...]]]:
        if self._found is None:
            self._found = _INDEX.find(lowered(self.text[self._from :]))
            self._ends = [found[0] for found in self._found]
        return self._found

    def near(self, at: int) -> dict[str, int]:
        """Return the labels within `CONTEXT` on the left of ``at``, each with its last end."""
        found = self._labels()
        local = at - self._from
        near: dict[str, int] = {}
        for place in range(bisect_right(self._ends, local) - 1, -1, -1):
            end, start, names = found[place]
            if end <= local - CONTEXT:
                break
            if start >= local - CONTEXT:
                for name in names:
                    near.setdefault(name, end + self._from)
        return near

    def hint(self, at: int, kind: str) -> Hint:
        """Return what the words before ``at`` say of a number of this kind."""
        near = self.near(at)
        raised = near.get(kind, -1)
        if kind in _DOUBTED:
            lowers = near.get(LOWERING, -1)
            if lowers > raised and _SENTENCE_END.search(self.text, lowers, at) is None:
                return Hint.LOWERS
        return Hint.RAISES if raised >= 0 else Hint.NONE

    def names_it(self, at: int, kind: str) -> bool:
        """True if a word of this kind ends right before ``at`` (``tel13...``)."""
        end = self.near(at).get(kind, -1)
        return end >= 0 and not self.text[end:at].strip("_-")
