"""Sentences of running text, Chinese and English, found from the text alone.

An end is a line break or a mark that ends a sentence. No ends are: the point of a decimal, of an
abbreviation, of an initial or of a list's number, a mark in the middle of a Latin word (`a!b`), and
inside a code block anything but a line break.

Whoever cuts a growing text gets the same sentences as from the whole: an end is given only when no
text to come can change it. A Chinese mark is an end at once: what closes behind it (a quote, a
bracket, more marks) is the beginning of the next sentence, since waiting for it would hold back a
sentence that is complete. A Latin mark waits for the next character anyway and takes them in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLOSERS = r"[”’」』\"')\]*_]*"
_END = re.compile(rf"[\n。！？…｡]|[!?]+{_CLOSERS}(?![A-Za-z0-9_=.])|\.+{_CLOSERS}(?=\s)")
_AT_ONCE = "\n。！？…｡"
_SOFT = re.compile(r"[\s,，、;；:：](?![\s,，、;；:：])")
_FENCE = "```"
_WORD = re.compile(r"[^\s(（\[\"'“‘]*\Z")
_ABBREVIATIONS = """
    mr mrs ms dr prof st sr jr vs etc no nos fig figs eq eqs sec ch vol ed eds inc ltd co corp
    approx cf al est dept univ gen col lt sgt rev hon gov sen rep capt e.g i.e a.m p.m u.s u.k
    jan feb mar apr jun jul aug sep sept oct nov dec
"""
_NO_END = frozenset(_ABBREVIATIONS.split())
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})\Z")
_LONGEST_WORD = 24


class Measure(NamedTuple):
    """How long stretches are, in code points: an end counts from ``least`` on, none is longer than
    ``longest``. ``whole``: a stretch takes in as many sentences as fit."""

    least: int
    longest: int
    whole: bool = False


def next_end(text: str, begin: int, measure: Measure, *, final: bool) -> int | None:
    """Return where the stretch that begins at ``begin`` ends; None: more text must come first.

    With ``final`` nothing more comes, and what is left is a stretch too. Where there is no end in
    time, a stretch ends behind a blank or a comma of its last third, or at its longest.
    """
    limit = begin + measure.longest
    if measure.whole and len(text) <= limit:
        return len(text) if final and begin < len(text) else None
    found = None
    for end in _ends(text, begin, begin + measure.least, limit):
        if end == len(text) < limit and text[end - 1] not in _AT_ONCE and not final:
            return None
        found = end
        if not measure.whole:
            break
    if found is not None:
        return found
    if len(text) >= limit:
        soft = [each.end() for each in _SOFT.finditer(text, limit - measure.longest // 3, limit)]
        return soft[-1] if soft else limit
    return len(text) if final and begin < len(text) else None


def _ends(text: str, begin: int, least: int, limit: int) -> Iterator[int]:
    for found in _END.finditer(text, max(least - 1, begin), limit):
        if text[found.start()] == "\n" or not _is_no_end(text, begin, found):
            yield found.end()


def _is_no_end(text: str, begin: int, found: re.Match[str]) -> bool:
    """True for the point behind an abbreviation, an initial, or the number of a list's entry, and
    for all marks in a code block."""
    at = found.start()
    return (text[at] == "." and _is_short(text, begin, found)) or _is_code(text, at)


def _is_code(text: str, at: int) -> bool:
    """True inside a code block: behind an odd number of fences. Asked only at a mark, since it
    reads all that stands before."""
    return "`" in text and text.count(_FENCE, 0, at) % 2 == 1


def _is_short(text: str, begin: int, found: re.Match[str]) -> bool:
    at = found.start()
    if found.end() - at > 1:
        return False
    first = max(begin, at - _LONGEST_WORD)
    word = _WORD.search(text, first, at)
    said = word[0] if word else ""
    if said.lower() in _NO_END or (len(said) == 1 and said.isupper()):
        return True
    line = text.rfind("\n", max(0, at - _LONGEST_WORD), at) + 1
    head = text[max(line, at - _LONGEST_WORD, 0) : at].strip()
    starts_line = line > 0 or at <= _LONGEST_WORD
    return starts_line and _NUMBER.fullmatch(head) is not None
