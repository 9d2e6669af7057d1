"""Base64 (RFC 4648, both alphabets) in the middle of a text, read without knowing where it begins.

A stretch counts from the place on where it no longer looks like a word: two changes between small
letter, capital and digit within 16 characters. That, and the four ways to divide it into groups of
four, can be told from any point of it, so that a text may be cut anywhere; what stands before that
place is read too, but was not held.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gateway.matching.fold import Offsets, code_points
from gateway.matching.reader import Layer

NEAR = 16
"""Two changes within so many characters make a stretch look encoded."""

_ONE = "(?:(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z])"
_CHANGE = re.compile(_ONE)
_TWO_CHANGES = re.compile(f"{_ONE}[A-Za-z0-9+/_-]{{0,{NEAR - 2}}}?{_ONE}").search
_ANY_CHANGE = re.compile("[A-Z0-9](?:(?<=[a-z].)|(?<=[A-Z][0-9])|(?<=[0-9])[A-Za-z])").search
_RUN = re.compile("[A-Za-z0-9+/_-]{2,}")
_STANDARD = str.maketrans("-_", "+/")


class Stretch(NamedTuple):
    """A stretch ``[start, end)`` of base64 characters; ``counting`` are the places that count."""

    start: int
    end: int
    counting: Offsets

    def first_from(self, place: int) -> int | None:
        """Return the first place at or after ``place`` that counts."""
        index = int(np.searchsorted(self.counting, place))
        return int(self.counting[index]) if index < len(self.counting) else None


def looks_encoded(text: str, start: int) -> bool:
    """True if a place at or after ``start`` counts."""
    begin = max(0, start - NEAR - 1)
    if not _ANY_CHANGE(text, begin) or not _TWO_CHANGES(text, begin):
        return False
    return any(True for _ in stretches(text, start))


def stretches(text: str, start: int) -> Iterator[Stretch]:
    """Yield the stretches of a text in which a place at or after ``start`` counts."""
    for run in _RUN.finditer(text):
        if run.end() <= start:
            continue
        counting = _counting(text, run.start(), run.end())
        if len(counting) and counting[-1] >= start:
            yield Stretch(run.start(), run.end(), counting)


def _counting(text: str, start: int, end: int) -> Offsets:
    """Return the places that have two changes among the characters up to them."""
    changes = [
        found.start() for found in _CHANGE.finditer(text, start, end) if found.start() > start
    ]
    counts = np.zeros(end - start, np.bool_)
    for first, second in pairwise(changes):
        if second - first < NEAR:
            counts[second - start : first + NEAR - start] = True
    return np.flatnonzero(counts) + start


def decodings(text: str, stretch: Stretch) -> Iterator[tuple[Layer, int]]:
    """Yield what a stretch says in each of the four divisions, and the place from which on it says
    nothing yet: half a byte, or half a character."""
    written = text[stretch.start : stretch.end].translate(_STANDARD)
    for skipped in range(min(4, len(written))):
        part = written[skipped:]
        size = len(part) * 6 // 8
        raw = b64decode(part + "A" * (-len(part) % 4))[:size]
        whole = size - _half_character(raw)
        said = raw[:whole].decode("utf-8", "surrogateescape")
        codes = code_points(said)
        widths = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
        widths[(codes >= 0xDC80) & (codes <= 0xDCFF)] = 1
        ends = np.cumsum(widths, dtype=np.int64)
        first = stretch.start + skipped
        starts = first + (ends - widths) * 8 // 6
        yield Layer(codes, starts, first + (ends * 8 - 1) // 6 + 1), first + whole * 8 // 6


def _half_character(raw: bytes) -> int:
    """Return how many bytes at the end are the beginning of a character."""
    for size in range(1, min(3, len(raw)) + 1):
        lead = raw[-size]
        if lead >= 0xC0:
            return size if size < 2 + (lead >= 0xE0) + (lead >= 0xF0) else 0
        if lead < 0x80:
            return 0
    return 0
