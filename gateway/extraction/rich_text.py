"""Rich Text Format: the text of a file, without its tables of fonts, styles, notes and pictures.

Read are the words that controls stand between, letters by code page (``\\'d6``) and by number
(``\\u20013?``, whose stand-ins are passed over); Microsoft's RTF 1.9.1.
"""

from __future__ import annotations

import codecs
import re

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)",
    re.DOTALL,
)
_SILENT = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"listtable", b"object",
     b"listoverridetable", b"generator", b"themedata", b"datastore", b"filetbl", b"fldinst"}
)  # fmt: skip
_SIGNS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"page": "\n", b"sect": "\n", b"cell": "\t",
    b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip
_ESCAPED = {b"~": " ", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}


class _Group:
    """What holds between two braces: is it silent, and how many stand-ins follow a number."""

    __slots__ = ("silent", "stand_ins")

    def __init__(self, above: _Group | None = None) -> None:
        self.silent: bool = above.silent if above else False
        self.stand_ins: int = above.stand_ins if above else 1


class _Walk:
    """One walk over a file."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._bytes = bytearray()
        self._page = "cp1252"
        self._open = [_Group()]
        self._pass = 0

    def token(self, found: re.Match[bytes]) -> None:
        """Take one token."""
        word, number, code, sign, brace, plain = found.groups()
        if code:
            self._letters(bytes([int(code, 16)]))
        elif plain:
            self._letters(plain)
        else:
            self._pass = 0
            self.flush()
            if word:
                self._control(word, number)
            elif brace:
                self._brace(brace)
            elif sign == b"*":
                self._open[-1].silent = True
            else:
                self._say(_ESCAPED.get(sign, ""))

    def flush(self) -> None:
        """Say the letters that are still bytes of a code page."""
        if self._bytes:
            self._say(self._bytes.decode(self._page, "replace"))
            self._bytes.clear()

    def _letters(self, letters: bytes) -> None:
        passed = min(self._pass, len(letters))
        self._pass -= passed
        self._bytes += letters[passed:]

    def _say(self, text: str) -> None:
        if text and not self._open[-1].silent:
            self.parts.append(text)

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            self._open.append(_Group(self._open[-1]))
        elif len(self._open) > 1:
            self._open.pop()

    def _control(self, word: bytes, number: bytes | None) -> None:
        value = int(number or 0)
        if word in _SILENT:
            self._open[-1].silent = True
        elif word == b"u" and number:
            self._say(chr(value & 0xFFFF))
            self._pass = self._open[-1].stand_ins
        elif word == b"uc":
            self._open[-1].stand_ins = max(0, min(value, 8))
        elif word == b"ansicpg":
            self._page = _known(f"cp{value}")
        else:
            self._say(_SIGNS.get(word, ""))


def rich_text(content: bytes) -> str:
    """Return what an RTF file says."""
    walk = _Walk()
    for found in _TOKEN.finditer(content):
        walk.token(found)
    walk.flush()
    text = "".join(walk.parts)  # letters beyond the first plane come as two halves
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _known(page: str) -> str:
    try:
        return codecs.lookup(page).name
    except LookupError:
        return "cp1252"
