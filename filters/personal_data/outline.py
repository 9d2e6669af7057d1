"""Outline: a text in which the build of its numbers is seen at once.

A digit is ``0``, a small letter ``a``, a capital ``A`` and whatever is not ASCII ``?``; signs are
themselves; a code point stays one. To look for a few characters in it takes a hundredth of what a
pattern takes on the text, so each finder says what the outline of anything that it finds must hold.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase, digits

_TABLE = bytes.maketrans(
    (digits + ascii_lowercase + ascii_uppercase).encode(), b"0" * 10 + b"a" * 26 + b"A" * 26
)
_HEX_TABLE = bytes.maketrans(b"0123456789abcdefABCDEF", b"h" * 22)

_MIXED = re.compile(r"0(?:[ \-./()]{0,2}(?:0|[Aa](?!a))){4}")


def outlined(text: str) -> str:
    """Return the outline of a text."""
    return text.encode("ascii", "replace").translate(_TABLE).decode("ascii")


def has_mobile(outline: str) -> bool:
    """True if eleven digits stand together, parted by spaces and dashes at most."""
    return "0" * 11 in outline.replace(" ", "").replace("-", "")


def has_code(outline: str) -> bool:
    """True if sixteen letters and digits stand together, and seven digits somewhere: a code of
    eighteen may have begun before the text that is judged, by two at most."""
    if "0" * 16 not in outline.replace("a", "0").replace("A", "0"):
        return False
    return "0" * 7 in outline.replace(" ", "").replace("-", "")


def has_labelled(outline: str, text: str) -> bool:
    """True if a number begins that a word may name: a digit and four more signs, or an age."""
    if _MIXED.search(outline) is not None or "year" in text:
        return True
    return "?" in outline and ("岁" in text or "歲" in text)


def may_grow(outline: str) -> bool:
    """True if nothing stands behind the last letter or digit but one sign, or a year of age."""
    if outline[-1:].isalnum() or outline[-2:-1].isalnum():
        return True
    return outline[-2:] == "??" and outline[-3:-2].isalnum()


def has_quad(outline: str) -> bool:
    """True if four groups of at most three digits may stand in a row, parted by points."""
    return "0.0.0.0" in outline.replace("000", "0").replace("00", "0")


def has_groups(text: str, sign: str) -> bool:
    """True if six groups of at most four hexadecimal digits may stand in a row, parted by the
    sign."""
    groups = text.encode("ascii", "replace").translate(_HEX_TABLE)
    groups = groups.replace(b"hh", b"h").replace(b"hh", b"h")
    return sign.encode().join([b"h"] * 6) in groups


def may_be_code(outline: str, at: int) -> bool:
    """True if sixteen letters and digits stand at a place."""
    return outline[at : at + 16].isalnum() and len(outline) >= at + 16
