"""Base64 (RFC 4648, both alphabets) and hexadecimal octets in the middle of a text, read without
knowing where they begin.

A stretch counts from the place on where it no longer looks like a word: two changes between small
letter, capital and digit within 16 characters. That, and the four ways to divide it into groups of
four, can be told from any point of it, so that a text may be cut anywhere; what stands before that
place is read too, but was not held. A stretch goes on behind a line end. What it says is read like
any text: escapes in it, and other stretches, up to `DEPTH` encodings one in the other.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gateway.matching.fold import Codes, Offsets, code_points
from gateway.matching.reader import DEPTH, Layer, open_markup, read_layer

NEAR = 16
"""Two changes within so many characters make a stretch look encoded."""

_ONE = "(?:(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z])"
_CHANGE = re.compile(_ONE)
_TWO_CHANGES = re.compile(f"{_ONE}[A-Za-z0-9+/_-]{{0,{NEAR - 2}}}?{_ONE}").search
_ANY_CHANGE = re.compile("[A-Z0-9](?:(?<=[a-z].)|(?<=[A-Z][0-9])|(?<=[0-9])[A-Za-z])").search
_RUN = re.compile("[A-Za-z0-9+/_-]{2,}(?:\r?\n[A-Za-z0-9+/_-]+)*(?:\r?\n?\\Z)?")
_HEX = re.compile("[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{2,7}\\Z")
"""Four octets at least, or a run that still grows."""
_OCTETS_LEAST = 8
_INNER_LEAST = 8
"""Characters of a stretch in what another one says: noise, as of pictures, seldom has so many."""
_ESCAPE = re.compile(r"%[0-9a-fA-Fu]|&[#A-Za-z]|\\[uUx3]|=[C-F]").search
"""Finds how every token begins that stands for a character; noise seldom has one."""
_STANDARD = str.maketrans("-_", "+/", "\r\n")
_SPREAD, _OCTET_SPREAD, _DEEPER_SPREAD = 4, 6, 2
"""Characters of base64, and of hexadecimal octets, that write a character of three bytes, as Han
characters are; and how many times as many each further encoding takes."""


_BETWEEN = b"\xff\xff"
"""No octets of any text: each is a code point of its own, whatever stands before."""
_PARTING = np.array([ord("<"), 0xE000], np.uint32)
"""Said between two stretches: ends every token (see `reader`) and begins none, and no view leaves
both out."""


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


def stretches(text: str, start: int, least: int = 0) -> Iterator[Stretch]:
    """Yield the stretches of a text in which a place at or after ``start`` counts: those of
    ``least`` characters, and one that still grows."""
    for run in _RUN.finditer(text):
        short = run.end() - run.start() < least and run.end() < len(text)
        if short or run.end() <= start:
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


class Reading(NamedTuple):
    """What a stretch says, or what several that are over say, one behind the other.

    From ``unread`` on it says nothing yet; if ``open``, more text may go on with it; a character
    takes up to ``spread`` of the text's. Each of ``begins`` and ``ends`` is where a stretch does.
    """

    stretch: Stretch
    layer: Layer
    unread: int
    open: bool
    spread: int
    begins: Offsets
    ends: Offsets

    def fence(self, place: int) -> tuple[int, int]:
        """Return the span of the stretch at this place."""
        index = max(0, int(np.searchsorted(self.begins, place, "right")) - 1)
        return int(self.begins[index]), int(self.ends[index])


def readings(text: str, start: int, *, final: bool, depth: int = DEPTH) -> Iterator[Reading]:
    """Yield what the stretches of a text say in which a place at or after ``start`` counts.

    Those that are over are read together: a text may hold hundreds of short ones.
    """
    if not looks_encoded(text, start):
        return
    found = list(stretches(text, start, 0 if depth == DEPTH else _INNER_LEAST))
    grows = found.pop() if found and found[-1].end == len(text) and not final else None
    said = list(_said_together(text, found)) if found else []
    if grows is not None:
        said += _said_so_far(text, grows)
    for reading in said:
        yield from _with_inner(reading, depth)


def _said_so_far(text: str, stretch: Stretch) -> Iterator[Reading]:
    """Yield what the last stretch of a text says, which may go on."""
    begins, ends = np.array([stretch.start]), np.array([stretch.end])
    for layer, unread in decodings(text, stretch):
        yield Reading(stretch, layer, unread, True, _SPREAD, begins, ends)  # noqa: FBT003 -- a tuple's member
    for layer, unread, end in octets(text, stretch):
        still = end == len(text)
        yield Reading(stretch, layer, unread, still, _OCTET_SPREAD, begins, ends)


def _said_together(text: str, found: list[Stretch]) -> Iterator[Reading]:
    """Yield what stretches that are over say, each time of all of them."""
    begins, ends = np.array([(one.start, one.end) for one in found]).T
    counting = np.concatenate([one.counting for one in found])
    whole = Stretch(int(begins[0]), int(ends[-1]), counting)
    written = [text[one.start : one.end].translate(_STANDARD) for one in found]
    places = np.concatenate([_places(text, one) for one in found])
    sizes = np.array([len(each) for each in written])
    first = np.cumsum(sizes + 1) - sizes - 1  # each has the place of its end behind it
    for skipped in range(4):
        said = _Said.of([_unpacked(each[skipped:]) for each in written])
        size = sizes[said.number]
        begun = np.minimum(skipped + said.starts * 8 // 6, size)
        ended = np.minimum(skipped + (said.ends * 8 - 1) // 6, size - 1)
        begun, ended = places[first[said.number] + begun], places[first[said.number] + ended] + 1
        layer = Layer(said.codes, begun, ended)
        yield Reading(whole, layer, whole.end, False, _SPREAD, begins, ends)  # noqa: FBT003 -- a tuple's member
    runs = [run for one in found for run in _HEX.finditer(text, one.start, one.end)]
    runs = [run for run in runs if run.end() - run.start() >= _OCTETS_LEAST]
    if not runs:
        return
    begins, ends = np.array([run.span() for run in runs]).T
    for skipped in range(2):
        said = _Said.of([_octets_of(text, run, skipped) for run in runs])
        begun = begins[said.number] + skipped + said.starts * 2
        ended = begins[said.number] + skipped + said.ends * 2
        end = ends[said.number]
        layer = Layer(said.codes, np.minimum(begun, end), np.minimum(ended, end))
        yield Reading(whole, layer, whole.end, False, _OCTET_SPREAD, begins, ends)  # noqa: FBT003 -- a tuple's member


def readings_of(layer: Layer, *, final: bool) -> Iterator[Reading]:
    """Yield what the stretches of a layer say."""
    outer = Stretch(0, 0, layer.starts)
    end = int(layer.ends[-1])
    whole = Reading(outer, layer, end, not final, 1, np.array([0]), np.array([end]))
    for inner in readings(layer.said(), 0, final=final, depth=DEPTH - 1):
        yield _within(whole, inner)


def _with_inner(reading: Reading, depth: int) -> Iterator[Reading]:
    """Yield a reading, and what the encodings in it say."""
    said = reading.layer.said()
    escaped, stop = None, len(said)
    if _ESCAPE(said):
        escaped, stop = read_layer(said, final=not reading.open)
    elif reading.open:
        stop = open_markup(said, 0)
    if stop < len(said):
        reading = reading._replace(unread=int(reading.layer.starts[stop]))
    yield reading
    if escaped is not None and (escaped.ends - escaped.starts > 1).any():
        bare = escaped._replace(emphasis=None, hidden=None)
        yield reading._replace(layer=_placed_in(reading.layer, bare))
    if depth > 1:
        for inner in readings(said, 0, final=not reading.open, depth=depth - 1):
            yield _within(reading, inner)


def _within(outer: Reading, inner: Reading) -> Reading:
    """Return a reading of what another one says as one of the text that this stands in."""
    layer, stretch = outer.layer, outer.stretch
    at = np.searchsorted(stretch.counting, layer.starts[inner.stretch.counting])
    counting = np.unique(stretch.counting[at[at < len(stretch.counting)]])
    unread = inner.unread
    return Reading(
        stretch._replace(counting=counting),
        _placed_in(layer, inner.layer),
        int(layer.starts[unread]) if unread < len(layer.starts) else outer.unread,
        inner.open,
        outer.spread * _DEEPER_SPREAD,
        layer.starts[inner.begins],
        layer.ends[inner.ends - 1],
    )


def _placed_in(outer: Layer, inner: Layer) -> Layer:
    """Return a layer of what another layer says with the places of this one's text."""
    return inner._replace(starts=outer.starts[inner.starts], ends=outer.ends[inner.ends - 1])


