"""Latin terms in disguise: letters set apart, and digits and signs in place of letters.

What makes a stretch of text worth a look here is told by one regular expression each, so that prose
pays for nothing more than a search; what a match must look like is told from its own characters
alone, so that a text may be cut anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filters.lexicon.variants import Group
from gateway.matching.automaton import END, TermAutomaton
from gateway.matching.fold import KIND_BYTES, KINDS, Kind, Offsets, class_of, fold_codes
from gateway.matching.views import (
    APOSTROPHES,
    BREAK,
    LEET_LETTERS,
    LEET_SIGNS,
    SEPARATORS_IN_GAP,
    View,
)

_SIGNS = re.escape(LEET_SIGNS[::2])
_UP_TO = f"{{1,{SEPARATORS_IN_GAP}}}"


def _class(members: NDArray[np.bool_]) -> str:
    """Return a regular expression's class of these code points. It lists the others, because then
    Han characters are told in one step."""
    return f"[^{class_of(~members)}]"


def _classes() -> tuple[str, str, str, str]:
    """Return the classes of letters, of separators, of those that are no space or apostrophe, and
    of separators and digits."""
    separator = (KINDS >= Kind.SOFT) & (KINDS <= Kind.LINE)
    spacing: NDArray[np.bool_] = fold_codes(np.arange(len(KINDS), dtype=np.uint32)) == ord(" ")
    spacing[list(map(ord, APOSTROPHES))] = True
    odd = separator.copy()
    odd[ord("0") : ord("9") + 1] = True
    return (
        _class(KINDS == Kind.WORD), _class(separator), _class(separator & ~spacing), _class(odd),
    )  # fmt: skip


_WORD, _ANY, _TIGHT, _ODD = _classes()


def _gaps(word: str, separator: str, tight: str) -> re.Pattern[str]:
    """Return what the spelled view takes out: see `gateway.matching.views.spelled_view`."""
    rest = SEPARATORS_IN_GAP - 1
    return re.compile(
        f"{tight}(?<={word}.){tight}{{0,{rest}}}(?={word}|\\Z)"
        f"|{separator}(?<={word}.)(?<!{word}{word}.){separator}{{0,{rest}}}"
        f"(?={word}(?!{word})|\\Z)",
        re.DOTALL,
    )


_ASCII_WORD, _ASCII_ANY, _ASCII_TIGHT = "[a-z0-9]", "[ -/:-@\\[-`{-~]", "[!-&(-/:-@\\[-`{-~]"
_GAPS_ASCII = _gaps(_ASCII_WORD, _ASCII_ANY, _ASCII_TIGHT)
_GAPS_ANY = _gaps(_WORD, _ANY, _TIGHT)

_LEET = re.compile(f"[{_SIGNS}](?:[a-z]|\\Z|(?<=[a-z].))", re.DOTALL)


def _odd(first: str, word: str, tight: str) -> str:
    """Return what finds signs beside letters, and letters with something but no space between
    them. It begins with a class, because then the engine of ``re`` is fast."""
    return (
        f"{first}(?:"
        f"(?<=[{_SIGNS}])(?:[a-z]|\\Z|(?<=[a-z].))"
        f"|(?<={word}{tight}){tight}{{0,{SEPARATORS_IN_GAP - 1}}}(?:{word}|\\Z))"
    )


def _alone(word: str, separator: str) -> str:
    """Return what finds two letters that stand alone, or one at the end."""
    return f"{word}(?<!{word}.){separator}{_UP_TO}(?:{word}(?!{word})|\\Z)"


_ODD_ASCII = re.compile(
    _odd("[^a-z\\x00- ]", _ASCII_WORD, _ASCII_TIGHT)
    + f"|[^a-z0-9]{_ASCII_WORD}{_ASCII_ANY}{_UP_TO}(?:{_ASCII_WORD}(?!{_ASCII_WORD})|\\Z)",
    re.DOTALL,
).search
_ODD_ANY = re.compile(_odd(_ODD, _WORD, _TIGHT), re.DOTALL).search
_ALONE = re.compile(_alone(_WORD, _ANY), re.DOTALL).search
_ANY_WORD = re.compile(_WORD).search


def odd_letters(text: str) -> bool:
    """True if Latin letters may be set apart or signs may be letters in a folded text, the first
    character of which is only what stands before it."""
    if text.isascii():
        return _ODD_ASCII(text) is not None
    if not _ANY_WORD(text, 1):
        return False
    return _ODD_ANY(text) is not None or _ALONE(text) is not None


_SPACES = re.compile(" {2,}")
_LONG, _LONGER = 6, 8
_HEX = frozenset("0123456789abcdef")
_SHORT = 4


class QuickLook:
    """Tells quickly whether letters set apart or signs spell a term, or may come to spell one."""

    def __init__(self, automaton: TermAutomaton) -> None:
        self._find = automaton.find
        self._matches = automaton.group_ends[Group.SUBSTRINGS], automaton.group_ends[Group.ODD]
        self._lives = automaton.live_ends[Group.SUBSTRINGS], automaton.live_ends[Group.ODD]

    def held(self, text: str) -> int:
        """Return how many code points at the end of a folded text may become a term, -1 if it must
        be looked at more closely. Its first character is only what stands before it."""
        if not odd_letters(text):
            return 0
        if "  " in text:
            single = _SPACES.sub(" ", text)
            held = self.held(single)
            return held if held <= 0 or text.endswith(single[-held:]) else -1
        held, bare = 0, text
        gaps_of = _GAPS_ASCII if text.isascii() else _GAPS_ANY
        cuts = [found.span() for found in gaps_of.finditer(text)]
        if cuts:
            bare = gaps_of.sub("", text)
            held = self._held(text, bare, bare, cuts)
        for written, gaps in ((text, []), (bare, cuts)) if cuts else ((text, []),):
            if held >= 0 and _LEET.search(written):
                leet = self._held(text, written, written.translate(LEET_LETTERS), gaps)
                held = -1 if leet < 0 else max(held, leet)
        return held

    def _held(self, text: str, written: str, read: str, cuts: list[tuple[int, int]]) -> int:
        """As `held`, for ``text`` without its ``cuts``, read as ``read``."""
        first = length = len(read)
        low, high = self._lives
        places: Sequence[int] = ()
        for number, start, _ in self._find(read + END):
            if self._matches[0] <= number < self._matches[1]:
                return -1
            if not 0 < start < first or not low <= number < high:
                continue
            places = places or _places(text, cuts)
            touching = places[start] - places[start - 1] == 1
            if touching and KIND_BYTES[ord(written[start - 1])] == Kind.WORD:
                continue
            first = start
        return len(text) - places[first] if first < length else 0


def _places(text: str, cuts: list[tuple[int, int]]) -> Sequence[int]:
    """Return the places of what is left of a text."""
    if not cuts:
        return range(len(text))
    places: list[int] = []
    last = 0
    for start, end in cuts:
        places += range(last, start)
        last = end
    places += range(last, len(text))
    return places


def leet_in(text: str) -> bool:
    """True if a sign that may be a letter stands beside one, or at the end."""
    return _LEET.search(text) is not None


def is_spelled(view: View, start: int, end: int) -> bool:
    """True if what is between the characters of ``[start, end)`` is there to set them apart.

    Of each word: nothing, or something between all of its letters, or signs that no prose has
    inside of words, or (in words of six letters and more) several signs, in longer ones a single
    one.
    """
    text, any_gap = view.text, False
    first = start
    for stop in range(start, end + 1):
        if stop < end and text[stop] != " ":
            continue
        gaps = [gap for gap in (view.gap(place) for place in range(first + 1, stop)) if len(gap)]
        any_gap = any_gap or bool(gaps)
        if gaps and not _set_apart(view, gaps, stop - first):
            return False
        first = stop + 1
    return any_gap


def _set_apart(view: View, gaps: list[Offsets], size: int) -> bool:
    if len(gaps) == size - 1:
        return True
    codes = view.seen.codes
    if any((codes[gap] == ord(" ")).any() for gap in gaps):
        return False
    if all((codes[gap] > 0x7F).all() for gap in gaps):
        return True
    return size >= (_LONG if len(gaps) > 1 else _LONGER)


def is_leet(written: str, read: str) -> bool:
    """True if signs stand for letters: beside letters in every word, and not in a number."""
    if len(written) <= _SHORT and _HEX.issuperset(written):
        return False
    signs = False
    for one, other in zip(written.split(" "), read.split(" "), strict=True):
        changed = [a for a, b in zip(one, other, strict=True) if a not in (b, "l")]
        if len(changed) == len(one):
            return False
        signs = signs or bool(changed)
    return signs


def same_word(left: str, right: str) -> bool:
    """True if two neighbours belong to one word of a script with spaces."""
    return left != BREAK and KIND_BYTES[ord(left)] == Kind.WORD == KIND_BYTES[ord(right)]
