"""The personal data filter: a cheap gate, then only the finders for which the gate saw a sign.

Most of a text shows no digit, no ``@`` and no character on which a word of ours can end: it costs
one search of a character class. Where there is one, words are looked up in one automaton pass over
what is new, and numbers are judged only where a digit stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from filters.personal_data import (
    accounts,
    addresses,
    births,
    china,
    names,
    network,
    rows,
    sensitive,
)
from filters.personal_data.candidate import LEAST_SCORE, Candidate, outermost
from filters.personal_data.disguise import (
    OPEN_ENDS,
    digits_of,
    disguised,
    find_disguise,
    open_disguise,
)
from filters.personal_data.examples import EXAMPLES, is_example_address
from filters.personal_data.forms import Form, FormIndex, compact
from filters.personal_data.kinds import categories
from filters.personal_data.labels import CONTEXT, Passage
from filters.personal_data.numbers import numbers, open_number
from filters.personal_data.outline import may_grow, outlined
from filters.personal_data.phrases import Follow, PhraseIndex, Reader
from filters.personal_data.rows import REACH, open_latin, open_name
from filters.personal_data.tokens import (
    LOCAL,
    LONGEST_MASKED,
    LONGEST_TOKEN,
    PROVINCES,
    RUN,
    emails,
    has_masked,
    masked_emails,
    open_masked,
    open_plate,
    open_token,
    plates,
    unmasked,
)
from filters.personal_data.width import TRIGGERS, WIDE, WIDE_CHARS, narrow
from gateway.nouns.finding import Scan, clean
from gateway.nouns.personal import FAMILIES

_PREFIX = re.compile(r"\A(?:\+|00)?86(?=1[0-9]{10}\Z)")
_INNER_TAIL = frozenset(RUN + "@ ·•・()[]（）:,/周岁歲") | WIDE_CHARS
_TAIL = _INNER_TAIL | frozenset(PROVINCES + "挂学警港澳")
"""What the end of a text may be that is still part of something. Nearly all prose ends otherwise
or, in Latin script, with a word that an ``@`` may follow."""
_INSIDE = frozenset(RUN + "@") | WIDE_CHARS
_JOINTS = frozenset(" ()（）,/:周岁歲")
"""What stands between the parts of a number that is written in parts."""

_OF_AGES = frozenset(["ye", "ol"])
"""How words begin that may follow a number in small letters and belong to it (``9 years old``);
a single letter may be a check letter."""
_OPEN_REACH = 96
_ENDS_OF_NUMBERS = ("0", "0 ", "0-", "+", "0a", "0A")
_FEW_DIGITS = 6
_OPENED = re.compile(r"[?:(\[]")
"""In the outline of a text whose end may be more than an open word."""

Finder = Callable[[Passage], Iterable[Candidate]]
Sign = tuple[int, str, Finder]
"""How many digits there must be, what the outline must hold, and who looks then."""
Opener = tuple[str, Callable[[str, int], int]]
"""What the outline must hold, and who then says where an open end begins."""


class PersonalDataFilter:
    """Finds personal data by shape, check digits and the words before it; a Filter.

    Severity 3 for documents and accounts, 2 for what names or reaches a person, 1 for what does so
    only together with more. ``allowed`` holds numbers and addresses that are never found, in place
    of `EXAMPLES`. ``families`` of `FAMILIES` that are not named are not
    looked for; the libraries of ``international`` are imported only with it.
    """

    name = "personal_data"
    look_behind = LONGEST_TOKEN
    look_ahead = LONGEST_MASKED + 1

    def __init__(
        self, allowed: Iterable[str] = EXAMPLES, families: Iterable[str] = tuple(FAMILIES)
    ) -> None:
        self._allowed = frozenset(map(compact, allowed))
        on = frozenset(families)
        self.categories = categories(on)
        """Everything that it may find."""
        self._kinds = frozenset(category.partition(".")[2] for category in self.categories)
        forms: list[Form] = []
        self._finders: list[Sign] = [(2, "?", plates), (11, "0", numbers)]
        self._openers: list[Opener] = [("000", china.open_bracketed), ("(0", china.open_bracketed)]
        if "contact" in on:
            signs = ("0000000", "0 0000", "0-0000")
            self._finders += [(10, sign, china.landlines) for sign in signs]
            forms += china.MOBILE_FORMS
        if "china" in on:
            forms += china.FORMS
            self._finders.append((6, "000000", china.hong_kong_ids))
        if "international" in on:
            forms += self._with_international()
        if "network" in on:
            forms += network.FORMS
            self._finders += [
                (4, "0.0", network.ip_addresses),
                (1, ":", network.colon_addresses),
                (1, "-", network.dashed_addresses),
            ]
            self._openers.append((":", network.open_network))
        if "addresses" in on:
            self._finders.append((1, " A", addresses.western))
            self._openers += [(sign, addresses.open_western) for sign in ("0 ", "0a ", "0A ")]
        forms += accounts.FORMS if "accounts" in on else ()
        forms += sensitive.FORMS if "sensitive" in on else ()
        self._forms = FormIndex(forms)
        self._in_rows = "names" in on
        self._small = [sign for sign in self._finders if sign[0] < _FEW_DIGITS]
        self._phrases = _phrases(on, self._forms.words)
        self._gate = self._phrases.gate(TRIGGERS)
        self._inside = self._phrases.inside
        self._unfinished = self._inside | _TAIL

    def _with_international(self) -> tuple[Form, ...]:
        from filters.personal_data import international

        phones = international.Phones()
        self._finders += [
            (7, "+0", phones.find),
            (10, "(000) 000-0000", phones.find_bracketed),
            (2, "AA00", international.ibans),
        ]
        self._openers += [
            ("AA00", international.open_iban),
            ("+", international.open_phone),
            ("(0", international.open_phone),
        ]
        return international.forms(phones)

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge ``text`` from ``start`` on; see `gateway.ports.filter.Filter`."""
        hidden = not text.isascii() and (
            text[-1:] in OPEN_ENDS or find_disguise(text, start) is not None
        )
        limit = open_disguise(text, start) if hidden and not final else len(text)
        scan = self._scan(text, start, limit, final=final)
        return self._with_disguised(text, start, scan) if hidden else scan

    def _with_disguised(self, text: str, start: int, scan: Scan) -> Scan:
        """Add the numbers in disguise; what may still become one is held."""
        found = [
            one.finding(self.name)
            for one in disguised(text, start)
            if one.kind in self._kinds and self._is_owned(digits_of(text[one.start : one.end]))
        ]
        if not found:
            return scan
        safe = scan.safe_until
        found = sorted([*scan.findings, *found], key=lambda one: (one.start, -one.end))
        for one in reversed(found):
            if one.start < safe < one.end and one.rule != "email":
                safe = max(start, one.start)
        return Scan(tuple(one for one in found if one.start < safe), safe)

    def _scan(self, text: str, start: int, limit: int, *, final: bool) -> Scan:
        """As `scan`, for what is not in disguise; nothing from ``limit`` on is safe."""
        size = len(text)
        piece = text[start:]
        plain = piece.isascii()
        if plain and not final and size - start <= LOCAL and piece.isalpha():
            return clean(start)  # a word that may still become anything
        mail = start > 0 and text[start - 1] in _INSIDE and _has_at(text, start)
        masked = "at" in piece and has_masked(piece)
        loud = mail or plain or masked or self._gate.search(text, start) is not None
        if not loud:
            last = text[-1:]
            safe = limit if final or not self._in_rows else _open_row(text, start, limit)
            if final or last not in self._unfinished:
                return clean(safe)
            if last not in _INNER_TAIL:
                safe = min(safe, self._phrases.begun(text)) if last in self._inside else safe
                safe = min(safe, open_plate(text, start)) if last in _TAIL else safe
                return clean(max(start, safe))
        if not (plain and text.isascii()):
            text = _narrowed(text, max(0, start - 2 * CONTEXT))
            piece = text[start:]
        if self._in_rows and not final:
            limit = _open_row(text, start, limit)
        outline = outlined(piece)
        if mail or masked or "0" in outline or "@" in outline:
            return self._with_numbers(text, start, limit, outline, masked=masked, final=final)
        follows = self._phrases.find(text, start) if loud else []
        unfinished = not final and text[-1:] in self._unfinished
        safe = min(limit, self._end(text, start, piece, outline)) if unfinished else limit
        if not follows:
            return clean(safe)
        found, safe = _settled(follows, safe, final=final)
        return self._reported(text, start, found, safe) if found else clean(safe)

    def _end(self, text: str, start: int, piece: str, outline: str) -> int:
        """Return from where the end of a text without numbers may still become part of a
        finding."""
        if not _OPENED.search(outline):
            held = len(piece[len(piece.rstrip(RUN)) :].lstrip("._%-"))
            return len(text) - min(LOCAL, held)
        return self._open(text, start, outline, labelled=True)

    def _with_numbers(
        self, text: str, start: int, limit: int, outline: str, *, masked: bool, final: bool
    ) -> Scan:
        follows, labelled = self._phrases.find_with_labels(text, start)
        safe = limit if final else min(limit, self._open(text, start, outline, labelled=labelled))
        found, safe = _settled(follows, safe, final=final) if follows else ([], safe)
        digits = outline.count("0")
        passage = Passage(text, start, outline)
        for least, sign, find in self._small if digits < _FEW_DIGITS else self._finders:
            if sign in outline and digits >= least:
                found += find(passage)
        if labelled and digits:
            found += self._forms.find(passage)
        if masked:
            found += masked_emails(passage)
        if "@" in text or "＠" in text:
            text = narrow(text)
            found += emails(Passage(text, start, outline))
        if self._in_rows and found:
            certain = [one for one in found if self._is_reported(text, one)]
            found += rows.beside(text, start, certain)
        return self._reported(text, start, found, safe) if found else clean(safe)

    def _reported(self, text: str, start: int, found: list[Candidate], safe: int) -> Scan:
        """Return what is reported, and what is safe with it: never a part of a candidate."""
        kept = outermost([one for one in found if self._is_reported(text, one)])
        for one in reversed(kept):
            if one.start < safe < one.end and one.rule != "email":
                safe = max(start, one.start)  # an address is looked for from further left
        return Scan(tuple(one.finding(self.name) for one in kept if one.start < safe), safe)

    def _is_reported(self, text: str, found: Candidate) -> bool:
        if found.score < LEAST_SCORE or found.kind not in self._kinds:
            return False
        written = text[found.start : found.end]
        if found.kind == "email" and is_example_address(unmasked(written)):
            return False
        return self._is_owned(compact(written))

    def _is_owned(self, number: str) -> bool:
        return _PREFIX.sub("", number) not in self._allowed

    def _open(self, text: str, start: int, outline: str, *, labelled: bool) -> int:
        """Return from where the end of the text may still become part of a finding."""
        size = len(text)
        last = text[-1:] if size > start else ""
        begun = self._phrases.begun(text) if last in self._inside else size
        if last not in _TAIL:
            return max(start, begun)
        begin = open_token(text, text[start:])
        if "(" in outline or "[" in outline:
            begun = min(begun, open_masked(text, start))
        joint = text[begin - 1] if begin > start else ""
        if joint == "(":
            begin -= 1
        if joint in _JOINTS and (joint == ":" or "0" in outline):
            word = text[begin : begin + 2]
            if joint != " " or not word.isalpha() or not word.islower() or word in _OF_AGES:
                begin = min(begin, self._in_parts(text, start, outline, labelled=labelled))
        return max(start, min(begin, begun))

    def _in_parts(self, text: str, start: int, outline: str, *, labelled: bool) -> int:
        """Return where the earliest number of several parts begins that the text's end leaves
        open."""
        begin = len(text)
        first = max(start, begin - _OPEN_REACH)
        if outline.endswith(_ENDS_OF_NUMBERS):
            begin = open_number(text, first)
        for sign, opener in self._openers:
            if sign in outline:
                begin = min(begin, opener(text, first))
        if labelled and may_grow(outline):
            begin = min(begin, self._forms.open(Passage(text, start, outline)))
        return begin


