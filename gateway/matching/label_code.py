"""The short code of a label: eight digits that find a record, and one that catches typing errors.

The digits are Crockford's base 32, printed ``XXXX-XXXX-C``. ``C`` is the remainder of a Horner
scheme over the field of 32 elements (x^5 + x^2 + 1): since the nine weights are different powers of
a generator, every single wrong digit and every exchange of two digits changes it.

Forty bits are short on purpose. Among a million exchanges a shared code is a coin's toss, so a
search by code gives all exchanges that carry it.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from gateway.nouns.exchange import CROCKFORD

CODE_BITS = 40
CODE_PATTERN = r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]"
"""A code as it is printed; whether its check digit is right `is_code` says."""

_POLYNOMIAL = 0b100101
_PERSON = b"sealgate-label"
_LOOKALIKES = str.maketrans("OIL", "011")
_DASHES = "\\-\u2010-\u2015\u2212 \t"
_DIGIT = "[0-9A-TV-Z]"
_TYPED = re.compile(
    rf"(?<![0-9A-Z])(?=({_DIGIT}{{4}})([{_DASHES}]?)({_DIGIT}{{4}})([{_DASHES}]?)({_DIGIT})(?![0-9A-Z]))"
)


def label_code(key: bytes, exchange: str) -> str:
    """Return the code of an exchange: a keyed hash, so that nobody can count exchanges by it.

    Raises ValueError if the key is shorter than 16 bytes or longer than 64.
    """
    if not 16 <= len(key) <= 64:
        raise ValueError("the label code's key has 16 to 64 bytes")
    digest = blake2b(
        exchange.encode(), key=key, digest_size=CODE_BITS // 8, person=_PERSON
    ).digest()
    return code_of_number(int.from_bytes(digest, "big"))


def code_of_number(number: int) -> str:
    """Return the printed code of a number of 40 bits. Raises ValueError if it is larger."""
    if not 0 <= number < 1 << CODE_BITS:
        raise ValueError("a label code has 40 bits")
    digits = [(number >> shift) & 31 for shift in range(CODE_BITS - 5, -1, -5)]
    text = "".join(CROCKFORD[digit] for digit in digits)
    return f"{text[:4]}-{text[4:]}-{CROCKFORD[_check(digits)]}"


def number_of_code(code: str) -> int:
    """Return the 40 bits of a printed code. Raises ValueError if it is none."""
    if not is_code(code):
        raise ValueError("no label code, or its check digit is wrong")
    number = 0
    for letter in code[:4] + code[5:9]:
        number = number << 5 | CROCKFORD.index(letter)
    return number


def is_code(code: str) -> bool:
    """True if this is a code exactly as printed, with the right check digit."""
    if not re.fullmatch(CODE_PATTERN, code):
        return False
    digits = [CROCKFORD.index(letter) for letter in code if letter != "-"]
    return _check(digits[:-1]) == digits[-1]


def parse_code(text: str) -> list[str]:
    """Return the codes in a text that a person typed or pasted, as printed, the likeliest first.

    Case and width do not matter, ``O`` is read as ``0``, ``I`` and ``L`` as ``1``; dashes may be
    any dash, a blank or left out. One word of nine letters in 32 passes the check by chance, so
    codes with dashes come first, and a code that no record has means nothing.
    """
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    found: dict[str, int] = {}
    for match in _TYPED.finditer(unicodedata.normalize("NFKC", visible).upper()):
        first, dash, second, last_dash, check = match.groups()
        code = f"{first}-{second}-{check}".translate(_LOOKALIKES)
        if is_code(code):
            doubt = (not dash.strip()) + (not last_dash.strip())
            found[code] = min(doubt, found.get(code, doubt))
    return sorted(found, key=lambda code: found[code])


def _check(digits: list[int]) -> int:
    """Return the digit that makes the Horner sum over all nine digits zero."""
    remainder = 0
    for digit in digits:
        remainder = _times_x(remainder) ^ digit
    return _times_x(remainder)


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled
