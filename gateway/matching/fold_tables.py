"""Builds the fold table: ``python -m gateway.matching.fold_tables`` (needs the dev dependency
opencc). The table is shipped, so that every interpreter folds alike; its name carries the version
of Unicode that it was built from.

Per code point, on its own (nothing looks at neighbours): compatibility form (NFKC), case,
traditional and Japanese to simplified Han (OpenCC's single characters), base letter of an accented
Latin one, look-alikes to what they look like. What a reader does not see is dropped. Common Chinese
punctuation stays as it is, so that ordinary prose is its own fold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.matching import lookalikes

CODE_POINTS = 0x110000
TABLE = Path(__file__).with_name("fold_unicode_14.npz")
UNICODE_VERSION = "14.0.0"
"""The version of the shipped table; a test rebuilds it under the same version and compares."""

KEPT = frozenset("，。！？：；（）、《》【】“”‘’…—～·「」『』〈〉")
"""Punctuation that is left as it is although it has a compatibility form."""

SENTENCE = frozenset(".!?;:,，。！？：；、…‥｡､︒︑⋯")
LINE = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
EXPANSION_CAP = 4
"""An expansion longer than this is cut: a single ligature must not multiply a text."""

DROPPED_RANGES = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xE0000, 0xE0FFF),
)
"""Combining marks of European scripts, fillers, blanks, variation selectors, tags."""


BRAILLE_BLANK = "\u2800"
STROKES = frozenset("丶丨")
"""Han characters that are written as a dot or bar between others."""


class Kind(IntEnum):
    """What a code point is to the matcher.

    ``SOFT`` separators (spaces, symbols) may stand between the characters of a Han term,
    ``SENTENCE`` and ``LINE`` ones only under stricter rules; ``WORD`` characters make a word with a
    Latin neighbour; ``DROPPED`` ones are invisible.
    """

    OTHER = 0
    HAN = 1
    WORD = 2
    SOFT = 3
    SENTENCE = 4
    LINE = 5
    DROPPED = 6


def is_dropped(code: int) -> bool:
    """True if a reader does not see the code point, so that it is passed over."""
    if any(first <= code <= last for first, last in DROPPED_RANGES):
        return True
    character = chr(code)
    if character in LINE or character == "\t":
        return False
    return unicodedata.category(character) in ("Cf", "Cc")


def _base_letter(character: str, looks: dict[int, str]) -> str:
    """Return the letter under dropped combining marks, as it looks, or the character itself."""
    if ord(character) in looks:
        return looks[ord(character)]
    parts = unicodedata.normalize("NFKD", character)
    if len(parts) > 1 and all(is_dropped(ord(mark)) for mark in parts[1:]):
        return looks.get(ord(parts[0]), parts[0])
    return character


def _fold(character: str, looks: dict[int, str], simplified: Callable[[str], str]) -> str:
    """Return the fold of one visible code point: one to four characters."""
    code = ord(character)
    if character in KEPT:
        return character
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if character in LINE or character.isspace() or character == BRAILLE_BLANK:
        return " "
    if character in lookalikes.EXPANSIONS:
        return lookalikes.EXPANSIONS[character]
    if code in looks:
        return looks[code]
    text = unicodedata.normalize("NFKC", character).casefold()
    text = unicodedata.normalize("NFKC", text)
    parts = [_base_letter(part, looks) for part in text if not is_dropped(ord(part))]
    letters = [part for part in parts if part.isalnum()]
    visible = "".join(letters if len(parts) > 1 and letters else parts)
    simple = "".join(simplified(part) if _is_han(ord(part)) else part for part in visible)
    simple = "".join(looks.get(ord(part), part) for part in simple)
    return simple[:EXPANSION_CAP] or character


def _is_han(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x323AF
        or 0xF900 <= code <= 0xFAFF
        or code in (0x3005, 0x3007)
    )


def _kind(source: str, folded: str) -> Kind:
    """Return the kind of a visible code point."""
    if source in LINE:
        return Kind.LINE
    if source in SENTENCE or folded in SENTENCE:
        return Kind.SENTENCE
    if source in STROKES:
        return Kind.SOFT
    if all(_is_han(ord(part)) for part in folded):
        return Kind.HAN
    if any(part.isalnum() for part in folded):
        return Kind.WORD if all(ord(part) < 0x2E80 for part in folded) else Kind.OTHER
    return Kind.SOFT if unicodedata.category(folded[0])[0] in "PSZ" else Kind.OTHER


def _simplifier() -> Callable[[str], str]:
    """Return what makes a Han character the simplified one.

    A Japanese form is read as one only if GB 2312 lacks it: `芸` is a Chinese character too.
    """
    from opencc import OpenCC

    to_simplified, to_traditional = OpenCC("t2s").convert, OpenCC("jp2t").convert

    def simplified(character: str) -> str:
        simple = str(to_simplified(character))
        known = character.encode("gb2312", "ignore")
        if known or simple != character:
            return simple
        return str(to_simplified(to_traditional(character)))

    return simplified


def build() -> dict[str, NDArray[Any]]:
    """Return the arrays of the table: kinds of all code points, and what differs from itself.

    ``kinds`` is uint8 per code point; ``sources``/``targets`` the folds to one character;
    ``expand_sources``/``expand_targets`` the folds to several (UCS-4 strings).
    """
    looks, simplified = lookalikes.pairs(), _simplifier()
    kinds = np.zeros(CODE_POINTS, np.uint8)
    single: dict[int, int] = {}
    several: dict[int, str] = {}
    for code in range(CODE_POINTS):
        character = chr(code)
        if is_dropped(code):
            kinds[code] = Kind.DROPPED
            continue
        if unicodedata.category(character) in ("Cn", "Co"):
            continue
        folded = _fold(character, looks, simplified)
        kinds[code] = _kind(character, folded)
        if len(folded) > 1:
            several[code] = folded
        elif folded != character:
            single[code] = ord(folded)
    return {
        "kinds": kinds,
        "sources": np.array(list(single), np.uint32),
        "targets": np.array(list(single.values()), np.uint32),
        "expand_sources": np.array(list(several), np.uint32),
        "expand_targets": np.array(list(several.values()), np.str_),
    }


def main() -> None:
    """Write the table next to this module."""
    if unicodedata.unidata_version != UNICODE_VERSION:
        raise SystemExit(f"build with Unicode {UNICODE_VERSION} (Python 3.11)")
    np.savez_compressed(TABLE, **build())  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
