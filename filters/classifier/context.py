"""Context: what a text has as a whole, beside its grams and bones: how long it is, which classes of
cue words stand in it, whether a group is named and something bad said. A few dozen facts, each with
a weight of its own, so that a review or a chapter is not judged like a post of the same words.
"""

from __future__ import annotations

from collections.abc import Sequence

LENGTHS = (25, 40, 70, 100, 160, 240)
"""Code points: a text is at most as long as each of these, or not."""

SHORT = 100
COUNTS = (3, 5, 8)
"""Different classes of cue words: a text has at least as many, or not."""

_NAMED = ("named", "named twice", "named, short", "nobody named")
_SAID = ("slur", "insult", "hate"), ("trait.bad", "harm")
_BOTH = ("named and insulted", "named and blamed")


class Context:
    """The facts of one question, in order: ``names`` says what each place stands for."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.names = (
            *(f"at most {length}" for length in LENGTHS),
            *(f"{count} classes" for count in COUNTS),
            *_NAMED,
            *_BOTH,
            *(f"{fact}, short" for fact in _BOTH),
            *(f"has {kind}" for kind in kinds[1:]),
        )
        self._first = len(self.names) - len(kinds)
        self._groups = frozenset(
            number for number, kind in enumerate(kinds) if kind.startswith("group.")
        )
        self._said = [
            frozenset(number for number, kind in enumerate(kinds) if kind in words)
            for words in _SAID
        ]
        self._begin = len(LENGTHS) + len(COUNTS)
        self._lengths = [
            [at for at, least in enumerate(LENGTHS) if length <= least]
            for length in range(LENGTHS[-1] + 2)
        ]
        self._counts = [
            [len(LENGTHS) + at for at, least in enumerate(COUNTS) if count >= least]
            for count in range(COUNTS[-1] + 1)
        ]

    def places(self, kinds: Sequence[int], length: int) -> list[int]:
        """Return the places of the facts of a text with these classes and this length."""
        different = set(kinds)
        return [
            *self._lengths[min(length, len(self._lengths) - 1)],
            *self._counts[min(len(different), COUNTS[-1])],
            *self._about(kinds, different, length),
            *map(self._first.__add__, different),
        ]

    def _about(self, kinds: Sequence[int], different: set[int], length: int) -> list[int]:
        """Return which facts hold of those about groups."""
        begin = self._begin
        named = self._groups & different
        if not named:
            return [begin + 3]
        short = length <= SHORT
        out = [begin]
        if len(named) > 1 or kinds.count(*named) > 1:
            out.append(begin + 1)
        if short:
            out.append(begin + 2)
        begin += len(_NAMED)
        for at, said in enumerate(self._said):
            if not said.isdisjoint(different):
                out += [begin + at, begin + len(_BOTH) + at] if short else [begin + at]
        return out
