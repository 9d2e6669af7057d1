"""Segments: the stretches of a text that are judged each as one; found from the text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 320
"""Code points of the longest stretch."""

_END = re.compile(r"[。！？!?…\n]+[”’」』\"')）]*|\.[ \t\n]")
_SOFT = re.compile(r".*[\s,，、;；:：]", re.DOTALL)


def ends(text: str, begin: int, least: int, *, final: bool) -> Iterator[int]:
    """Yield where the stretches end that begin at ``begin``, as far as they are certain.

    A stretch ends behind the first mark of a sentence's end at which it has ``least`` code points;
    one without such a mark ends at `LONGEST`, if it can behind a blank or a comma of its last
    third. With ``final`` what is left is a stretch too.
    """
    while begin < len(text):
        limit = begin + LONGEST
        found = _END.search(text, begin + least - 1, limit)
        if found is not None and (found.end() < len(text) or final or found.end() == limit):
            begin = found.end()
        elif found is None and len(text) >= limit:
            soft = _SOFT.match(text, limit - LONGEST // 3, limit)
            begin = soft.end() if soft else limit
        elif final:
            begin = len(text)
        else:
            return
        yield begin
