"""Entries of word lists: their fields, their file form (JSON Lines) and what makes one valid."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from gateway.matching.automaton import LONGEST_TERM
from gateway.matching.fold import find_han, fold_term
from gateway.nouns.errors import ConfigError

SUBSTRING = "substring"
WORD = "word"
MATCHES = (SUBSTRING, WORD)

FOLD, SEPARATORS, LEET, PINYIN, SPLIT = "fold", "separators", "leet", "pinyin", "split"
INITIALS, HOMOPHONES, REVERSED = "initials", "homophones", "reversed"
VARIANTS = (FOLD, SEPARATORS, LEET, PINYIN, SPLIT)
"""Variants that every entry has unless it says less."""

ASKED_VARIANTS = (INITIALS, HOMOPHONES, REVERSED)
"""Variants that collide with ordinary words: only for entries that ask."""

ALL_VARIANTS = VARIANTS + ASKED_VARIANTS

CONTEXT_REACH = 40
"""A context word stands at most so many code points before or behind the term."""

BEFORE, BEHIND = "before", "behind"
SIDES = (BEFORE, BEHIND)

_SHORTEST = {
    SEPARATORS: 3, LEET: 3, PINYIN: 3, SPLIT: 3, INITIALS: 4, HOMOPHONES: 3, REVERSED: 3,
}  # fmt: skip
"""Characters (letters, of Latin terms) that a term needs before a variant acts. Separators of Han
terms have their own rule: see `exact`."""

_LEAST_INITIALS = 4

MOST_SEVERE = 4
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One term of a word list.

    ``text`` as a person would write it. ``category`` is a dotted name (``A1.h.gambling``),
    ``severity`` runs from 1 (mild) to 4 (grave). ``match``: ``substring``, or ``word`` (no Latin
    letter or digit next to its ends); empty means ``word`` for a term without Han characters.
    ``variants``: how else it is found, see `ALL_VARIANTS`; ``min_length`` and ``variant_severity``
    say per variant from how many characters on, and how grave it is then.
    ``allow``: phrases that hold the term harmlessly; inside one of them it is not found.
    ``context``: words of which one must stand near, else it is not found: within ``context_reach``
    code points (0: 40, which is the most), on both sides of the term or on ``context_side``.
    ``must_match`` and ``must_not_match``: texts that the entry is tested on.
    ``source``, ``licence`` and ``owner`` say where it is from and whom to ask. ``expires`` is its
    last day (``2027-12-31``), empty for none.
    """

    text: str
    category: str
    severity: int
    match: str = ""
    variants: tuple[str, ...] = VARIANTS
    min_length: Mapping[str, int] = msgspec.field(default_factory=dict)
    variant_severity: Mapping[str, int] = msgspec.field(default_factory=dict)
    allow: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    context_reach: int = 0
    context_side: str = ""
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    source: str = ""
    licence: str = ""
    owner: str = ""
    expires: str = ""

    @property
    def whole_word(self) -> bool:
        """True if it is found as a whole word only."""
        return self.match == WORD or (not self.match and not has_han(self.text))

    @property
    def reach(self) -> tuple[int, int]:
        """How many code points before and behind the term a context word may stand."""
        far = self.context_reach or CONTEXT_REACH
        return far * (self.context_side != BEHIND), far * (self.context_side != BEFORE)


class WordList(msgspec.Struct, frozen=True):
    """A named list. ``numbers`` are the entries' line numbers in its file; with the name they make
    the rule that findings carry (``harms/drugs#12``)."""

    name: str
    entries: tuple[Entry, ...]
    numbers: tuple[int, ...]


def has_han(text: str) -> bool:
    """True if the text holds a Han character."""
    return find_han(text) is not None


def shortest(entry: Entry, variant: str) -> int:
    """Return from how many characters on a variant of the entry is looked for."""
    return entry.min_length.get(variant, _SHORTEST.get(variant, 1))


def named_list(name: str, entries: Iterable[Entry]) -> WordList:
    """Return a list whose entries are numbered from 1."""
    kept = tuple(entries)
    return WordList(name, kept, tuple(range(1, len(kept) + 1)))


