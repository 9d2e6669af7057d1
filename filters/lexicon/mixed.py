"""Han terms of which some characters are written in pinyin: ``做zha弹``, ``zuo炸dan``.

A path goes through a text without separators, character by character: a Han character stands for
itself, a syllable for every character of which it is the usual reading, and only what begins a term
goes on. A pure beginning (all Han, or a word of pinyin) is held by the views that know the whole
term; so here only what is mixed is found and held, and the text may be cut anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

from filters.lexicon.variants import Group
from gateway.matching.automaton import END, Match, TermAutomaton
from gateway.matching.fold import KIND_BYTES, Kind
from gateway.matching.pinyin import readings

SHORTEST = 3
"""Characters of the shortest term that is read so; as for pinyin."""

_MOST_KNOWN = 1 << 12
"""How many beginnings are remembered of one lexicon: they come from texts."""

_MOST_HAN = 12
"""Han characters before the first syllable, at most."""

_GOES_ON, _WHOLE = 1, 2

_LATIN = re.compile("[a-z]+")
_HAN, _WORD = int(Kind.HAN), int(Kind.WORD)


@cache
def _syllables() -> dict[str, tuple[str, ...]]:
    """Return syllable -> the characters of which it is the usual reading."""
    found: dict[str, list[str]] = {}
    for character, (usual, *_) in readings().items():
        found.setdefault(usual, []).append(character)
    return {syllable: tuple(characters) for syllable, characters in found.items()}


@cache
def _begun() -> dict[str, list[str]]:
    """Return the beginning of a syllable -> the syllables that go on from it."""
    found: dict[str, list[str]] = {}
    for syllable in _syllables():
        for size in range(1, len(syllable)):
            found.setdefault(syllable[:size], []).append(syllable)
    return found


@cache
def _spelled() -> re.Pattern[str]:
    """Return the pattern of pinyin that may be cut at its end."""
    whole = "|".join(sorted(_syllables(), key=len, reverse=True))
    return re.compile(f"(?:{whole})+")


@cache
def _longest() -> int:
    return max(map(len, _syllables()))


def _words(pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the spans, in the joined pieces, of the words that may be pinyin: most of English are
    not."""
    at, size = 0, sum(map(len, pieces))
    for piece in pieces:
        whole = piece.isascii() and piece.isalpha()
        spans = ((0, len(piece)),) if whole else (run.span() for run in _LATIN.finditer(piece))
        for start, end in spans:
            if _is_pinyin(piece[start:end], at + end == size):
                yield at + start, at + end
        at += len(piece)


class Path(NamedTuple):
    """Beginnings of terms that a stretch ``[start, end)`` of a text may say, and what it is of."""

    start: int
    end: int
    said: tuple[str, ...]
    latin: bool
    han: bool


