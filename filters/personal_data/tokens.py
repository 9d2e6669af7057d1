"""Tokens: e-mail addresses and vehicle plates, and how much of a text's end may still become one.

An address is found at its ``@``: at most `LOCAL` code points on its left (RFC 5321, 4.5.3.1.1) and
at most `DOMAIN` on its right count, so the judgement never needs more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.personal_data.candidate import Candidate
from filters.personal_data.labels import Passage

LOCAL = 64
DOMAIN = 64
LONGEST_TOKEN = LOCAL + 1 + DOMAIN

RUN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
"""What the part of an address before the ``@`` is written with. Every shape without a space or a
Han character lies in one run of these."""

_DOMAIN_RUN = re.compile(rf"[A-Za-z0-9.\-]{{0,{DOMAIN}}}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}\.)+[A-Za-z]{2,24}")
_AT = re.compile(r"[\[(]at[\])]")
_MASKED_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,30}(?:\.|[\[(]dot[\])])){1,3}[A-Za-z]{2,24}"
)
_OPEN_MASKED = re.compile(
    rf"[{re.escape(RUN)}]{{1,{LOCAL}}}[\[(](?:a(?:t(?:[\])](?:[A-Za-z0-9][A-Za-z0-9\-]{{0,30}}"
    r"(?:\.|[\[(](?:d(?:o(?:t[\])]?)?)?)?)){0,3}[A-Za-z0-9\-]{0,31})?)?)?\Z"
)
LONGEST_MASKED = LOCAL + 4 + 3 * 36 + 24
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


def emails(passage: Passage) -> Iterator[Candidate]:
    """Give every address; they may overlap, so one may begin before the passage's start."""
    text = passage.text
    at = text.find("@", max(0, passage.start - LONGEST_TOKEN))
    while at >= 0:
        begin = local_start(text, at)
        run = _DOMAIN_RUN.match(text, at + 1)
        domain = _DOMAIN.match(run[0]) if run and begin < at else None
        if domain is None or at + 1 + domain.end() <= passage.start:
            pass
        elif text[begin:at].lower() not in _NOT_A_PERSON:
            yield Candidate(begin, at + 1 + domain.end(), "email", 2, 0.95, "email")
        at = text.find("@", at + 1)


def has_masked(text: str) -> bool:
    """True if a sign stands somewhere that people write for an ``@``."""
    return "at]" in text or "at)" in text


def masked_emails(passage: Passage) -> Iterator[Candidate]:
    """Give every address with ``[at]`` for the ``@``, and perhaps ``[dot]`` for points."""
    for sign in _AT.finditer(passage.text, passage.start):
        begin = local_start(passage.text, sign.start())
        domain = _MASKED_DOMAIN.match(passage.text, sign.end())
        if domain is not None and passage.start <= begin < sign.start():
            yield Candidate(begin, domain.end(), "email", 2, 0.9, "email_masked")


def open_masked(text: str, start: int) -> int:
    """Return where such an address begins that the end of ``text[start:]`` leaves open, or its
    length."""
    found = _OPEN_MASKED.search(text, max(start, len(text) - LONGEST_MASKED))
    return found.start() if found else len(text)


def unmasked(address: str) -> str:
    """Return an address with its ``@`` and its points."""
    return re.sub(r"[\[(]dot[\])]", ".", _AT.sub("@", address))


def plates(passage: Passage) -> Iterator[Candidate]:
    """Give every plate."""
    outline = passage.outline
    if not ("A" in outline and "?A" in outline) and not ("a" in outline and "?a" in outline):
        return
    for found in _PLATE.finditer(passage.text, passage.start):
        if sum(char.isdigit() for char in found[1]) >= 2:
            yield Candidate(found.start(), found.end(), "plate", 2, 0.85, "cn_plate")


def open_token(text: str, piece: str) -> int:
    """Return where the earliest address or plate begins that the end of the text leaves open, or
    ``len(text)`` if it leaves none. Only what begins in ``piece``, the end of the text, counts."""
    size = len(text)
    before = piece.rstrip(RUN)
    begin = size - min(len(piece[len(before) :].lstrip("._%-")), LOCAL)
    if before.endswith("@"):
        at = size - len(piece) + len(before)
        if size - at < DOMAIN and _DOMAIN_RUN.fullmatch(text, at):
            local = max(size - len(piece), local_start(text, at - 1))
            begin = local if local < at - 1 else begin
    if piece.isascii():
        return begin
    return min(begin, open_plate(text, size - len(piece)))


def open_plate(text: str, start: int) -> int:
    """Return where a plate begins that the end of ``text[start:]`` leaves open, or its length."""
    plate = _OPEN_PLATE.search(text, max(start, len(text) - _LONGEST_PLATE))
    return plate.start() if plate else len(text)
