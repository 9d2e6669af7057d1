"""Fold: every way to write a character becomes the one that a reader takes it for.

Context-free: each code point is folded on its own (see fold_tables for the rules), so the fold of a
text is the fold of its pieces. Most text is its own fold apart from case; `is_plain` tells that in
one pass, and then no offsets are needed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.fold_tables import CODE_POINTS, TABLE, UNICODE_VERSION, Kind

__all__ = [
    "KINDS",
    "KIND_BYTES",
    "MARKUP",
    "SEPARATORS",
    "UNICODE_VERSION",
    "Folded",
    "Kind",
    "class_of",
    "code_points",
    "expand",
    "find_han",
    "find_special",
    "fold",
    "fold_codes",
    "fold_term",
    "needs_expansion",
    "text_of",
]

Codes = NDArray[np.uint32]
Offsets = NDArray[np.int64]

_CASED_BELOW = 0x20000
"""No code point from here on has case: these planes are Han, tags and private use."""

MARKUP = "<&*~`\\"
"""Characters that may open markup: see reader."""


def _load() -> tuple[Codes, bytes, dict[int, str]]:
    """Return the steps, the kinds and the expansions of the shipped table."""
    with np.load(TABLE) as table:
        sources, targets = table["sources"], table["targets"]
        steps = np.zeros(CODE_POINTS, np.uint32)
        steps[sources] = targets - sources
        kinds = table["kinds"].tobytes()
        several = table["expand_sources"].tolist(), table["expand_targets"].tolist()
        expansions = dict(zip(*several, strict=True))
    steps.setflags(write=False)
    return steps, kinds, expansions


_STEPS, KIND_BYTES, _EXPANSIONS = _load()
"""How far it is from each code point to the one that it becomes, modulo 2**32: nearly all are 0,
and such pages take no memory. Kind of each code point, for one-by-one reading:
``KIND_BYTES[ord(character)]``."""

KINDS: NDArray[np.uint8] = np.frombuffer(KIND_BYTES, np.uint8)
"""The kinds once more (the same memory), for many at once."""

_EXPANDS = np.zeros(CODE_POINTS, np.bool_)
_EXPANDS[list(_EXPANSIONS)] = True


def class_of(members: NDArray[np.bool_]) -> str:
    """Return the inside of a regular expression's class with these code points."""
    edges = np.flatnonzero(np.diff(members.astype(np.int8), prepend=0, append=0))
    ranges = zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _plain() -> NDArray[np.bool_]:
    """Return which code points are their own fold apart from ASCII case, and open no markup."""
    plain: NDArray[np.bool_] = (_STEPS == 0) & (KINDS != Kind.DROPPED) & ~_EXPANDS
    candidates = np.flatnonzero(plain[:_CASED_BELOW]).tolist()
    cased = [code for code in candidates if chr(code).lower() != chr(code)]
    plain[cased] = False
    plain[list(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZ\n"))] = True
    plain[list(map(ord, MARKUP))] = False
    return plain


find_special = re.compile(f"[^{class_of(_plain())}]").search
"""Finds the first character that is not plain. Plain text folds by ``lower`` and by reading line
feeds as spaces, and holds no markup. (The class lists what is plain, not what is special: that is
the order in which the engine of ``re`` is fast.)"""

find_han = re.compile(f"[{class_of(KINDS == Kind.HAN)}]").search
"""Finds the first Han character."""

SEPARATORS = re.compile(f"[^{class_of((KINDS < Kind.SOFT) | (KINDS > Kind.LINE))}]+")
"""A run of characters that may stand between the characters of a Han term."""


def code_points(text: str) -> Codes:
    """Return the code points of a text; lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(codes: Codes) -> str:
    """Return the text of folded code points. Raises UnicodeDecodeError on lone surrogates."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le")


def fold_codes(codes: Codes) -> Codes:
    """Return the fold of each code point; of one that becomes several, the code point itself."""
    folded = _STEPS[codes]
    folded += codes
    return folded


def needs_expansion(codes: Codes) -> bool:
    """True if a code point folds to several."""
    return bool(_EXPANDS[codes].any())


def expand(codes: Codes) -> tuple[Codes, Offsets]:
    """Return the codes with multiple folds written out, and the index each came from."""
    counts = np.ones(len(codes), np.int64)
    at = np.flatnonzero(_EXPANDS[codes])
    targets = [_EXPANSIONS[code] for code in codes[at].tolist()]
    counts[at] = [len(target) for target in targets]
    source = np.repeat(np.arange(len(codes)), counts)
    out = codes[source]
    starts = np.cumsum(counts) - counts
    for start, target in zip(starts[at].tolist(), targets, strict=True):
        out[start : start + len(target)] = [ord(character) for character in target]
    return out, source


class Folded(NamedTuple):
    """A folded text; ``offsets[i]`` is the original index of its i-th character, None if equal."""

    text: str
    offsets: Offsets | None


def fold(text: str) -> Folded:
    """Return the fold of a text without what a reader does not see."""
    if not find_special(text):
        return Folded(text.replace("\n", " ").lower(), None)
    codes = code_points(text)
    offsets = np.arange(len(codes), dtype=np.int64)
    if needs_expansion(codes):
        codes, offsets = expand(codes)
    visible = KINDS[codes] != Kind.DROPPED
    return Folded(text_of(fold_codes(codes[visible])), offsets[visible])


@lru_cache(1 << 12)
def fold_term(text: str) -> str:
    """Return a term as it is looked for: folded, runs of spaces made one, none at the ends.

    Entries of a list share their context words, so the last ones are remembered.
    """
    return " ".join(part for part in fold(text).text.split(" ") if part)
