"""Plain text: bytes in the encodings that files of text really have.

UTF-8, UTF-16 and UTF-32 by their marks, else UTF-8, else GB 18030, in which most Chinese files that
are not UTF-8 are written, and beside it Big5: nobody knows which a model will be told. What has
control characters in it is no text.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAIL = re.compile(
    r"(?>[!-9;-~]+:[^\n]*\n(?>[ \t][^\n]*\n)*)*?(?:MIME-Version|Content-Transfer-Encoding)[ \t]*:",
    re.IGNORECASE,
)
"""The head of a mail up to the line that makes its body another one than it looks."""

_CODED = re.compile(
    r"\x1b\$|~\{[!-}]{2,}~\}|^begin(?:-base64)? [0-7]{3} \S|^=ybegin ", re.MULTILINE
)
"""Letters as ISO 2022 and HZ write them, and files as uuencode and yEnc do."""

_DECLARES = {"<?xml": "<!entity", "<!doctype": "<!entity", "begin:v": ";encoding="}
"""Beginnings of texts in which what stands behind them gives words another form."""

_OTHER_READERS = ("{\\rtf", "%!PS", "From ", "MIME-Version:")
"""How texts begin that spell their words in ways of their own: what they say is not what stands
there."""


def decoded(content: bytes) -> str | None:
    """Return the text that the bytes are; None if they are none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text(content[len(mark) :], encoding)
    text = _text(content, "utf-8")
    return text if text is not None else _text(content, "gb18030")


def other_reading(content: bytes) -> str | None:
    """Return the text that the bytes are in Big5, if they are neither marked nor UTF-8."""
    if has_mark(content) or _text(content, "utf-8") is not None:
        return None
    return _text(content, "big5hkscs")


def has_mark(content: bytes) -> bool:
    """Say whether the bytes begin with the mark of an encoding."""
    return content.startswith(tuple(mark for mark, _ in _MARKS))


def speaks_plainly(text: str) -> bool:
    """Say whether a text says what stands in it; PostScript, RTF, mail and others do not."""
    begun = text.lstrip()
    if begun.startswith(_OTHER_READERS) or _MAIL.match(begun) or _CODED.search(begun):
        return False
    low = begun.lower()
    return not any(low.startswith(mark) and how in low for mark, how in _DECLARES.items())


def _text(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text
