"""Tokens: e-mail addresses and vehicle plates, and how much of a text's end may still become one.

An address is found at its ``@``: at most `LOCAL` code points on its left (RFC 5321, 4.5.3.1.1) and
at most `DOMAIN` on its right count, so the judgement never needs more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.personal_data.candidate import Candidate

LOCAL = 64
DOMAIN = 64
LONGEST_TOKEN = LOCAL + 1 + DOMAIN

RUN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
"""What the part of an address before the ``@`` is written with. Every shape without a space or a
Han character lies in one run of these."""

_DOMAIN_RUN = re.compile(rf"[A-Za-z0-9.\-]{{0,{DOMAIN}}}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}\.)+[A-Za-z]{2,24}")
_NOT_A_PERSON = frozenset({"git", "noreply", "no-reply"})

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
"""What a plate begins with (GA 36)."""

_LETTERS = "A-HJ-NP-Za-hj-np-z"
_DOT = "·•・ \\-"
_PLATE = re.compile(
    f"[{PROVINCES}][{_LETTERS}][{_DOT}]?("
    f"[DFdf][{_LETTERS}0-9][0-9]{{4}}|[0-9]{{5}}[DFdf]"
    f"|[{_LETTERS}0-9]{{4}}(?:[{_LETTERS}0-9]|[挂学警港澳]))(?![A-Za-z0-9])"
)
_OPEN_PLATE = re.compile(
    f"[{PROVINCES}](?:[{_LETTERS}][{_DOT}]?[{_LETTERS}0-9]{{0,6}}[挂学警港澳]?)?\\Z"
)
_LONGEST_PLATE = 10


def local_start(text: str, at: int) -> int:
    """Return where the part before an ``@`` at ``at`` begins (``at`` itself: there is none)."""
    left = text[max(0, at - LOCAL) : at]
    run = left[len(left.rstrip(RUN)) :]
    return at - len(run.lstrip("._%-"))


def emails(text: str, start: int) -> Iterator[Candidate]:
    """Give every address whose ``@`` stands at ``start`` or later; they may overlap."""
    at = text.find("@", start)
    while at >= 0:
        begin = local_start(text, at)
        run = _DOMAIN_RUN.match(text, at + 1)
        domain = _DOMAIN.match(run[0]) if run and begin < at else None
        if domain is not None and text[begin:at].lower() not in _NOT_A_PERSON:
            yield Candidate(begin, at + 1 + domain.end(), "email", 2, 0.95, "email")
        at = text.find("@", at + 1)


def plates(text: str, start: int) -> Iterator[Candidate]:
    """Give every plate from ``start`` on."""
    for found in _PLATE.finditer(text, start):
        if sum(char.isdigit() for char in found[1]) >= 2:
            yield Candidate(found.start(), found.end(), "plate", 2, 0.85, "cn_plate")


def open_token(text: str) -> int:
    """Return where the earliest address or plate begins that the end of the text leaves open, or
    ``len(text)`` if it leaves none."""
    size = len(text)
    run = len(text.rstrip(RUN))
    begin = local_start(text, size)
    if run and text[run - 1] == "@" and size - run < DOMAIN and _DOMAIN_RUN.fullmatch(text, run):
        before = local_start(text, run - 1)
        begin = before if before < run - 1 else begin
    plate = _OPEN_PLATE.search(text, max(0, size - _LONGEST_PLATE))
    return min(begin, plate.start()) if plate else begin
