"""Phrases: what a word before it gives away (a name, an address, an account), found at that word.

A trigger is a word that ends right before the thing. While the text ends in the middle of what
follows a trigger, it is held from the trigger's last character on, so that a trigger always stands
in the text that is judged anew and none has to be looked for twice. All triggers stand in one
automaton, which is asked only where a character stands on which a trigger can end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from filters.personal_data.candidate import Candidate
from filters.personal_data.labels import CONTEXT, WordIndex, lowered

_LONG = 64
_FREQUENT = "人是女男子生别学主事友理日"
"""Characters that stand in much text; a trigger that ends on one has another before it."""
_LABEL = "label"


class Follow(NamedTuple):
    """What follows a trigger: a candidate or nothing, as it is if the text ends here. ``open``: it
    does end in the middle of it, and more text may decide otherwise."""

    candidate: Candidate | None = None
    open: bool = False


NOTHING = Follow()
OPEN = Follow(open=True)

Reader = Callable[[str, int, int], Follow]
"""``(text, start of the trigger, its end)``: reads what follows."""


class PhraseIndex:
    """Triggers and terms by name, each with its reader. A term is itself what is found."""

    def __init__(
        self,
        triggers: Mapping[str, str],
        terms: Mapping[str, str],
        readers: Mapping[str, Reader],
        labels: str = "",
    ) -> None:
        """``labels`` are words in the form of `WordIndex` that are only told to be there."""
        self._index = WordIndex({**triggers, **terms})
        self._with_labels = WordIndex({**triggers, **terms, _LABEL: labels})
        self._readers = dict(readers)
        self._reach = max(map(len, self._index.terms), default=0) + 1
        self._ends = frozenset(term[-1] for term in self._index.terms)
        self._begins = frozenset(
            term[:size]
            for words in terms.values()
            for term in words.split()
            for size in range(1, len(term))
            if not term.isascii()
        )
        self._begin_lengths: dict[str, list[int]] = {}
        for begin in sorted(self._begins, key=len, reverse=True):
            lengths = self._begin_lengths.setdefault(begin[-1], [])
            if len(begin) not in lengths:
                lengths.append(len(begin))
        self.inside = frozenset(self._begin_lengths)
        """The characters on which a text can end that may still become a term. Latin terms are
        single words, which are held until they end for other reasons."""

    def gate(self, others: str) -> re.Pattern[str]:
        """Return the pattern of a character on which a trigger or a term can end, or of one of
        ``others`` (the inside of a class). It begins with a class: that is searched fast."""
        before: dict[str, set[str]] = {}
        for term in self._index.terms:
            before.setdefault(term[-1], set()).add(term[-2:-1])
        pairs = "|".join(
            f"[{re.escape(''.join(sorted(before[end])))}]{end}"
            for end in _FREQUENT
            if "" not in before.get(end, {""})
        )
        rare = self._ends - {end for end in _FREQUENT if "" not in before.get(end, {""})}
        ends = re.escape("".join(sorted(rare)))
        plain = f"{others}{ends}{ends.upper()}"
        if not pairs:
            return re.compile(f"[{plain}]")
        return re.compile(f"[{plain}{_FREQUENT}](?:(?<=[{plain}])|(?<={pairs}))")

    def begun(self, text: str) -> int:
        """Return where the longest beginning of a term stands at the end of a text (its length:
        nowhere)."""
        size = len(text)
        for length in self._begin_lengths.get(text[-1:], ()):
            if length <= size and text[size - length :] in self._begins:
                return size - length
        return size

    def find(self, text: str, start: int) -> list[tuple[int, Follow]]:
        """Return what follows every trigger or term that ends after ``start``, with the place of
        its last character, from which it is held."""
        offset = start - self._reach if start > self._reach else 0
        found = self._index.find(_folded(text[offset:]))
        return self._read(text, start, offset, found) if found else []

    def find_with_labels(self, text: str, start: int) -> tuple[list[tuple[int, Follow]], bool]:
        """Return the same, and whether a label stands before ``start`` by `CONTEXT` at most, or
        behind it."""
        offset = start - CONTEXT - 1 if start > CONTEXT else 0
        found = self._with_labels.find(lowered(text[offset:]))
        if not found:
            return [], False
        labelled = any(_LABEL in names for _, _, names in found)
        return self._read(text, start, offset, found), labelled

    def _read(
        self, text: str, start: int, offset: int, found: list[tuple[int, int, tuple[str, ...]]]
    ) -> list[tuple[int, Follow]]:
        follows: list[tuple[int, Follow]] = []
        for end, at, names in found:
            if offset + end <= start:
                continue
            for name in names:
                read = self._readers.get(name)
                follow = read(text, offset + at, offset + end) if read else NOTHING
                if follow is not NOTHING and (follow.open or follow.candidate is not None):
                    follows.append((offset + end - 1, follow))
        return follows


def _folded(text: str) -> str:
    """Return the text in lower case as far as terms have one (ASCII), one code point for one.

    To lower a character that is not ASCII takes ten times as long as to see that none must be.
    """
    if len(text) > _LONG and not text.isascii():
        plain = text.encode("ascii", "replace")
        if plain == plain.lower() and "\u0130" not in text and "\u212a" not in text:
            return text
    return lowered(text)


def with_signs(words: Iterable[str], signs: Iterable[str]) -> str:
    """Return the words, each with each sign behind it, as `WordIndex` takes them."""
    behind = list(signs)
    return " ".join(word + sign for word in words for sign in behind)
