"""Dates of birth, where a word before them says that they are one."""

from __future__ import annotations

import re

from filters.personal_data.candidate import Candidate
from filters.personal_data.phrases import NOTHING, Follow, Reader

TRIGGERS = {
    "birth": (
        "出生日期 出生年月日 出生年月 出生时间 生日 出生于 生于 生年月日 date_of_birth birth_date"
        " birthdate birthday dob born_on born 出生 出_生 geboren geburtsdatum date_de_naissance"
        " né_le fecha_de_nacimiento data_de_nascimento data_di_nascita födelsedatum"
        " data_urodzenia née_le"
    ),
}

_BEFORE = re.compile(r"(?: is| was|是在?|为|在)?[ \t*_\"'：:=（(]{0,5}")
_OPEN_BEFORE = re.compile(r"(?: (?:i|w|wa)?)?\Z")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_MONTH = rf"(?:(?:{_MONTHS})[a-z]{{0,6}}\.?|{_MONTHS.upper()})"
_YEAR = "(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?:{_YEAR} ?年 ?(?:1[0-2]|0?[1-9]) ?月 ?(?:[12][0-9]|3[01]|0?[1-9])(?: ?日)?"
    r"|(?:大正|昭和|平成|令和) ?[0-9]{1,2} ?年 ?[0-9]{1,2} ?月 ?[0-9]{1,2} ?日"
    rf"|[0-3][0-9](?:{_MONTHS.upper()}){_YEAR}"
    rf"|{_YEAR}([\-/.])(?:1[0-2]|0?[1-9])\1(?:[12][0-9]|3[01]|0?[1-9])"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    rf"|[0-3]?[0-9]([\-/.])[0-3]?[0-9]\2{_YEAR}"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)? {_MONTH},? {_YEAR}"
    rf"|{_MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? {_YEAR})(?![0-9])"
)
_OPEN_DATE = re.compile(
    r"(?:[0-9]{1,4}(?:[\-/.](?:[0-9]{1,2}(?:[\-/.](?:[0-9]{1,4})?)?)?)?"
    r"|[0-9]{4}(?: |(?: ?年(?: ?(?:[0-9]{1,2}(?: |(?: ?月(?: ?(?:[0-9]{1,2}(?: ?日?)?)?)?))?)?)?))?"
    r"|[0-9]{5,8}|[0-9]{2}[A-Z]{1,3}[0-9]{0,4}"
    r"|[大昭平令][正和成]?(?: ?[0-9]{0,2}"
    r"(?: ?年(?: ?[0-9]{0,2}(?: ?月(?: ?[0-9]{0,2} ?日?)?)?)?)?)?"
    r"|[0-9]{1,2}(?:st|nd|rd|th|[snrt])?(?: (?:[A-Z][a-z]{0,8}\.?,?(?: [0-9]{0,4})?)?)?"
    r"|[A-Z][a-z]{0,8}\.?(?: (?:[0-9]{1,2}(?:[snrt][tdh]?)?,?(?: [0-9]{0,4})?)?)?)?\Z"
)


def birth(text: str, _: int, end: int) -> Follow:
    """Read a date with its year, month and day."""
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    growing = _OPEN_BEFORE.match(text, end) or _OPEN_DATE.match(text, at)
    found = _DATE.match(text, at)
    if found is None:
        return Follow(open=True) if growing else NOTHING
    date = Candidate(at, found.end(), "birth_date", 1, 0.8, "birth_date")
    return Follow(date, open=growing is not None)


READERS: dict[str, Reader] = {"birth": birth}
