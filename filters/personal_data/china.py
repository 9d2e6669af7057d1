"""Documents of China, Hong Kong, Macao and Taiwan that a word must name, and landlines.

Check digits: Hong Kong's identity card by weights 9 to 2 (MOD 11), Taiwan's by its letter's number
and weights 8 to 1 (MOD 10). The others have none that is public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.personal_data.candidate import Candidate
from filters.personal_data.checks import is_resident_id
from filters.personal_data.forms import Form
from filters.personal_data.labels import Hint, Passage

_TAIWAN_LETTERS = {letter: number for number, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", 10)}
_HONG_KONG = re.compile(r"([A-Za-z](?<![A-Za-z0-9].)[A-Za-z]?[0-9]{6})[(（]([0-9Aa])[)）]")
_AREA = "(?:10|2[0-57-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    rf"[0(](?<![0-9A-Za-z.\-_+/=].)(?:(?<=0){_AREA}([ \-）]?)|(?<=\()0{_AREA}\) ?)"
    r"([2-8][0-9]{6,7}|[2-8][0-9]{2,3}[ \-][0-9]{4})(?:-[0-9]{1,6})?(?![0-9A-Za-z\-])"
)
_OPEN_BRACKETED = re.compile(
    r"(?:[A-Za-z](?<![A-Za-z0-9].)[A-Za-z]?[0-9]{6}(?:[(（][0-9Aa]?)?"
    r"|\((?:0[0-9]{0,3}(?:\) ?(?:[0-9]{1,8}(?:[ \-][0-9]{0,6}){0,2})?)?)?"
    r"|0[0-9]{2,3}(?:[ \-）](?:[0-9]{1,8}(?:[ \-][0-9]{0,6}){0,2})?)?)\Z"
)


def is_hong_kong_id(number: str) -> bool:
    """True for one or two letters, six digits and the right check digit (``0`` to ``9``, ``A``)."""
    letters = number[:-7].rjust(2)
    values = [36 if char == " " else ord(char) - 55 for char in letters]
    values += [int(char) for char in number[-7:-1]]
    total = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True))
    return "0123456789A"[(11 - total % 11) % 11] == number[-1]


def is_taiwan_id(number: str) -> bool:
    """True for a letter, ``1``, ``2``, ``8``, ``9`` or ``A`` to ``D``, and eight digits that
    check."""
    first = _TAIWAN_LETTERS[number[0]]
    second = _TAIWAN_LETTERS[number[1]] % 10 if number[1].isalpha() else int(number[1])
    digits = [second, *map(int, number[2:9])]
    total = first // 10 + 9 * (first % 10)
    total += sum(weight * value for weight, value in zip(range(8, 0, -1), digits, strict=True))
    return (total + int(number[9])) % 10 == 0


MOBILE_FORMS = (
    Form(
        "phone", "mobile",
        r"1[3-9][0-9](?:\.[0-9]{4}\.| [0-9]{3} [0-9])[0-9]{4}|1[3-9][0-9]{3} [0-9]{3} ?[0-9]{3}"
        r"|1[3-9][0-9]{2}[ \-][0-9]{3}[ \-][0-9]{4}|1([ \-.])[3-9](?:\1[0-9]){9}",
        "cn_mobile_grouped",
    ),
)  # fmt: skip
"""Mobiles in groups that only a word tells from other figures."""

FORMS = (
    Form("travel", "passport", r"[EGDSP][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}", "cn_passport"),
    Form("passport", "passport", r"[A-Z]{0,2}[0-9]{6,9}|[0-9]{4} [0-9]{6}|[0-9]{2} [0-9]{7}",
         "passport"),
    Form("permit", "travel_permit", r"[HMCWTL](?:[0-9]{10}|[0-9]{8})|C[A-HJ-NP-Z][0-9]{7}",
         "cn_travel_permit"),
    Form("permit", "travel_permit", r"[0-9]{10}|[0-9]{8}", "cn_taiwan_permit"),
    Form("hk_id", "hk_id", r"[A-Z]{1,2}[0-9]{6}[0-9A]", "hk_id", is_hong_kong_id, 3),
    Form("macau_id", "macau_id", r"[157][0-9]{6}(?:\([0-9]\)|/?[0-9])", "macau_id", None, 3),
    Form("tw_id", "tw_id", r"[A-Z][1289A-D][0-9]{8}", "tw_id", is_taiwan_id, 3),
    Form("residence", "residence_permit", r"[A-Z]{3}[0-9]{12}", "cn_residence_permit", None, 3),
    Form("driving", "driving_licence", r"[0-9]{12}", "cn_driving_file"),
    Form("driving", "driving_licence", r"[A-Z][0-9]{7,12}", "driving_licence"),
    Form("identity", "resident_id", r"[1-9][0-9]{3}(?: [0-9]{4}){3} [0-9][0-9X]",
         "cn_resident_id_fours", is_resident_id, 3),
    Form("plate", "plate", r"(?=[A-Z]*[0-9])[A-Z0-9]{2,4}[ \-]?[A-Z0-9]{3,4}", "plate"),
    Form("social", "social_security", r"[A-Z]{0,2}[0-9]{8,12}", "cn_social_security"),
    Form("military", "military_id", r"[0-9]{6,8}", "cn_military_id", None, 3),
)  # fmt: skip


def hong_kong_ids(passage: Passage) -> Iterator[Candidate]:
    """Give identity cards of Hong Kong whose check digit stands in brackets, as on the card."""
    if "000000(" not in passage.outline and "000000?" not in passage.outline:
        return
    for found in _HONG_KONG.finditer(passage.text, passage.start):
        if is_hong_kong_id((found[1] + found[2]).upper()):
            yield Candidate(found.start(), found.end(), "hk_id", 3, 0.9, "hk_id")


def landlines(passage: Passage) -> Iterator[Candidate]:
    """Give landlines with their area code; severity 2 where a home is named, else 1: most of those
    that are written down belong to offices."""
    for found in _LANDLINE.finditer(passage.text, passage.start):
        at = found.start()
        said = passage.hint(at, "phone")
        doubted = found[1] in {"", " "} or not found[2].isdecimal()
        if said is Hint.LOWERS or (doubted and said is not Hint.RAISES):
            continue
        severity = 2 if "home_phone" in passage.near(at) else 1
        score = 0.9 if said is Hint.RAISES else 0.6
        yield Candidate(at, found.end(), "landline", severity, score, "cn_landline")


def open_bracketed(text: str, start: int) -> int:
    """Return where a number with a bracket or a space begins that the text's end leaves open, or
    its length."""
    found = _OPEN_BRACKETED.search(text, max(start, len(text) - 24))
    return found.start() if found else len(text)
