"""Check digits: which numbers are what they look like.

Sources: GB 11643 (citizen identification number, ISO 7064 MOD 11-2), GB 32100 (unified social
credit identifier, MOD 31), GB 11714 (organisation code, MOD 11), ISO/IEC 7812 (Luhn, issuer
prefixes), GB/T 2260 (provinces).
"""

from __future__ import annotations

import re

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_DIGITS = "10X98765432"
_PROVINCES = frozenset({
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
    "65", "71", "81", "82", "83", "91",
})  # fmt: skip
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEARS = range(1880, 2050)

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {char: value for value, char in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_KINDS = re.compile(
    r"1[1239]|2[19]|3[1-59]|4[19]|5[1-39]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1"
)
_USCC_REGIONS = _PROVINCES | {"10"}
"""Bodies registered with the state itself carry the region 100000."""

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_SIXTEEN = re.compile(
    r"4|5[1-5]|220[0-4]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|35(?:2[89]|[3-8])|6011|64[4-9]|65"
)
_DINERS = re.compile(r"3(?:0[0-5]|09|[689])")
_UNIONPAY = re.compile(r"62")
_OLD_NINETEEN = re.compile(r"9558")


def _is_date(year: int, month: int, day: int) -> bool:
    if year not in _YEARS or not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or month != 2 or day != 29


def is_resident_id(number: str) -> bool:
    """True for 18 characters with a known province, a real date and the right check digit."""
    if len(number) != 18 or number[:2] not in _PROVINCES or number[2:6] == "0000":
        return False
    if not _is_date(int(number[6:10]), int(number[10:12]), int(number[12:14])):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_DIGITS[total % 11] == number[17].upper()


def is_old_resident_id(number: str) -> bool:
    """True for the 15 digits issued before 1999: province and date, no check digit."""
    if number[:2] not in _PROVINCES:
        return False
    return _is_date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))


def is_luhn(number: str) -> bool:
    """True if the last digit is the Luhn check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) << (place & 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_bank_card(number: str) -> bool:
    """True for 14 to 19 digits that an issuer in use begins and Luhn's check digit ends."""
    length = len(number)
    issued = (
        (_UNIONPAY.match(number) is not None and 16 <= length <= 19)
        or (length == 16 and _SIXTEEN.match(number) is not None)
        or (length == 19 and _OLD_NINETEEN.match(number) is not None)
        or (length == 15 and number[:2] in {"34", "37"})
        or (length == 14 and _DINERS.match(number) is not None)
    )
    return issued and len(set(number)) > 2 and is_luhn(number)


def _is_organisation_code(code: str) -> bool:
    total = sum(
        weight * int(char, 36) for weight, char in zip(_ORGANISATION_WEIGHTS, code, strict=False)
    )
    return "0123456789X0"[(11 - total % 11) % 11] == code[8]


def is_uscc(code: str) -> bool:
    """True for 18 characters (upper case) with a registrar, a region and both check characters
    (self-employed persons, ``92``, carry no organisation code with a check of its own)."""
    if _USCC_KINDS.match(code) is None or code[2:4] not in _USCC_REGIONS:
        return False
    total = sum(
        weight * _USCC_VALUES[char] for weight, char in zip(_USCC_WEIGHTS, code, strict=False)
    )
    if _USCC_ALPHABET[(31 - total % 31) % 31] != code[17]:
        return False
    return code[:2] == "92" or _is_organisation_code(code[8:17])
