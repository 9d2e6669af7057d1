"""Features: what the scorer looks at, as places in tables of weights.

Two kinds. *Grams*: the folded characters one to five at a time, and the words of Latin script one
and two at a time, hashed. *Bones*: the cue words of a text (who is spoken of, what is said, whether
it is denied, opposed, asked or quoted) as classes, in their order, hashed alone, in pairs, in
threes and fours. So the bones of "no one should call OTHERS idiots" differ from those of "OTHERS
are idiots", whoever the others are; and in the grams the names of groups are one and the same sign,
so that no group's name is held against a text.

Nearly everything is an operation on whole arrays; only cue words take a step each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from gateway.matching.fold import KINDS, Kind, code_points, fold_codes

Places = NDArray[np.int64]

GRAM_BITS = 21
BONE_BITS = 15
LONGEST_GRAM = 5
LONGEST_TEXT = 1024
"""Code points; what is longer is read up to there."""

HOSTILE, INJECTION = 0, 1
"""The two questions; each has cue words of its own."""

GROUP = "group."
PLAIN = "plain"
_GROUP_SIGN = "\ue000"
_SPACE, _DIGIT, _STRANGE = 0x20, 0x30, 0xFFFD

_MARKS = {
    "mark.ask": "?", "mark.call": "!", "mark.stop": ".\u3002;", "mark.comma": ",\u3001",
    "mark.quote": '"\u201c\u201d\u300a\u300b\u300c\u300d\u300e\u300f\u00ab\u00bb',
    "mark.bracket": "()[]{}", "mark.colon": ":",
}  # fmt: skip
_BAR = re.compile(r"(?<![<|])\|(?![>|])")
"""Parts the words of a line, but not the bars of a chat template's own marks."""

_FILES = ("cues.txt", "cues_injection.txt")

_STEP = np.uint64(0x9E3779B97F4A7C15)
_BACK = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)
_POWERS = np.cumprod(np.full(3 * LONGEST_TEXT + 3, _STEP, np.uint64))
_INVERSES = np.cumprod(np.full(3 * LONGEST_TEXT + 3, _BACK, np.uint64))
_GRAM_SHIFT = np.uint64(64 - GRAM_BITS)
_BONE_SHIFT = np.uint64(64 - BONE_BITS)


_PLANES = 0x20000
"""Code points that the table holds; beyond stand rare Han, and what nobody sees."""


def _fold_table() -> NDArray[np.uint32]:
    """Return the fold used here: digits are one sign, blanks another, what nobody sees is 0, and
    so is the last place, which stands for all beyond."""
    fold = fold_codes(np.arange(_PLANES + 1, dtype=np.uint32))
    digit = np.array([chr(code).isdecimal() for code in range(0x3000)])
    low = fold < 0x3000
    fold[low] = np.where(digit[fold[low]], _DIGIT, fold[low])
    fold[[code for code in range(0x3001) if chr(code).isspace()]] = _SPACE
    fold[KINDS[: _PLANES + 1] == Kind.DROPPED] = 0
    fold[0xD800:0xF900] = _STRANGE
    fold[:9] = fold[0x7F] = fold[_PLANES] = 0
    fold.setflags(write=False)
    return fold


_FOLD = _fold_table()


