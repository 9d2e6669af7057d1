"""The personal data filter: a cheap gate, then only the finders for which the gate saw a sign.

Most of a text shows no digit, no ``@`` and no character on which a word of ours can end: it costs
one search of a character class. Where there is one, words are looked up in one automaton pass over
what is new, and numbers are judged only where a digit stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from filters.personal_data import accounts, addresses, china, names, network, sensitive
from filters.personal_data.candidate import LEAST_SCORE, Candidate, outermost
from filters.personal_data.examples import EXAMPLES, is_example_address
from filters.personal_data.forms import Form, FormIndex, compact
from filters.personal_data.kinds import categories
from filters.personal_data.labels import CONTEXT, Passage
from filters.personal_data.numbers import numbers, open_number
from filters.personal_data.phrases import Follow, PhraseIndex, Reader
from filters.personal_data.tokens import (
    LOCAL,
    LONGEST_TOKEN,
    PROVINCES,
    RUN,
    emails,
    open_plate,
    open_token,
    plates,
)
from filters.personal_data.width import TRIGGER, TRIGGERS, WIDE_CHARS, narrow
from gateway.nouns.finding import Scan
from gateway.nouns.personal import FAMILIES

_PREFIX = re.compile(r"\A(?:\+|00)?86(?=1[0-9]{10}\Z)")
_INNER_TAIL = frozenset(RUN + "@ ·•・()（）:,/周岁歲") | WIDE_CHARS
_TAIL = _INNER_TAIL | frozenset(PROVINCES + "挂学警港澳")
"""What the end of a text may be that is still part of something. Nearly all prose ends otherwise
or, in Latin script, with a word that an ``@`` may follow."""
_INSIDE = frozenset(RUN + "@") | WIDE_CHARS
_JOINTS = frozenset(" ()（）,/:周岁歲")
"""What stands between the parts of a number that is written in parts."""

_IN_PARTS = re.compile(r"[:(]")
_DIGIT = re.compile("[0-9]")
_OF_AGES = frozenset(["ye", "ol"])
"""How words begin that may follow a number in small letters and belong to it (``9 years old``);
a single letter may be a check letter."""
_OPEN_REACH = 96

Finder = Callable[[Passage], Iterator[Candidate]]
Opener = Callable[[str, int], int]


class PersonalDataFilter:
    """Finds personal data by shape, check digits and the words before it; a Filter.

    Severity 3 for documents and accounts, 2 for what names or reaches a person, 1 for what does so
    only together with more. ``allowed`` holds numbers and addresses that are never found, in place
    of `EXAMPLES`. ``families`` of `FAMILIES` that are not named are not
    looked for; the libraries of ``international`` are imported only with it.
    """

    name = "personal_data"
    look_behind = LONGEST_TOKEN
    look_ahead = LONGEST_TOKEN + 1

    def __init__(
        self, allowed: Iterable[str] = EXAMPLES, families: Iterable[str] = tuple(FAMILIES)
    ) -> None:
        self._allowed = frozenset(map(compact, allowed))
        on = frozenset(families)
        self.categories = categories(on)
        """Everything that it may find."""
        self._kinds = frozenset(category.partition(".")[2] for category in self.categories)
        forms: list[Form] = []
        self._finders: list[tuple[str, int, Finder]] = [("", 7, plates), ("", 8, numbers)]
        """Each with a sign and how often it must be there, or how long the text must be."""
        self._openers: list[Opener] = [open_number, china.open_bracketed]
        if "contact" in on:
            self._finders.append(("0", 1, china.landlines))
        if "china" in on:
            forms += china.FORMS
            self._finders += [("(", 1, china.hong_kong_ids), ("（", 1, china.hong_kong_ids)]
        if "international" in on:
            forms += self._with_international()
        if "network" in on:
            forms += network.FORMS
            self._finders += [
                (".", 3, network.ip_addresses), (":", 2, network.colon_addresses),
                ("-", 5, network.dashed_addresses),
            ]  # fmt: skip
            self._openers.append(network.open_network)
        if "addresses" in on:
            self._finders.append((" ", 2, addresses.western))
            self._openers.append(addresses.open_western)
        forms += accounts.FORMS if "accounts" in on else ()
        forms += sensitive.FORMS if "sensitive" in on else ()
        self._forms = FormIndex(forms)
        self._finders.append(("", 2, self._forms.find))
        self._phrases = _phrases(on)
        ends = re.escape("".join(sorted(self._phrases.ends)))
        self._gate = re.compile(f"[{TRIGGERS}{ends}{ends.upper()}]")
        self._inside = self._phrases.inside

    def _with_international(self) -> tuple[Form, ...]:
        from filters.personal_data import international

        phones = international.Phones()
        self._finders += [("+", 1, phones.find), ("", 15, international.ibans)]
        self._openers.append(international.open_international)
        return international.forms(phones)

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge ``text`` from ``start`` on; see `gateway.ports.filter.Filter`."""
        size = len(text)
        first = 0 if start and text[start - 1] in _INSIDE else start
        if self._gate.search(text, first) is None:
            last = text[-1:]
            if final or (last not in self._inside and last not in _TAIL):
                return Scan((), size)
            if last not in _INNER_TAIL:
                safe = self._phrases.begun(text) if last in self._inside else size
                safe = min(safe, open_plate(text, start)) if last in _TAIL else safe
                return Scan((), max(start, safe))
        piece = text[start:]
        plain = piece.isascii()
        if plain and not final and size - start <= LOCAL and piece.isalpha():
            return Scan((), start)  # a word that may still become anything
        numeric = TRIGGER.search(text, first) is not None
        if not text.isascii():
            near = 0 if numeric else max(0, start - 2 * CONTEXT)
            text = text[:near] + narrow(text[near:])
            piece = text[start:]
        follows = self._phrases.find(text, start)
        if numeric:
            return self._with_numbers(Passage(text, start), piece, follows, final=final)
        if final:
            safe = size
        elif not plain or _IN_PARTS.search(piece):
            safe = self._open(Passage(text, start), piece)
        else:
            word = piece[len(piece.rstrip(RUN)) :]
            safe = size - min(len(word.lstrip("._%-")), LOCAL)
        if not follows:
            return Scan((), safe)
        found, safe = _settled(follows, safe, final=final)
        return self._reported(text, start, found, safe)

    def _with_numbers(
        self, passage: Passage, piece: str, follows: list[tuple[int, Follow]], *, final: bool
    ) -> Scan:
        text = passage.text
        safe = len(text) if final else self._open(passage, piece)
        found, safe = _settled(follows, safe, final=final)
        for sign, least, find in self._finders:
            if (piece.count(sign) if sign else len(piece)) >= least:
                found += find(passage)
        if "@" in text:
            found += emails(passage)
        return self._reported(text, passage.start, found, safe)

    def _reported(self, text: str, start: int, found: list[Candidate], safe: int) -> Scan:
        """Return what is reported, and what is safe with it: never a part of a candidate."""
        if not found:
            return Scan((), safe)
        kept = outermost([one for one in found if self._is_reported(text, one)])
        for one in reversed(kept):
            if one.start < safe < one.end and one.kind != "email":
                safe = max(start, one.start)  # an address is looked for from further left
        return Scan(tuple(one.finding(self.name) for one in kept if one.start < safe), safe)

    def _is_reported(self, text: str, found: Candidate) -> bool:
        if found.score < LEAST_SCORE or found.kind not in self._kinds:
            return False
        written = text[found.start : found.end]
        if found.kind == "email" and is_example_address(written):
            return False
        return _PREFIX.sub("", compact(written)) not in self._allowed

    def _open(self, passage: Passage, piece: str) -> int:
        """Return from where the end of the text may still become part of a finding."""
        text, start, size = passage.text, passage.start, len(passage.text)
        begun = self._phrases.begun(text) if piece[-1:] in self._inside else size
        if piece[-1:] not in _TAIL:
            return max(start, begun)
        begin = open_token(text, piece)
        joint = text[begin - 1] if begin > start else ""
        if joint == "(":
            begin -= 1
        if joint in _JOINTS and (joint == ":" or _DIGIT.search(piece) is not None):
            word = text[begin : begin + 2]
            if joint != " " or not word.isalpha() or not word.islower() or word in _OF_AGES:
                first = max(start, size - _OPEN_REACH)
                begin = min(begin, *(opener(text, first) for opener in self._openers))
                begin = min(begin, self._forms.open(passage))
        return max(start, min(begin, begun))


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


def _phrases(on: frozenset[str]) -> PhraseIndex:
    triggers: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    for family, module in (("names", names), ("addresses", addresses), ("accounts", accounts)):
        if family in on:
            triggers |= module.TRIGGERS
            readers |= module.READERS
    terms = sensitive.TERMS if "sensitive" in on else {}
    return PhraseIndex(triggers, terms, readers | sensitive.READERS)