def decodings(text: str, stretch: Stretch) -> Iterator[tuple[Layer, int]]:
    """Yield what a stretch says in each of the four divisions, and the place from which on it says
    nothing yet: half a byte, or half a character."""
    written = text[stretch.start : stretch.end].translate(_STANDARD)
    places = _places(text, stretch)
    for skipped in range(min(4, len(written))):
        raw = _unpacked(written[skipped:])
        known = len(raw) - _half_character(raw)
        codes, starts, ends = _placed(raw[:known])
        begun, ended = places[skipped + starts * 8 // 6], places[skipped + (ends * 8 - 1) // 6] + 1
        yield Layer(codes, begun, ended), int(places[skipped + known * 8 // 6])


def _places(text: str, stretch: Stretch) -> Offsets:
    """Return where each character of a stretch stands that is no line end, and where it ends."""
    marks = np.frombuffer(text[stretch.start : stretch.end].encode("ascii"), np.uint8)
    return np.append(np.flatnonzero(marks > ord(" ")) + stretch.start, stretch.end)


def _unpacked(part: str) -> bytes:
    """Return the whole octets that base64 characters say."""
    return b64decode(part + "A" * (-len(part) % 4))[: len(part) * 6 // 8]


def octets(text: str, stretch: Stretch) -> Iterator[tuple[Layer, int, int]]:
    """Yield what the hexadecimal runs of a stretch say in either division: the layer, the place
    from which on it says nothing yet, and where the run ends."""
    for run in _HEX.finditer(text, stretch.start, stretch.end):
        if run.end() - run.start() < _OCTETS_LEAST and run.end() < len(text):
            continue
        for skipped in range(2):
            first = run.start() + skipped
            raw = _octets_of(text, run, skipped)
            whole = len(raw) - _half_character(raw)
            codes, starts, ends = _placed(raw[:whole])
            yield Layer(codes, first + starts * 2, first + ends * 2), first + whole * 2, run.end()


def _octets_of(text: str, run: re.Match[str], skipped: int) -> bytes:
    first = run.start() + skipped
    return bytes.fromhex(text[first : run.end() - (run.end() - first) % 2])


class _Said(NamedTuple):
    """The code points that several strings of octets say, parted so that nothing spans two of
    them: of which one each is part, and behind how many of its octets it begins and ends."""

    codes: Codes
    number: Offsets
    starts: Offsets
    ends: Offsets

    @classmethod
    def of(cls, pieces: list[bytes]) -> _Said:
        """Read the pieces one behind the other."""
        sizes = np.array([len(piece) for piece in pieces])
        codes, starts, ends = _placed(_BETWEEN.join(pieces))
        number = np.repeat(np.arange(len(pieces)), sizes + len(_BETWEEN))[starts]
        before = (np.cumsum(sizes + len(_BETWEEN)) - sizes - len(_BETWEEN))[number]
        starts, ends = starts - before, ends - before
        between = starts - sizes[number]
        codes = np.where(between < 0, codes, _PARTING[np.maximum(between, 0)])
        return cls(codes, number, starts, ends)


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
