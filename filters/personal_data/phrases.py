"""Phrases: what a word before it gives away (a name, an address, an account), found at that word.

A trigger is a word that ends right before the thing. While the text ends in the middle of what
follows a trigger, it is held from the trigger's last character on, so that a trigger always stands
in the text that is judged anew and none has to be looked for twice. All triggers stand in one
automaton, which is asked only where a character stands on which a trigger can end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from filters.personal_data.candidate import Candidate
from filters.personal_data.labels import WordIndex, lowered

LONGEST_TRIGGER = 24
"""Code points of the longest trigger."""


_HAN_TERM = 6
"""Characters of the longest beginning of a term that is not Latin."""


class Follow(NamedTuple):
    """What follows a trigger: a candidate or nothing, as it is if the text ends here. ``open``: it
    does end in the middle of it, and more text may decide otherwise."""

    candidate: Candidate | None = None
    open: bool = False


NOTHING = Follow()

Reader = Callable[[str, int, int], Follow]
"""``(text, start of the trigger, its end)``: reads what follows."""


class PhraseIndex:
    """Triggers and terms by name, each with its reader. A term is itself what is found."""

    def __init__(
        self, triggers: Mapping[str, str], terms: Mapping[str, str], readers: Mapping[str, Reader]
    ) -> None:
        self._index = WordIndex({**triggers, **terms})
        self._readers = dict(readers)
        self.ends = frozenset(term[-1] for term in self._index.terms)
        """The characters on which a trigger or a term can end."""
        self._begins = frozenset(
            term[:size]
            for words in terms.values()
            for term in words.split()
            for size in range(1, len(term))
            if not term.isascii()
        )
        self.inside = frozenset(begin[-1] for begin in self._begins)
        """The characters on which a text can end that may still become a term. Latin terms are
        single words, which are held until they end for other reasons."""

    def begun(self, text: str) -> int:
        """Return where the longest beginning of a term stands at the end of a text (its length:
        nowhere)."""
        size = len(text)
        for length in range(min(size, _HAN_TERM), 0, -1):
            if text[size - length :] in self._begins:
                return size - length
        return size

    def find(self, text: str, start: int) -> list[tuple[int, Follow]]:
        """Return what follows every trigger or term that ends after ``start``, with the place of
        its last character, from which it is held."""
        offset = max(0, start - LONGEST_TRIGGER - 1)
        follows = []
        for end, at, names in self._index.find(lowered(text[offset:])):
            for name in names if offset + end > start else ():
                follow = self._readers[name](text, offset + at, offset + end)
                if follow.open or follow.candidate is not None:
                    follows.append((offset + end - 1, follow))
        return follows


def with_signs(words: Iterable[str], signs: Iterable[str]) -> str:
    """Return the words, each with each sign behind it, as `WordIndex` takes them."""
    behind = list(signs)
    return " ".join(word + sign for word in words for sign in behind)