def problem_of(entry: Entry) -> str:
    """Return what makes the entry unusable, empty if nothing does. Never names the term."""
    folded = fold_term(entry.text)
    if not folded:
        return "nothing is left of the term after folding"
    if len(folded) > LONGEST_TERM:
        return f"the term has more than {LONGEST_TERM} characters after folding"
    if not 1 <= entry.severity <= MOST_SEVERE:
        return "severity must be 1, 2, 3 or 4"
    if not _CATEGORY.fullmatch(entry.category):
        return "category must be a dotted name such as A1.h.gambling"
    if entry.match not in ("", *MATCHES):
        return "match must be substring or word"
    return (
        _variant_problem(entry)
        or _allow_problem(entry, folded)
        or _context_problem(entry)
        or _expiry_problem(entry.expires)
    )


def _variant_problem(entry: Entry) -> str:
    named = (*entry.variants, *entry.min_length, *entry.variant_severity)
    if any(variant not in ALL_VARIANTS for variant in named):
        return f"variants may be {', '.join(ALL_VARIANTS)}"
    if not all(1 <= severity <= entry.severity for severity in entry.variant_severity.values()):
        return "variant_severity must be from 1 to the entry's severity"
    if entry.min_length.get(INITIALS, _LEAST_INITIALS) < _LEAST_INITIALS:
        return f"initials act from {_LEAST_INITIALS} letters on"
    return ""


def _context_problem(entry: Entry) -> str:
    for word in map(fold_term, entry.context):
        if not 0 < len(word) <= LONGEST_TERM:
            return f"a context word must have 1 to {LONGEST_TERM} characters after folding"
    if not 0 <= entry.context_reach <= CONTEXT_REACH:
        return f"context_reach must be from 1 to {CONTEXT_REACH}"
    if entry.context_side not in ("", *SIDES):
        return "context_side must be before or behind"
    return ""


def _allow_problem(entry: Entry, folded: str) -> str:
    """Return what is wrong with the allow-phrases: one that lacks the term can have no effect."""
    for phrase in map(fold_term, entry.allow):
        if folded not in phrase or phrase == folded:
            return "an allow-phrase must hold the term and something besides"
        if len(phrase) > LONGEST_TERM:
            return f"an allow-phrase has more than {LONGEST_TERM} characters after folding"
    return ""


def _expiry_problem(expires: str) -> str:
    if not expires:
        return ""
    try:
        date.fromisoformat(expires)
    except ValueError:
        return "expires must be a date such as 2027-12-31"
    return ""


def read_word_list(name: str, raw: bytes) -> WordList:
    """Read a list in JSON Lines, one entry a line.

    Empty lines and lines that begin with ``//`` are passed over. Raises ConfigError naming
    the list, the line and what is wrong with it.
    """
    decoder = msgspec.json.Decoder(Entry)
    entries: list[Entry] = []
    numbers: list[int] = []
    for number, line in _lines(raw):
        try:
            entry = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"word list {name}, line {number}: {_unread(error)}") from None
        problem = problem_of(entry)
        if problem:
            raise ConfigError(f"word list {name}, line {number}: {problem}")
        entries.append(entry)
        numbers.append(number)
    return WordList(name, tuple(entries), tuple(numbers))


def _unread(error: msgspec.DecodeError | UnicodeDecodeError) -> str:
    """Return what is wrong with a line that is no entry; a misspelled field has the nearest one."""
    if isinstance(error, UnicodeDecodeError):
        return "this is not UTF-8; save it as UTF-8"
    told = str(error)
    unknown = _UNKNOWN_FIELD.search(told)
    if unknown is None:
        return told
    close = difflib.get_close_matches(unknown[1], _FIELDS, n=1, cutoff=0.6)
    known = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(_FIELDS)}"
    return f"there is no field `{unknown[1]}`; {known}"


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(b"//"):
            yield number, stripped


_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]{1,40})`")
_FIELDS = Entry.__struct_fields__


def write_word_list(entries: Iterable[Entry]) -> bytes:
    """Return entries as JSON Lines, in the order given, without members that hold the default."""
    return b"".join(msgspec.json.encode(_trimmed(entry)) + b"\n" for entry in entries)


_BLANK = Entry(text="", category="", severity=0)


def _trimmed(entry: Entry) -> dict[str, object]:
    """Return the members of an entry that say more than the default, in their order."""
    written = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return {name: value for name, value in written.items() if value != getattr(_BLANK, name)}