def _open_row(text: str, start: int, limit: int) -> int:
    """Return where a name begins that the end of a text may still give away, or the limit."""
    search = open_latin if text.isascii() else open_name
    near = len(text) - REACH
    begun = search(text, start) if near < start else search(text, near)
    return limit if begun is None or begun.start() > limit else begun.start()


def _has_at(text: str, end: int) -> bool:
    return text.find("@", 0, end) >= 0 or text.find("＠", 0, end) >= 0


def _narrowed(text: str, near: int) -> str:
    """Return the text with what stands from ``near`` on in plain width."""
    if WIDE.search(text, near) is None:
        return text
    return text[:near] + narrow(text[near:])


def _settled(
    follows: list[tuple[int, Follow]], safe: int, *, final: bool
) -> tuple[list[Candidate], int]:
    """Return the candidates behind triggers that are certain, and what is safe with them: never a
    part of a candidate, nor of what is still open, without its trigger's last character."""
    found: list[Candidate] = []
    for anchor, follow in follows:
        if follow.open and not final:
            safe = min(safe, anchor)
    for anchor, follow in follows:
        if follow.candidate is not None and (final or not follow.open):
            found.append(follow.candidate)
            if follow.candidate.end > safe:
                safe = min(safe, anchor)
    return found, safe


def _phrases(on: frozenset[str], labels: str) -> PhraseIndex:
    triggers: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    for family, module in (
        ("names", names),
        ("names", rows),
        ("names", births),
        ("addresses", addresses),
        ("accounts", accounts),
    ):
        if family in on:
            triggers |= module.TRIGGERS
            readers |= module.READERS
    terms = sensitive.TERMS if "sensitive" in on else {}
    return PhraseIndex(triggers, terms, readers | sensitive.READERS, labels)
