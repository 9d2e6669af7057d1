"""Numbers of mainland China whose form speaks for itself: mobiles, resident IDs, bank cards, codes.

Whether a number is found depends on at most `labels.CONTEXT` code points on its left, the number
itself and the one character after it. So `open_number` can say exactly from where the end of a text
might still grow into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import reduce

from filters.personal_data.candidate import Candidate
from filters.personal_data.checks import is_bank_card, is_old_resident_id, is_resident_id, is_uscc
from filters.personal_data.labels import CONTEXT, Hint, Passage
from filters.personal_data.outline import has_code, has_mobile, may_be_code

LONGEST_NUMBER = 24
"""No shape below is longer: 19 digits in five groups have 23 code points."""

_LEAST_DIGITS = 11
"""A mobile's; documents and cards have more."""

_RUN = re.compile(r"[0-9](?:[ \-]?[0-9]){6,}")
_GROUP = re.compile(r"(?<![0-9])[0-9]")

_MOBILE = re.compile(r"(?:(?:00)?86[ \-]?)?(1[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4})(?![0-9])")
_RESIDENT = re.compile(r"[1-9][0-9]{5}[ \-]?(?:18|19|20)[0-9]{6}[ \-]?[0-9]{3}[0-9Xx](?![0-9])")
_OLD_RESIDENT = re.compile(r"[1-9][0-9]{14}(?![0-9Xx])")
_CARD_PLAIN = re.compile(r"[2-69][0-9]{15,18}(?![0-9])")
_CARD_FOURS = re.compile(r"[2-69][0-9]{3}([ \-])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9])")
_CARD_FIVES = re.compile(r"[69][0-9]{3}([ \-])(?:[0-9]{4}\1){3}[0-9]{1,3}(?![0-9])")
_CARD_SIX = re.compile(r"62[0-9]{4}[ \-][0-9]{10,13}(?![0-9])")
_CARD_SHORT = re.compile(
    r"3[47][0-9]{2}([ \-]?)[0-9]{6}\1[0-9]{5}(?![0-9])"
    r"|3(?:0[0-59]|[689][0-9])[0-9]([ \-]?)[0-9]{6}\2[0-9]{4}(?![0-9])"
)
_USCC = re.compile(r"[0-9ANYany][0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{17}(?![0-9A-Za-z])")
_CODED = re.compile(r"(?:[0-9]\.|[A-Z]-|[A-Za-z]_-?)\Z")
_IN_A_PATH = re.compile(r"/(?![0-9]{5,}/)[\w.~%+\-]{1,30}/\Z", re.ASCII)
"""Before a part of an address that is not its first."""
_COLUMN = re.compile(r"[^A-Za-z\u4e00-\u9fff]*\Z")
_FIGURE = re.compile("[0-9]+")
_NOBODYS = re.compile(r"1(?:4[0-4]|54|6[013489]|7[49]|94)|1[0-9]{3}0{7}")
"""Segments of mobiles that no network has been given, and round figures."""
_UNITS = frozenset("元圆円万萬亿億")
"""What makes an amount of the figure before it. One character: more is not waited for."""
_ROW = re.compile(r"[0-9][ \-]\Z")
_FOURS_BEFORE = re.compile(r"(?:[0-9]{4}[ \-]){4}\Z")
_NOT_DIGIT = re.compile(r"[^0-9Xx]")

_SHAPES = (
    "+ 8 6 S? 1 [3-9] D S? D D D D S? D D D D",
    "0 0 8 6 S? 1 [3-9] D S? D D D D S? D D D D",
    "8 6 S? 1 [3-9] D S? D D D D S? D D D D",
    "1 [3-9] D S? D D D D S? D D D D",
    "[1-9] D D D D D S? [12] [089] D D D D D D S? D D D [0-9Xx]",
    "[2-69] D D D S D D D D S D D D D S D D D D S? D? D? D?",
    "6 2 D D D D S D D D D D D D D D D D? D? D?",
    "3 [0-9] D D S? D D D D D D S? D D D D D?",
)
"""The shapes that may hold a space, one atom per code point; ``S`` a separator, ``D`` a digit."""


def _growing(shape: str) -> str:
    """Return the pattern of everything that more text may turn into the shape."""
    atoms = [
        atom.replace("+", r"\+").replace("S", r"[ \-]").replace("D", "[0-9]")
        for atom in shape.split()
    ]
    return reduce(lambda rest, atom: f"{atom}(?:{rest})?" if rest else atom, reversed(atoms), "")


_PATTERNS = [_growing(shape) for shape in _SHAPES]
_OPEN = re.compile(f"(?:{_PATTERNS[0]}|(?<![0-9])(?:{'|'.join(_PATTERNS[1:])}))\\Z")


def open_number(text: str, start: int) -> int:
    """Return where the earliest number begins that the end of ``text[start:]`` leaves open, or
    ``len(text)`` if it leaves none."""
    found = _OPEN.search(text, max(start, len(text) - LONGEST_NUMBER))
    return found.start() if found else len(text)


def numbers(passage: Passage) -> Iterator[Candidate]:
    """Give every number whose end is in the text; they may overlap."""
    text = passage.text
    outline, start = passage.outline, passage.start
    if not has_mobile(outline) and not has_code(outline):
        return
    for run in _RUN.finditer(text, passage.start):
        if run.end() - run.start() < 11 and not _beside_letter(text, run.start(), run.end()):
            continue
        written = run[0]
        whole = len(written) - written.count(" ") - written.count("-") >= _LEAST_DIGITS
        for group in _GROUP.finditer(text, run.start(), run.end()):
            if not whole and not may_be_code(outline, group.start() - start):
                continue
            yield from _beginning(passage, group.start(), _JUDGES if whole else ())


