"""Long strings of JSON that are no text: what a file in base64 looks like, told at memory's speed.

An answer with a picture in it is megabytes of one string. Decoders look at each of its bytes more
than once, and meanwhile every other stream of the worker waits. Here such strings are taken out
before, so that only the small rest is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

LONG = 4096
"""From so many bytes on a string is worth taking out."""

_PIECE = 64 * 1024
_MOST_QUOTES = 20_000
_BEHIND_STRINGS = frozenset(b",:]}")
"""With what, blanks aside, a JSON text goes on behind a string."""

_NUL = b"\\u0000"
_TOKEN = re.compile("\0([0-9]+);")
_KEY_ENDS = re.compile(rb"[ \t\n\r]*+:")
_FIRST, _LAST = 0x21, 0x7E
_GRAPHIC = bytes(range(_FIRST, _LAST + 1))
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-"
_NOT_BASE64 = tuple(bytes([each]) for each in _GRAPHIC if each not in _BASE64)


def is_graphic(data: bytes | memoryview) -> bool:
    """True if every byte is a visible ASCII character (0x21 to 0x7E)."""
    if len(data) < LONG:
        return not bytes(data).translate(None, _GRAPHIC)
    codes = np.frombuffer(data, np.uint8)
    return bool(codes.min() >= _FIRST and codes.max() <= _LAST)


def is_base64(data: bytes) -> bool:
    """True if every byte is a letter, a digit or one of ``+/=_-`` (RFC 4648, both alphabets)."""
    if len(data) < LONG:
        return not data.translate(None, _BASE64)
    return is_graphic(data) and not any(each in data for each in _NOT_BASE64)


def is_plain(text: str, alphabet: Callable[[bytes], bool]) -> bool:
    """True if a text is ASCII and of one alphabet, `is_graphic` or `is_base64`.

    It is looked at in pieces that stay in the processor's cache: a copy of the whole takes longer.
    """
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return text.isascii() and all(alphabet(each.encode("ascii")) for each in pieces)


class Hollow:
    """A JSON text without its long strings. ``text`` is JSON exactly if the whole is.

    A string goes if it is graphic ASCII without a backslash and is the value of something: a key
    stays. What stands between two quotes is a string, or begins with a comma, a colon, a closing
    bracket or a blank, for so a text goes on behind a string: what begins so stays, and of what
    goes on otherwise it is no JSON with it nor without it. In its place stands its number behind
    U+0000; a text that has that character itself is left as it is.
    """

    __slots__ = ("_taken", "text")

    def __init__(self, text: bytes) -> None:
        kept: list[bytes] = []
        self._taken: list[str] = []
        at, start = 0, text.find(b'"')
        for _ in range(_MOST_QUOTES):
            end = text.find(b'"', start + 1)
            if start < 0 or end < 0:
                break
            if end - start > LONG and _may_go(text, start + 1, end):
                kept += (text[at : start + 1], b"%b%d;" % (_NUL, len(self._taken)))
                self._taken.append(str(memoryview(text)[start + 1 : end], "ascii"))
                at = end
            start = end
        kept.append(text[at:])
        self.text = b"".join(kept) if self._taken else text
        if self._taken and self.text.count(_NUL) > len(self._taken):
            self._taken, self.text = [], text

    def __bool__(self) -> bool:
        """True if something was taken out."""
        return bool(self._taken)

    def filled(self, value: Any) -> Any:
        """Return the decoded value of ``text`` with the strings back in their places."""
        if type(value) is str:
            return _TOKEN.sub(self._string, value) if "\0" in value else value
        if type(value) is list:
            return [self.filled(each) for each in value]
        if type(value) is dict:
            return {key: self.filled(each) for key, each in value.items()}
        return value

    def _string(self, found: re.Match[str]) -> str:
        return self._taken[int(found[1])]


def _may_go(text: bytes, start: int, end: int) -> bool:
    if text[start] in _BEHIND_STRINGS or _KEY_ENDS.match(text, end + 1):
        return False
    return text.find(b"\\", start, end) < 0 and is_graphic(memoryview(text)[start:end])