class MixedLook:
    """Looks for such terms by one lexicon's automaton."""

    def __init__(self, automaton: TermAutomaton) -> None:
        self._find = automaton.find
        self._size = automaton.size
        self._terms_end = automaton.group_ends[Group.HAN]
        self._live_end = automaton.live_ends[Group.HAN]
        self._known: dict[str, int] = {}
        self._spoken_before: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}

    def look(self, pieces: Sequence[str], *, final: bool) -> tuple[list[Match], int]:
        """Return the matches in a folded text, each as its pinyin, and from where on more text may
        complete one (its length: nowhere). ``pieces`` are what stands between its separators;
        places are those in the joined pieces."""
        words = list(_words(pieces))
        text = "".join(pieces)
        alive, found = len(text), set[Match]()
        gaps = set(accumulate(map(len, pieces[:-1]))) if words else ()
        for path in self._paths(text, words, gaps):
            if path.latin and path.han:
                found.update(
                    (number, path.start, path.end)
                    for said in path.said
                    if len(said) >= SHORTEST and self._status(said) & _WHOLE
                    for number in self._pinyin_of(said)
                )
            if not final and path.start < alive and self._is_open(text, path):
                alive = path.start
        return sorted(found, key=lambda match: match[2]), alive

    def _paths(
        self, text: str, words: Sequence[tuple[int, int]], gaps: Collection[int]
    ) -> Iterator[Path]:
        open_paths = [
            path for start, end in words for path in self._first(text, start, end, gaps)
        ]
        while open_paths:
            path = open_paths.pop()
            yield path
            if path.han or path.end == path.start or path.end not in gaps:
                self._go_on(text, path, open_paths)

    def _first(self, text: str, start: int, end: int, gaps: Collection[int]) -> Iterator[Path]:
        """Give the paths that begin with a word's first letter or right before it in Han."""
        before = start > 0 and KIND_BYTES[ord(text[start - 1])] == _HAN
        behind = end < len(text) and KIND_BYTES[ord(text[end])] == _HAN
        apart = start in gaps or start == 0 or KIND_BYTES[ord(text[start - 1])] != _WORD
        if behind and apart and end not in gaps:
            yield Path(start, start, ("",), latin=True, han=False)
        if before:
            low = start - 1
            while low and start - low < _MOST_HAN and KIND_BYTES[ord(text[low - 1])] == _HAN:
                low -= 1
            for number, first, _ in self._find(text[low:start] + END):
                if self._size <= number < self._live_end:
                    said = (text[low + first : start],)
                    yield Path(low + first, start, said, latin=False, han=True)

    def _go_on(self, text: str, path: Path, open_paths: list[Path]) -> None:
        """Add what the path may go on with."""
        start, at, begun, latin, han = path
        if at == len(text):
            return
        sign = text[at]
        if KIND_BYTES[ord(sign)] == _HAN:
            said = tuple(one + sign for one in begun if self._status(one + sign))
            if said:
                open_paths.append(Path(start, at + 1, said, latin, han=True))
            return
        known = _syllables()
        for size in range(1, min(_longest(), len(text) - at) + 1):
            syllable = text[at : at + size]
            if syllable in known and (said := self._spoken(begun, syllable)):
                open_paths.append(Path(start, at + size, said, latin=True, han=han))

    def _spoken(self, begun: tuple[str, ...], syllable: str) -> tuple[str, ...]:
        """Return what goes on with a character of this reading."""
        said = self._spoken_before.get((begun, syllable))
        if said is not None:
            return said
        said = tuple(
            one + character
            for one in begun
            for character in _syllables()[syllable]
            if self._status(one + character)
        )
        if len(self._spoken_before) >= _MOST_KNOWN:
            self._spoken_before.clear()
        self._spoken_before[begun, syllable] = said
        return said

    def _is_open(self, text: str, path: Path) -> bool:
        if path.end == len(text):
            alive = path.latin and path.han
            return alive and any(self._status(said) & _GOES_ON for said in path.said)
        begun = _begun().get(text[path.end :], ()) if path.han else ()
        return any(self._spoken(path.said, syllable) for syllable in begun)

    def _status(self, said: str) -> int:
        """Return whether this begins a term (`_GOES_ON`) and whether it is one (`_WHOLE`)."""
        known = self._known.get(said)
        if known is not None:
            return known
        status = 0
        for number, start, end in self._find(said + END):
            if not start and self._size <= number < self._live_end:
                status |= _GOES_ON
            elif not start and number < self._terms_end and end == len(said):
                status |= _WHOLE
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[said] = status
        return status

    def _pinyin_of(self, said: str) -> Iterator[int]:
        """Give the pattern of a term's usual reading, in one word."""
        table = readings()
        if all(character in table for character in said):
            written = "".join(table[character][0] for character in said)
            for number, start, end in self._find(written):
                if number < self._size and start == 0 and end == len(written):
                    yield number


@lru_cache(1 << 12)
def _is_pinyin(run: str, open_end: bool) -> bool:  # noqa: FBT001 -- a key of the cache
    """True if a run of letters may be syllables and nothing else."""
    if _spelled().fullmatch(run):
        return True
    if not open_end:
        return False
    return any(
        run[-size:] in _begun() and (size == len(run) or _spelled().fullmatch(run[:-size]))
        for size in range(1, min(len(run), _longest()) + 1)
    )
