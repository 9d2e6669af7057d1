"""Blocks of Markdown that a blank line does not end: what is put behind them would be inside.

Lines are read as CommonMark 0.31.2 reads them: fenced code (4.5) and the HTML blocks that end with
a mark of their own (4.6, kinds 1 to 5). Tables, lists, quotations and all other HTML end with a
blank line and a paragraph that is not indented.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)\Z", re.DOTALL)
_MARKUP = (
    (re.compile(r" {0,3}<(?:pre|script|style|textarea)(?:[\s>]|\Z)", re.IGNORECASE),
     re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)),
    (re.compile(" {0,3}<!--"), re.compile("-->")),
    (re.compile(r" {0,3}<\?"), re.compile(r"\?>")),
    (re.compile(" {0,3}<![A-Za-z]"), re.compile(">")),
    (re.compile(r" {0,3}<!\[CDATA\["), re.compile("]]>")),
)  # fmt: skip
_LONGEST_LINE = 4096
"""Code points of a line that are kept; what a line is its beginning says."""


class OpenBlocks:
    """Follows a text that comes in pieces."""

    __slots__ = ("_end", "_fence", "_line")

    def __init__(self) -> None:
        self._line = ""
        self._fence = ""
        self._end: re.Pattern[str] | None = None

    def push(self, text: str) -> None:
        """Take the next piece."""
        *whole, rest = text.split("\n")
        for line in whole:
            self._fence, self._end = self._after(self._line + line)
            self._line = ""
        self._line = (self._line + rest)[:_LONGEST_LINE]

    @property
    def open(self) -> bool:
        """True if the text, ended here, leaves a block open that no blank line ends."""
        fence, end = self._after(self._line)
        return bool(fence or end)

    def _after(self, line: str) -> tuple[str, re.Pattern[str] | None]:
        """Return the open fence and the awaited end of markup after one more line."""
        if self._end is not None:
            return "", None if self._end.search(line) else self._end
        found = _FENCE.match(line.rstrip("\r"))
        mark = (found[1] or found[2]) if found else ""
        if self._fence:
            is_end = mark.startswith(self._fence) and line.strip() == mark
            return ("" if is_end else self._fence), None
        if mark:
            return mark, None
        for begin, end in _MARKUP:
            opened = begin.match(line)
            if opened:
                return "", None if end.search(line, opened.end()) else end
        return "", None
