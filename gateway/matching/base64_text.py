"""Base64 (RFC 4648, both alphabets) and hexadecimal octets in the middle of a text, read without
knowing where they begin.

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

from gateway.matching.fold import Codes, Offsets, code_points
from gateway.matching.reader import Layer

NEAR = 16
"""Two changes within so many characters make a stretch look encoded."""

_ONE = "(?:(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z])"
_CHANGE = re.compile(_ONE)
_TWO_CHANGES = re.compile(f"{_ONE}[A-Za-z0-9+/_-]{{0,{NEAR - 2}}}?{_ONE}").search
_ANY_CHANGE = re.compile("[A-Z0-9](?:(?<=[a-z].)|(?<=[A-Z][0-9])|(?<=[0-9])[A-Za-z])").search
_RUN = re.compile("[A-Za-z0-9+/_-]{2,}")
_HEX = re.compile("[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{2,7}\\Z")
"""Four octets at least, or a run that still grows."""
_OCTETS_LEAST = 8
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
        codes, starts, ends = _placed(raw[:whole])
        first = stretch.start + skipped
        ended = first + (ends * 8 - 1) // 6 + 1
        yield Layer(codes, first + starts * 8 // 6, ended), first + whole * 8 // 6


def octets(text: str, stretch: Stretch) -> Iterator[tuple[Layer, int, int]]:
    """Yield what the hexadecimal runs of a stretch say in either division: the layer, the place
    from which on it says nothing yet, and where the run ends."""
    for run in _HEX.finditer(text, stretch.start, stretch.end):
        if run.end() - run.start() < _OCTETS_LEAST and run.end() < len(text):
            continue
        for skipped in range(2):
            first = run.start() + skipped
            raw = bytes.fromhex(text[first : run.end() - (run.end() - first) % 2])
            whole = len(raw) - _half_character(raw)
            codes, starts, ends = _placed(raw[:whole])
            yield Layer(codes, first + starts * 2, first + ends * 2), first + whole * 2, run.end()


def _placed(raw: bytes) -> tuple[Codes, Offsets, Offsets]:
    """Return the code points that octets say, and behind how many octets each begins and ends."""
    codes = code_points(raw.decode("utf-8", "surrogateescape"))
    widths = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    widths[(codes >= 0xDC80) & (codes <= 0xDCFF)] = 1
    ends = np.cumsum(widths, dtype=np.int64)
    return codes, ends - widths, ends


def _half_character(raw: bytes) -> int:
    """Return how many bytes at the end are the beginning of a character."""
    for size in range(1, min(3, len(raw)) + 1):
        lead = raw[-size]
        if lead >= 0xC0:
            return size if size < 2 + (lead >= 0xE0) + (lead >= 0xF0) else 0
        if lead < 0x80:
            return 0
    return 0
