"""Files inside strings: data URLs (RFC 2397) and base64 (RFC 4648, section 4), read strictly.

What a lenient reader skips could be read in two ways, so it is refused here.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

_HEAD = re.compile(r"data:([!-+\--~]{0,128}?)(;base64)?,", re.IGNORECASE)
_BLANKS = str.maketrans("", "", " \t\r\n")


class HeldFileError(ValueError):
    """The string holds no file that can be read in one way only."""


class Held(NamedTuple):
    """A file and the media type that its data URL gives it (empty: none)."""

    content: bytes
    media_type: str = ""


def is_data_url(text: str) -> bool:
    """Say whether a string is meant as a data URL."""
    return text[:5].lower() == "data:"


def strict_base64(text: str) -> bytes:
    """Return what a base64 text stands for; line breaks are allowed. Raises HeldFileError."""
    try:
        return base64.b64decode(text.translate(_BLANKS) if "\n" in text else text, validate=True)
    except (binascii.Error, ValueError):
        raise HeldFileError("not_base64") from None


def held_file(text: str) -> Held:
    """Return the file in a data URL, or in bare base64. Raises HeldFileError."""
    if not is_data_url(text):
        return Held(strict_base64(text))
    head = _HEAD.match(text)
    if head is None:
        raise HeldFileError("not_a_data_url")
    rest = text[head.end() :]
    content = strict_base64(rest) if head[2] else unquote_to_bytes(rest)
    return Held(content, head[1].lower())
