"""The personal data filter: a cheap gate, then numbers, addresses and plates."""

from __future__ import annotations

import re
from collections.abc import Iterable

from filters.personal_data.candidate import LEAST_SCORE, Candidate, outermost
from filters.personal_data.context import CONTEXT
from filters.personal_data.numbers import LONGEST_NUMBER, numbers, open_number
from filters.personal_data.tokens import (
    LONGEST_TOKEN,
    PROVINCES,
    RUN,
    emails,
    open_token,
    plates,
)
from filters.personal_data.width import TRIGGER, WIDE_CHARS, narrow
from gateway.nouns.finding import Finding, Scan

EXAMPLES = frozenset({
    "13800138000", "13800000000", "13900000000", "13812345678", "13912345678",
    "4012888888881881", "5555555555554444", "5105105105105100", "2223003122003222",
    "4000056655665556", "5200828282828210", "3530111333300000", "3566002020360505",
    "6011111111111117", "6011000990139424", "6200000000000005", "6205500000000000004",
})  # fmt: skip
"""Numbers that documentation uses and nobody owns (cards of at most two different digits, such as
4111 1111 1111 1111, are never found)."""

_PREFIX = re.compile(r"\A(?:\+|00)?86(?=1[0-9]{10}\Z)")
_SEPARATORS = str.maketrans("", "", " -")
_TAIL = frozenset(RUN + "@ ·•・" + PROVINCES + "挂学警港澳") | WIDE_CHARS
"""What the end of a text may be that is still part of something. Nearly all prose ends otherwise
or, in Latin script, with a word that an ``@`` may follow."""
_INSIDE = frozenset(RUN + "@") | WIDE_CHARS


class PersonalDataFilter:
    """Finds personal data by shape, check digits and the words before it; a Filter.

    Severity 3 for resident IDs and bank cards, else 2. ``allowed`` holds
    numbers (digits only) that are never found, in place of `EXAMPLES`.
    """

    name = "personal_data"
    look_behind = LONGEST_TOKEN + CONTEXT + LONGEST_NUMBER
    look_ahead = LONGEST_TOKEN + 1
    categories = tuple(
        f"personal_data.{kind}"
        for kind in ("mobile", "resident_id", "bank_card", "uscc", "plate", "passport", "email")
    )
    """Everything that it may find."""

    def __init__(self, allowed: Iterable[str] = EXAMPLES) -> None:
        self._allowed = frozenset(allowed)

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge ``text`` from ``start`` on; see `gateway.ports.filter.Filter`."""
        size = len(text)
        inside = start and text[start - 1] in _INSIDE
        if TRIGGER.search(text, 0 if inside else start) is None:
            if final or not text or text[-1] not in _TAIL:
                return Scan((), size)
            return Scan((), max(start, _open(narrow(text), start)))
        plain = narrow(text)
        safe = size if final else max(start, _open(plain, start))
        return Scan(self._findings(plain, start, size if final else safe), safe)

    def _findings(self, text: str, start: int, safe: int) -> tuple[Finding, ...]:
        """Return what ends after ``start`` and begins before ``safe``: what begins later may still
        turn out to be part of something larger."""
        origin = max(0, start - LONGEST_TOKEN)
        found = [*emails(text, origin), *plates(text, origin), *numbers(text, origin)]
        if not found:
            return ()
        kept = outermost([c for c in found if self._is_reported(text, c)])
        return tuple(c.finding(self.name) for c in kept if start < c.end and c.start < safe)

    def _is_reported(self, text: str, found: Candidate) -> bool:
        if found.score < LEAST_SCORE:
            return False
        number = text[found.start : found.end].translate(_SEPARATORS)
        return _PREFIX.sub("", number) not in self._allowed


def _open(text: str, start: int) -> int:
    """Return from where the end of the text may still become part of a finding."""
    begin = open_token(text)
    last = text[-1]
    if last in "0123456789xX" or (last in " -" and text[-2:-1].isdigit()):
        return min(begin, open_number(text, start))
    return begin