def _seen(points: NDArray[np.uint32], codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return folded codes without those that nobody sees, with those beyond the table."""
    beyond = np.flatnonzero(points >= _PLANES)
    rare = points[beyond]
    codes[beyond] = np.where(KINDS[rare] == Kind.DROPPED, 0, fold_codes(rare))
    seen: NDArray[np.uint32] = codes[codes != 0]
    return seen


_OPENING = ('"', "(", "[", ">", "/", ":", "*", "-", "`", "\u201c")
"""What a Latin word may stand behind; it is set apart, so that every word begins at a blank."""


_DRAWN = {sign: sign * 4 for sign in "=-_*#~+"} | {sign: sign * 2 for sign in "\u2500\u2550\u2501"}
_ROW = re.compile("|".join(f"{re.escape(row)}+" for row in _DRAWN.values()))
"""Rows of one sign, which are drawn and say nothing."""

_BLOB = re.compile("(?=[a-z0+/=]{32})(?:[a-z+/=]{0,16}0){3}[a-z0+/=]*")
"""Hashes, keys, base64: letters and digits (which are one sign here) mixed, without a pause."""


def folded(text: str) -> str:
    """Return a text as the scorer reads it."""
    points = code_points(text[:LONGEST_TEXT])
    codes = _FOLD.take(points, mode="clip")
    if np.count_nonzero(codes) < len(codes):
        codes = _seen(points, codes)
    out = f" {codes.tobytes().decode('utf-32-le')} "
    for sign, row in _DRAWN.items():
        if sign in out and row in out:
            out = _ROW.sub(" ", out)
    if "0" in out:
        out = _BLOB.sub(" ", out)
    for mark in _OPENING:
        if mark in out:
            out = out.replace(mark, f" {mark} ")
    while "  " in out:
        out = out.replace("  ", " ")
    return out


def spoken_in(text: str) -> int:
    """Return which language a folded text is judged as: 0 for Chinese, 1 for English. A sign
    outside of ASCII counts as three letters, as Han signs say more than letters."""
    if text.isascii():
        return 1
    narrow = len(text.encode("ascii", "ignore"))
    return 0 if 3 * (len(text) - narrow) >= narrow - 2 else 1


class Cues:
    """The cue words, compiled. ``kinds[question]`` are the classes of a question in order; the
    marks of punctuation come first. Class 0 is no class."""

    def __init__(self, questions: Iterable[Iterable[str]]) -> None:
        terms: dict[str, list[int]] = {mark: [0, 0] for marks in _MARKS.values() for mark in marks}
        self._opened: dict[str, bool] = {}
        self.kinds: list[list[str]] = []
        for question, lines in enumerate(questions):
            for number, marks in enumerate(_MARKS.values(), 1):
                for mark in marks:
                    terms[mark][question] = number
            self.kinds.append(["", *_MARKS])
            for line in lines:
                self._read(terms, line, question)
        self._terms = [
            (
                0 if self._is_plain(kinds[0]) else kinds[0],
                kinds[1],
                self._opened.get(term),
                self._sign(kinds[0]),
            )
            for term, kinds in terms.items()
        ]
        self._automaton = AhoCorasick(
            list(terms), matchkind=MatchKind.LeftmostLongest, store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )  # fmt: skip

    def _read(self, terms: dict[str, list[int]], line: str, question: int) -> None:
        """Take one line of a file: a class and its words."""
        if not line.strip() or line.startswith("#"):
            return
        kind, _, words = line.partition(":")
        kinds = self.kinds[question]
        kinds.append(kind.strip())
        for word in _BAR.split(words.strip()):
            self._add(terms, word.strip(), question, len(kinds) - 1)

    def _add(self, terms: dict[str, list[int]], word: str, question: int, kind: int) -> None:
        term = folded(word.removesuffix("*"))[1:-1]
        if term[:1].isascii() and term[:1].isalnum():
            term = f" {term}"
            self._opened[term] = self._opened.get(term, False) or word.endswith("*")
        if term.strip():
            terms.setdefault(term, [0, 0])[question] = kind

    def _is_plain(self, kind: int) -> bool:
        return self.kinds[HOSTILE][kind] == PLAIN

    def _sign(self, kind: int) -> str | None:
        """Return what stands for a word of a class in the grams; None for itself."""
        if self._is_plain(kind):
            return ""
        return _GROUP_SIGN if self.kinds[HOSTILE][kind].startswith(GROUP) else None

    def find(self, text: str) -> Found:
        """Return what cue words a folded text has."""
        first: list[int] = []
        second: list[int] = []
        signs: list[tuple[int, int, str]] = []
        terms = self._terms
        for place, start, end in self._automaton.find_matches_as_indexes(text):
            hostile, injection, opened, sign = terms[place]
            if opened is False and (after := text[end]).isalnum() and after.isascii():
                continue
            if hostile:
                first.append(hostile)
            if injection:
                second.append(injection)
            if sign is not None:
                signs.append((start + (opened is not None), end, sign))
        return Found((first, second), signs)


class Found(NamedTuple):
    """The classes of cue words in a text, per question, and what stands for which of its words in
    the grams: a sign for the name of a group, nothing for a plain word."""

    kinds: tuple[list[int], list[int]]
    signs: list[tuple[int, int, str]]


def read_cues() -> Cues:
    """Return the cue words of the files in this folder."""
    folder = Path(__file__).parent
    return Cues([(folder / name).read_text(encoding="utf-8").splitlines() for name in _FILES])


def masked(text: str, signs: list[tuple[int, int, str]]) -> str:
    """Return a folded text with the signs in place of the words that they stand for."""
    if not signs:
        return text
    parts: list[str] = []
    at = 0
    for start, end, sign in signs:
        parts += (text[at:start], sign)
        at = end
    return "".join([*parts, text[at:]])


def grams(text: str) -> Places:
    """Return the places of a folded text's characters and words."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    mixed = codes * _MIX
    rolling = mixed
    parts = [mixed]
    for size in range(1, min(LONGEST_GRAM, len(mixed))):
        rolling = rolling[:-1] * _STEP
        rolling += mixed[size:]
        parts.append(rolling)
    inside = _LATIN.take(codes, mode="clip")
    if np.count_nonzero(inside):
        parts += _words(codes, inside)
    joined = np.concatenate(parts)
    joined *= _MIX
    joined >>= _GRAM_SHIFT
    return joined.view(np.int64)


_LATIN = np.zeros(0x80, np.bool_)
_LATIN[[*range(ord("a"), ord("z") + 1), _DIGIT, ord("'")]] = True


def _words(codes: NDArray[np.uint32], inside: NDArray[np.bool_]) -> list[NDArray[np.uint64]]:
    """Return the hashes of the Latin words, alone and in pairs."""
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2] + 1, edges[1::2] + 1
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * _POWERS[: len(codes)], out=sums[1:])
    words = (sums[ends] - sums[starts]) * _INVERSES[starts]
    words ^= words >> np.uint64(29)
    words *= _STEP
    return [words, words[:-1] * _MIX + words[1:]]


_MOST_KINDS = 256
_KINDS = (np.arange(_MOST_KINDS, dtype=np.uint64) + np.uint64(7)) * _MIX
_ROWS = np.stack([_KINDS, _KINDS * _STEP, _KINDS * _BACK, _KINDS * _POWERS[9]])
"""The hashes of cue classes, and these as the first of a pair, a three and a four with gaps."""


def bones(kinds: list[int]) -> Places:
    """Return the places of a row of cue classes."""
    mixed, first, apart, far = _ROWS.take([0, *kinds, 0], axis=1)
    pairs = first[:-1] + mixed[1:]
    parts = [mixed, pairs]
    if kinds:
        threes = pairs[:-1] * _STEP + mixed[2:]
        parts += [threes, apart[:-2] + mixed[2:]]
    if len(kinds) > 1:
        parts += [threes[:-1] * _STEP + mixed[3:], far[:-3] + mixed[3:]]
    joined = np.concatenate(parts)
    joined *= _MIX
    joined >>= _BONE_SHIFT
    return joined.view(np.int64)
