"""Width: other forms of ASCII letters and digits turned into ASCII, one code point for one.

Positions therefore stay those of the original text. Digits of every script of the basic plane count
(Unicode category Nd), letters and the few signs that numbers and addresses use in their full-width
forms. Superscripts and circled numbers are left alone: they are footnotes more often than digits.
"""

from __future__ import annotations

import re
import unicodedata

_LETTER_RANGES = ((0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
_SIGNS = {
    "＠": "@", "．": ".", "＿": "_", "％": "%", "＋": "+", "－": "-",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
    "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
}  # fmt: skip


def _table() -> dict[int, str]:
    table = {ord(sign): plain for sign, plain in _SIGNS.items()}
    for code in range(0x80, 0x10000):  # a class beyond this plane is ten times slower to search
        if unicodedata.category(chr(code)) == "Nd":
            table[code] = str(unicodedata.decimal(chr(code)))
    for first, last in _LETTER_RANGES:
        for code in range(first, last + 1):
            table[code] = unicodedata.normalize("NFKC", chr(code))
    return table


def _ranges(codes: list[int]) -> str:
    """Return sorted codes as the inside of a character class; ranges keep it fast."""
    out: list[list[int]] = []
    for code in codes:
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in out)


_TABLE = _table()
WIDE = re.compile(f"[{_ranges(sorted(_TABLE))}]")
"""Any character that `narrow` changes."""
WIDE_CHARS = frozenset(map(chr, _TABLE))
"""Every character that `narrow` changes."""

TRIGGERS = f"0-9@{_ranges([c for c in sorted(_TABLE) if _TABLE[c] != ' '])}"
"""The inside of a class of the characters without which no number and no address can end: digits,
``@``, and anything that may stand for a letter, a digit or a sign in another width."""


def narrow(text: str) -> str:
    """Return the text with wide letters, digits and signs as ASCII; its length does not change."""
    if text.isascii() or WIDE.search(text) is None:
        return text
    return text.translate(_TABLE)
