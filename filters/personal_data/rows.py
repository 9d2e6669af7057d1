"""Names that something behind them gives away: a title (``张伟先生``), or a number or an address in
the same row (``张伟,13912345678``, ``Anna Novak <anna@...>``).

What decides stands behind the name, so the end of a text is held from where such a name may begin:
a surname behind a sign or a word like ``给``, with what may still become a title or the next cell
of a row; in Latin script words in capitals where a cell begins. Most prose goes on otherwise at
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from filters.personal_data.candidate import Candidate
from filters.personal_data.name_labels import TITLES_BEHIND
from filters.personal_data.name_words import NOBODY, is_word
from filters.personal_data.phrases import NOTHING, Follow, Reader, with_signs
from filters.personal_data.surnames import AMBIGUOUS, COMPOUND, NO_GIVEN, SINGLE

TRIGGERS = {
    "name_titled": " ".join(TITLES_BEHIND),
    "name_of_sex": with_signs(("，", ",", "、", "|", "|_", "_", "（", "("), ("男", "女")),
}

EVIDENCE = frozenset([
    "mobile", "phone", "landline", "email", "resident_id", "bank_card", "iban", "hk_id", "tw_id",
    "us_ssn", "national_id", "passport",
])  # fmt: skip
"""What a name stands beside in a row."""

REACH = 96
"""Code points from the first of a name to the last of what stands beside it, at most."""

_HAN = "\u4e00-\u9fff"
_BLANK = " \t\u00a0\u2007\u2009\u202f\u3000"
"""As `narrow` takes them for blanks: an end without digits is not made narrow."""
_LEFT = "给和与找请叫向对是的由让跟问及见为到系谢"
_BEGINS = rf"(?:(?<![{_HAN}A-Za-z0-9·].)|(?<=[{_LEFT}].))"
_BEGUN = re.compile(f".{_BEGINS}", re.DOTALL)
_SURNAMES = "".join(sorted(SINGLE | {name[0] for name in COMPOUND}))
_STARTS = rf"[{_SURNAMES}]{_BEGINS}"
_UPPER = "A-ZÀ-ÖØ-ÞĀ-Ž"
_WORD_REST = rf"[{_UPPER}a-zß-öø-ÿĀ-ſ'’\-]{{1,20}}"
_WORD = f"[{_UPPER}]{_WORD_REST}"
_CELL_BEGINS = f'(?:(?<![^\n,|\t;":].)|(?<=[,|\t;:][{_BLANK}].))'
_FIRST_WORD = rf"[{_UPPER}]{_CELL_BEGINS}(?:(?<=[A-Z])\. ?{_WORD}|{_WORD_REST})"
_CELL = re.compile(
    rf"(?P<han>{_STARTS}[{_HAN}]{{1,3}}(?![{_HAN}·]))"
    rf"|(?P<latin>{_FIRST_WORD}(?: [A-Z]\.)?(?: {_WORD}){{0,3}})"
    r"(?=[ \t]?[,|;<(（:，\t\"\n]| - )"
)
_TABLE = rf"(?:,(?! )|[{_BLANK}]?\|[{_BLANK}]?|\t|;(?! )|[{_BLANK}]-[{_BLANK}])"
_IN_CELL = "[^,|\t;\n]"
_BETWEEN = re.compile(
    '(?:[ \t\u3000]{1,3}|[ \t]?["”」]?[ \t]?[，、,(（<:：|;；\t\n/][ \t"“<(（]{0,3})'
    rf"(?:[{_HAN}]{{2,5}}|[A-Za-z]{{1,6}}\.?)?[ :：=]{{0,3}}[\"“<(（]?"
    rf"|[\"”]?{_TABLE}(?:{_IN_CELL}{{0,24}}{_TABLE}){{1,2}}[ \"“<]{{0,3}}"
)
_PART = (
    r"(?:[A-Za-z][A-Za-z0-9._%+\-@]{0,90}|[A-Z]{2}[0-9]{2}[0-9A-Z ]{0,40}"
    r"|[0-9+(（][0-9A-Za-z+()（）.\- ]{0,60})?"
)
_SIGN = "[，、,(（<:：|;；\t\n/]"
_CELLS = rf"[\"”]?{_TABLE}(?:{_IN_CELL}{{0,24}}{_TABLE}){{0,2}}{_IN_CELL}{{0,90}}|[{_BLANK}][|\-]"
_NEXT = (
    rf"[{_BLANK}\"“<(（]{{0,3}}(?:[{_HAN}]{{0,5}}|[A-Za-z]{{1,6}}\.?)"
    rf"[{_BLANK}:：=]{{0,3}}[\"“<(（]?{_PART}"
)
_OPEN_TITLES = f"{'|'.join(TITLES_BEHIND)}|[{''.join({title[0] for title in TITLES_BEHIND})}]"
_OPEN_WORD = rf"[{_UPPER}a-zß-öø-ÿĀ-ſ'’\-]{{0,20}}"
_MORE_WORDS = rf"\.?[{_BLANK}]?[{_UPPER}](?<=[{_BLANK}.].){_OPEN_WORD}\.?"
_OPEN_HAN = (
    rf"{_BEGINS}(?<=[{_HAN}])[{_HAN}]{{0,3}}"
    rf"(?:[{_BLANK}]?(?:{_OPEN_TITLES})"
    rf"|(?:[{_BLANK}]{{1,3}}|[{_BLANK}]?[\"”」]?[{_BLANK}]?{_SIGN}){_NEXT}"
    rf"|{_CELLS}|[{_BLANK}]?[\"”」]?[{_BLANK}]?)\Z"
)
_OPEN_LATIN = (
    rf"{_CELL_BEGINS}(?<![{_HAN}]){_OPEN_WORD}(?:(?:{_MORE_WORDS}){{0,4}}[{_BLANK}.]?"
    rf"|(?:{_MORE_WORDS}){{1,4}}(?:[{_BLANK}]?[\"”]?{_SIGN}{_NEXT}|{_CELLS}))\Z"
)
open_latin = re.compile(f"[{_UPPER}]{_OPEN_LATIN}").search
"""Finds where a name begins that the end of an ASCII text may still give away. (It begins with a
class of characters: that is searched fast.)"""
open_name = re.compile(f"[{_SURNAMES}{_UPPER}](?:{_OPEN_HAN}|{_OPEN_LATIN})").search
"""The same for any text."""


def titled(text: str, start: int, end: int) -> Follow:
    """Read the name before a title: a surname alone says too little, and is left."""
    found = _before(text, start)
    if found is None or (text[found.start] in AMBIGUOUS and found.end - found.start < _SURE):
        return NOTHING
    if text[start:end] == "先生" and text[end : end + 1] in _OF_BEING_BORN:
        return NOTHING
    return Follow(found, open=end == len(text))


def sexed(text: str, start: int, end: int) -> Follow:
    """Read the name before a cell that says ``男`` or ``女``."""
    if "\u4e00" <= text[end : end + 1] <= "\u9fff":
        return NOTHING
    found = _before(text, start)
    return Follow(found, open=end == len(text)) if found else NOTHING


def _before(text: str, end: int) -> Candidate | None:
    end -= text[end - 1 : end] == " "
    for size in (4, 3, 2):
        at = end - size
        if at >= 0 and _is_name(text[at:end]) and _BEGUN.match(text, at):
            at += size == _SURE and text[at] in _LEFT and _is_name(text[at + 1 : end])
            return Candidate(at, end, "name", 1, 0.7, "name")
    return None


_INITIAL_SIZE = 2
_SURE = 3
"""Characters of a name that begins like many words."""

_OF_BEING_BORN = frozenset("成产长效")
"""Behind ``先生`` they make ``生成`` and the like of it."""


def _is_name(han: str) -> bool:
    given = han[2:] if han[:2] in COMPOUND else han[1:]
    if han[:2] not in COMPOUND and (han[0] not in SINGLE or len(han) > 3):
        return False
    return bool(given) and NO_GIVEN.isdisjoint(given) and not is_word(han)


def beside(text: str, start: int, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Give the names in the row of what was found that reaches or names a person."""
    for one in found:
        if one.kind not in EVIDENCE:
            continue
        for cell in _CELL.finditer(text, max(start, one.end - REACH), one.start):
            if _BETWEEN.fullmatch(text, cell.end(), one.start) is None:
                continue
            han = cell["han"]
            if _is_name(han) if han else _is_latin(cell["latin"]):
                yield Candidate(cell.start(), cell.end(), "name", 1, 0.7, "name_beside")


def _is_latin(words: str) -> bool:
    parts = words.split()
    shouted = {part.isupper() for part in parts if len(part) > _INITIAL_SIZE}
    return len(parts) > 1 and len(shouted) == 1 and NOBODY.isdisjoint(words.lower().split())


READERS: dict[str, Reader] = {"name_titled": titled, "name_of_sex": sexed}