def _beginning(passage: Passage, at: int, judges: tuple[_Judge, ...]) -> Iterator[Candidate]:
    text = passage.text
    before = text[at - 1] if at else ""
    lettered = before.isascii() and (before.isalpha() or before == "_")
    for judge in judges:
        found = judge(passage, at, lettered)
        if found is not None:
            yield found
    code = None if lettered else _credit_code(text, at)
    for begin in (at - 1, at - 2) if lettered and code is None else ():
        if begin >= 0 and text[begin].isalpha() and not _is_word(text[begin - 1 : begin]):
            code = code or _credit_code(text, begin)
    if code is not None:
        yield code


def _mobile(passage: Passage, at: int, lettered: bool) -> Candidate | None:  # noqa: FBT001 -- a fact
    text = passage.text
    found = _MOBILE.match(text, at)
    if found is None:
        return None
    start = at - 1 if text[at - 1 : at] == "+" and found[0].startswith("86") else at
    if _touches_letters(text, found.end(), lettered) and not passage.names_it(start, "phone"):
        return None
    said = passage.hint(start, "phone")
    score = 0.8 if found.start(1) > at else 0.5
    if said is Hint.RAISES:
        score = 0.9
    elif said is Hint.LOWERS:
        score -= 0.3
    if score < 0.8 and _in_a_code(text, start, grouped=len(found[1]) > 11):
        score -= 0.3
    if said is Hint.NONE and found[0].isdigit() and start == at:
        unused = found[0] == found[1] and _NOBODYS.match(found[1]) is not None
        amount = text[found.end() : found.end() + 1] in _UNITS
        score = 0.3 if unused or amount or _in_a_row(text, start) else score
    return Candidate(start, found.end(), "mobile", 2, round(score, 2), "cn_mobile")


def _resident(passage: Passage, at: int, _lettered: bool) -> Candidate | None:  # noqa: FBT001 -- a fact
    found = _RESIDENT.match(passage.text, at)
    if found is not None:
        if not is_resident_id(_NOT_DIGIT.sub("", found.group())):
            return None
        return Candidate(at, found.end(), "resident_id", 3, 0.98, "cn_resident_id")
    found = _OLD_RESIDENT.match(passage.text, at)
    if found is None or not is_old_resident_id(found.group()):
        return None
    if passage.hint(at, "identity") is not Hint.RAISES:
        return None
    return Candidate(at, found.end(), "resident_id", 3, 0.8, "cn_resident_id_15")


def _card(passage: Passage, at: int, lettered: bool) -> Candidate | None:  # noqa: FBT001 -- a fact
    text = passage.text
    for pattern in (_CARD_PLAIN, _CARD_FIVES, _CARD_FOURS, _CARD_SIX, _CARD_SHORT):
        found = pattern.match(text, at)
        if found is None or not is_bank_card(_NOT_DIGIT.sub("", found[0])):
            continue
        said = passage.hint(at, "card")
        grouped = pattern is not _CARD_PLAIN and not found[0].isdigit()
        score = 0.8 if grouped else 0.6
        if said is Hint.RAISES:
            score = 0.95
        elif _touches_letters(text, found.end(), lettered) or _in_a_code(text, at, grouped=grouped):
            continue
        elif said is Hint.LOWERS or (not grouped and (len(found[0]) < 16 or _in_a_row(text, at))):
            score -= 0.3
        return Candidate(at, found.end(), "bank_card", 3, round(score, 2), "bank_card")
    return None


_Judge = Callable[[Passage, int, bool], Candidate | None]
_JUDGES: tuple[_Judge, ...] = (_mobile, _resident, _card)


def _credit_code(text: str, at: int) -> Candidate | None:
    found = _USCC.match(text, at)
    if found is None or not is_uscc(found.group().upper()):
        return None
    return Candidate(at, found.end(), "uscc", 2, 0.95, "cn_uscc")


def _beside_letter(text: str, start: int, end: int) -> bool:
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and char.isalpha() for char in beside)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _touches_letters(text: str, end: int, lettered: bool) -> bool:  # noqa: FBT001 -- a fact
    after = text[end : end + 1]
    return lettered or (after.isascii() and (after.isalpha() or after == "_"))


def _in_a_row(text: str, start: int) -> bool:
    """True if the number stands among figures of no such kind, with no word between: the last of
    them has three digits or more, or another one has more than a date's part."""
    left = text[max(0, start - CONTEXT) : start]
    column = _COLUMN.search(left)
    figures = list(_FIGURE.finditer(column[0])) if column else []
    for place, found in enumerate(reversed(figures)):
        cut = found.start() == 0 and len(left) == CONTEXT and found.end() < 20
        if cut or len(found[0]) < (5 if place else 3):
            continue  # of a cut one nothing is known, unless it is too long for any kind
        if not (_MOBILE.fullmatch(found[0]) or is_bank_card(found[0]) or is_resident_id(found[0])):
            return True
    return False


def _in_a_code(text: str, start: int, *, grouped: bool) -> bool:
    """True if what stands right before makes the number a part of something longer: behind a
    decimal point, a code's letters, an address's path, or, where it is written in groups, one more
    group that is not a card."""
    left = text[max(0, start - CONTEXT) : start]
    if _CODED.search(left) or (left.endswith("/") and _IN_A_PATH.search(left)):
        return True
    if not grouped or _ROW.search(left) is None:
        return False
    row = _FOURS_BEFORE.search(left)
    return row is None or not is_bank_card(_NOT_DIGIT.sub("", row[0]))
