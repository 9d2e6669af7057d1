"""Numbers in disguise: digits written as words of one character, in circles or on keys, or with
something between them that nobody sees (``一三九…``, ``①③⑨…``, keycaps, ``139`` + U+200B + ``…``).

Digits that stand together are one run, and only a whole run is a number, so that a year in words or
a numbered list is no part of one. A blank or a dash between two digits counts behind a disguised
one only: ordinary figures need not be waited for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from filters.personal_data.candidate import Candidate
from filters.personal_data.checks import is_bank_card, is_resident_id
from filters.personal_data.labels import Hint, Passage

LONGEST_RUN = 96
"""Code points: eighteen keycaps with blanks. A longer run is no number."""

_WORDS = (
    "零〇○洞", "一壹幺", "二贰貳两", "三叁參", "四肆", "五伍", "六陆陸", "七柒拐", "八捌", "九玖勾",
)  # fmt: skip
"""How each digit is said, in figures for cheques and over a radio too."""
_OTHERS = ((0xB2, 0xBA), (0x2070, 0x208A), (0x2460, 0x2469), (0x24EA, 0x2500), (0x2776, 0x2794))
"""Raised, lowered and circled digits."""


def _digits() -> dict[str, str]:
    table = {sign: str(digit) for digit, signs in enumerate(_WORDS) for sign in signs}
    for first, behind in _OTHERS:
        for sign in map(chr, range(first, behind)):
            digit = unicodedata.digit(sign, -1)
            if digit >= 0:
                table[sign] = str(digit)
    return table


_DIGITS = _digits()
_TABLE = str.maketrans(_DIGITS | {chr(0xFF10 + digit): str(digit) for digit in range(10)})
_SAID = "".join(sorted(_DIGITS))
_PLAIN = "0-9０-９"
_UNSEEN = "\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe0e\ufe0f\ufeff"
_JOINTS = r" .·・•\-"
_ONE = (
    f"(?:[{_PLAIN}][{_UNSEEN}]{{0,4}}"
    f"|[{_SAID}][{_UNSEEN}]{{0,4}}(?:[{_JOINTS}][{_UNSEEN}]{{0,4}})?)"
)
_LONGEST_ONE = 10
_LEAST = 11
"""A mobile's digits; documents and cards have more."""

find_disguise = re.compile(
    f"[{_SAID}{_UNSEEN}][{_UNSEEN}{_JOINTS}]{{0,9}}[{_PLAIN}{_SAID}]"
).search
"""Finds what a run in disguise holds, and most text does not."""
_RUN = re.compile(f"{_ONE}{{{_LEAST},}}+")
_OPEN = re.compile(f"{_ONE}++\\Z")
_BEFORE = re.compile(f"{_ONE}\\Z")
OPEN_ENDS = frozenset(
    filter(re.compile(f"[{_PLAIN}{_SAID}{_UNSEEN}{_JOINTS}]").match, map(chr, range(0x10000)))
)
"""What the end of an open run may be."""
_NOT_DIGIT = re.compile("[^0-9]+")
_BEHIND = re.compile(f"[{_JOINTS}][{_UNSEEN}]*\\Z")
_MOBILE = re.compile(r"(?:(?:00)?86)?(1[3-9][0-9]{9})")


def digits_of(text: str) -> str:
    """Return the digits that a run says."""
    return _NOT_DIGIT.sub("", text.translate(_TABLE))


def disguised(text: str, start: int) -> Iterator[Candidate]:
    """Give every mobile, resident ID and bank card that a whole run says, if it ends."""
    for run in _RUN.finditer(text, start):
        at, end = run.span()
        if end - at > LONGEST_RUN or find_disguise(run[0]) is None or _continues(text, at):
            continue
        end -= len(behind[0]) if (behind := _BEHIND.search(run[0])) else 0
        found = _judged(Passage(text, at), at, end)
        if found is not None:
            yield found


def open_disguise(text: str, start: int) -> int:
    """Return where a run begins that the end of ``text[start:]`` leaves open, or its length."""
    if text[-1:] not in OPEN_ENDS or len(text) == start:
        return len(text)
    found = _OPEN.search(text, max(start, len(text) - LONGEST_RUN))
    if found is None or _continues(text, found.start()):
        return len(text)
    return found.start()


def _continues(text: str, at: int) -> bool:
    """True if what stands before ``at`` belongs to the run: it was too long to be waited for."""
    return _BEFORE.search(text, max(0, at - _LONGEST_ONE), at) is not None


def _judged(passage: Passage, at: int, end: int) -> Candidate | None:
    number = digits_of(passage.text[at:end])
    last = passage.text[end : end + 1]
    if len(number) == 17 and last in {"X", "x"} and is_resident_id(number + last):
        return Candidate(at, end + 1, "resident_id", 3, 0.95, "cn_resident_id_disguised")
    if is_resident_id(number):
        return Candidate(at, end, "resident_id", 3, 0.95, "cn_resident_id_disguised")
    if is_bank_card(number):
        return Candidate(at, end, "bank_card", 3, 0.8, "bank_card_disguised")
    if _MOBILE.fullmatch(number) is None or passage.hint(at, "phone") is Hint.LOWERS:
        return None
    return Candidate(at, end, "mobile", 2, 0.7, "cn_mobile_disguised")
