"""Fingerprint: finds where a text came from, also cut, lightly edited and stripped of its marks.

A text is normalised (compatibility forms undone, case folded, letters and digits only) and cut into
overlapping *grams* of ten units, where an ideograph, kana or hangul counts two units and any other
letter one: five ideographs, ten Latin letters. Each gram's hash is keyed (AES over a rolling hash,
so that nobody without the key can tell whether a phrase is in the table). Stored are only those
that are the least within a window of `WINDOW` neighbours (winnowing: Schleimer, Wilkerson and
Aiken, SIGMOD 2003): every unbroken run of a gram and a window shares at least one with the record.
A question is hashed in full and compared along its *diagonals*: grams in the same order and at the
same distances speak for a copy, scattered ones do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

WINDOW = 5
GRAM_UNITS = 10
_GAP = 1_000
_LARGEST_POSITION = (1 << 31) - 1

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)

Pair = tuple[int, int]
"""A gram's keyed hash (signed, 32 bits) and its position in the normalised text."""


class Normal(NamedTuple):
    """A normalised text; ``origin[i]`` is the code point of the original that gave character i."""

    text: str
    origin: list[int]


class Grams(NamedTuple):
    """All grams of a normalised text: keyed hashes, first characters, one past last characters."""

    hashes: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Alignment(NamedTuple):
    """How well a question lies along a record.

    ``units`` is what matching grams cover of the question, in units; ``share`` the same as a part
    of the whole; ``start`` and ``end`` bound the passage in the normalised question.
    """

    grams: int
    units: int
    share: float
    start: int
    end: int


class _Folding(dict[int, str]):
    """A translation table that fills itself: code point to its normal form, maybe empty."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code)).casefold()
        kept = "".join(letter for letter in decomposed if letter.isalnum())
        self[code] = kept
        return kept


_folding = _Folding()


def normalise(text: str) -> str:
    """Return a text's letters and digits in one form."""
    return text.translate(_folding)


def normalise_with_origin(text: str) -> Normal:
    """Return the same, and where each character came from."""
    parts: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        normal = _folding[ord(letter)]
        parts.append(normal)
        origin.extend([place] * len(normal))
    return Normal("".join(parts), origin)


class Fingerprinter:
    """Makes grams under one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        # Single blocks under one key: a pseudo-random function, which is what is wanted here.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())

    def pairs(self, texts: Iterable[str]) -> list[Pair]:
        """Return what to store of a record's texts, each apart from the others."""
        found: list[Pair] = []
        offset = 0
        for text in texts:
            normal = normalise(text)
            grams = self.grams(normal)
            chosen = _winnow(grams.hashes)
            starts = grams.starts[chosen] + offset
            found.extend(zip(grams.hashes[chosen].tolist(), starts.tolist(), strict=True))
            offset = min(offset + len(normal) + _GAP, _LARGEST_POSITION - len(normal))
        return found

    def grams(self, normal: str) -> Grams:
        """Return all grams of a normalised text; none if it is shorter than one gram."""
        codes = np.frombuffer(normal.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        reach = np.concatenate(([0], np.cumsum(_units(codes))))
        ends = np.searchsorted(reach, reach[:-1] + GRAM_UNITS)
        starts = np.flatnonzero(ends < len(reach))
        ends = ends[starts]
        if not len(starts):
            return Grams(np.empty(0, np.int32), starts, ends)
        letters = codes.astype(np.uint64) * _MIX
        letters = (letters ^ (letters >> np.uint64(32))) * _MIX
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(letters * _powers(len(codes))[0])))
        rolled = (sums[ends] - sums[starts]) * _powers(len(codes))[1][starts]
        return Grams(self._keyed(rolled, ends - starts), starts, ends)

    def _keyed(self, rolled: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.int32]:
        blocks = np.empty((len(rolled), 2), np.uint64)
        blocks[:, 0] = rolled
        blocks[:, 1] = lengths
        sealed = self._cipher.encryptor().update(blocks.tobytes())
        return np.frombuffer(sealed, dtype=np.int32)[::4]


class _Powers:
    """Powers of the rolling hash's multiplier and of its inverse, modulo 2**64, as far as asked."""

    def __init__(self) -> None:
        self._forward = np.ones(1, np.uint64)
        self._backward = np.ones(1, np.uint64)

    def __call__(self, count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        if count > len(self._forward):
            size = max(count, 4096)
            self._forward = _powers_of(_MULTIPLIER, size)
            self._backward = _powers_of(_INVERSE, size)
        return self._forward[:count], self._backward[:count]


def _powers_of(factor: np.uint64, count: int) -> NDArray[np.uint64]:
    steps = np.full(count, factor, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


_powers = _Powers()


def _units(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    wide = (codes >= 0x1100) & (codes < 0x1200)  # hangul jamo, as decomposed syllables are
    wide |= (codes >= 0x2E80) & (codes < 0xA000)
    wide |= (codes >= 0xAC00) & (codes < 0xD7B0)
    wide |= (codes >= 0xF900) & (codes < 0xFB00)
    wide |= (codes >= 0x20000) & (codes < 0x40000)
    return np.where(wide, 2, 1).astype(np.int64)


def _winnow(hashes: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return places of the hashes that are the rightmost least of some window."""
    if len(hashes) <= WINDOW:
        return np.arange(len(hashes))[-1:] if not len(hashes) else np.array([hashes.argmin()])
    windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
    last_least = WINDOW - 1 - windows[:, ::-1].argmin(axis=1)
    return np.unique(np.arange(len(windows)) + last_least)


def align(question: Grams, total: int, hits: Sequence[tuple[int, int]]) -> Alignment:
    """Return the best alignment of hits, each (gram of the question, position in the record).

    ``total`` is the units of the whole question. Hits form a chain if their positions grow in both
    texts and their distances differ by at most 4 and a quarter of the way.
    """
    best: list[tuple[int, int]] = []
    ordered = sorted({(int(question.starts[gram]), position, gram) for gram, position in hits})
    chains: list[list[tuple[int, int, int]]] = []
    for start, position, gram in ordered[:2_000]:
        fitting = [chain for chain in chains if _continues(chain[-1], start, position)]
        if fitting:
            max(fitting, key=len).append((start, position, gram))
        elif len(chains) < 200:
            chains.append([(start, position, gram)])
    if chains:
        longest = max(chains, key=len)
        best = [(int(question.starts[g]), int(question.ends[g])) for _, _, g in longest]
    return _measure(best, question, total)


def _continues(last: tuple[int, int, int], start: int, position: int) -> bool:
    ahead, along = start - last[0], position - last[1]
    return ahead > 0 and along > 0 and abs(ahead - along) <= 4 + ahead // 4


def _measure(spans: list[tuple[int, int]], question: Grams, total: int) -> Alignment:
    if not spans:
        return Alignment(0, 0, 0.0, 0, 0)
    covered, reached = 0, 0
    for start, end in spans:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    letters = int(question.ends[-1] - question.starts[0])
    units = round(covered * total / max(letters, 1))
    share = min(1.0, units / max(total, 1))
    return Alignment(len(spans), units, share, spans[0][0], spans[-1][1])


def units_of(normal: str) -> int:
    """Return how many units a normalised text has."""
    codes = np.frombuffer(normal.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return int(_units(codes).sum())
