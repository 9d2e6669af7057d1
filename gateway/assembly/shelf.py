"""The shelf: word lists read and compiled once, however many policies use them.

It is done in two steps. *Drafts* are what is read of the lists, as plain data; making them takes
several times the memory that stays, scattered, so it is best done in a process of its own (see
`gateway.assembly.apart`). The *shelf* builds lexicons of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from filters.lexicon import (
    Entry,
    LexiconDraft,
    LexiconFilter,
    WordList,
    build_lexicon,
    draft_lexicon,
    read_word_list,
)
from gateway.config.policy_file import POLICIES
from gateway.engine.ruling import Ruler
from gateway.nouns.errors import ConfigError
from gateway.nouns.finding import HIDDEN_TEXT
from gateway.nouns.policy import LexiconUse, Policy
from gateway.nouns.segment import Direction, FieldClass

Categories = tuple[tuple[str, int], ...]

_SHIPPED = "shipped/"


class Part(NamedTuple):
    """Entries that are compiled together: the key of their draft, whether hidden text is looked
    for with them, and what they may find."""

    key: bytes
    hidden: bool
    found: Categories


class ListsDraft(NamedTuple):
    """What the lists of one policy come to: their names and sizes, and the parts."""

    sizes: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]


class Drafts(NamedTuple):
    """The lists of several policies; equal entries are drafted once. ``last_day`` is the first day
    (an ISO date) that is the last one of an entry in force, empty if none runs out."""

    policies: tuple[ListsDraft, ...]
    lexicons: dict[bytes, LexiconDraft]
    last_day: str


def draft_lists(policies: Sequence[Policy]) -> Drafts:
    """Read the lists of policies. Raises ConfigError, naming list and line."""
    today = datetime.now(UTC).date().isoformat()
    read: dict[LexiconUse, list[WordList]] = {}
    lexicons: dict[bytes, LexiconDraft] = {}
    drafts = []
    for policy in policies:
        for use in policy.lexicons:
            if use not in read:
                read[use] = read_lists(use)
        lists = [words for use in policy.lexicons for words in read[use]]
        parts = []
        for entries, hidden in _parts(policy, lists):
            key = hashlib.sha256(msgspec.msgpack.encode(entries)).digest()
            if key not in lexicons:
                lexicons[key] = draft_lexicon(entries, today=today)
            parts.append(Part(key, hidden, _found_by(entries, hidden=hidden)))
        sizes = tuple((words.name, len(words.entries)) for words in lists)
        drafts.append(ListsDraft(sizes, tuple(parts)))
    return Drafts(tuple(drafts), lexicons, _last_day(read.values(), today))


def _last_day(lists: Iterable[Sequence[WordList]], today: str) -> str:
    days = (entry.expires for several in lists for words in several for entry in words.entries)
    return min((day for day in days if day >= today), default="")


class Shelved(NamedTuple):
    """The lexicons of one policy, each with what it may find; its lists, and how long they are."""

    lexicons: list[tuple[LexiconFilter, Categories]]
    sizes: tuple[tuple[str, int], ...]


class Shelf:
    """Builds the lexicons of drafts, equal ones once; what stays alive is what the takers hold."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._built: dict[tuple[bytes, bool], LexiconFilter] = {}

    def take(self, place: int) -> Shelved:
        """Return what the policy at this place of the drafts has."""
        draft = self._drafts.policies[place]
        return Shelved([(self._lexicon(part), part.found) for part in draft.parts], draft.sizes)

    def _lexicon(self, part: Part) -> LexiconFilter:
        key = part.key, part.hidden
        if key not in self._built:
            self._built[key] = build_lexicon(self._drafts.lexicons[part.key], hidden=part.hidden)
        return self._built[key]


def _parts(policy: Policy, lists: Sequence[WordList]) -> list[tuple[list[WordList], bool]]:
    """Part what may act in an answer from what is only noted: observers never hold.

    The first of the two also looks for hidden text.
    """
    ruler = Ruler(policy, Direction.OUTPUT, third_party=True)
    parts = [
        _only(lists, lambda c, s: ruler.acts_on(c, s, FieldClass.CONTENT)),
        _only(lists, lambda c, s: not ruler.acts_on(c, s, FieldClass.CONTENT)),
    ]
    parts = [part for part in parts if any(words.entries for words in part)]
    return [(part, not place) for place, part in enumerate(parts)]


def _only(lists: Sequence[WordList], wanted: Callable[[str, int], bool]) -> list[WordList]:
    out = []
    for words in lists:
        kept = [
            (entry, number)
            for entry, number in zip(words.entries, words.numbers, strict=True)
            if wanted(entry.category, entry.severity)
        ]
        out.append(WordList(words.name, tuple(e for e, _ in kept), tuple(n for _, n in kept)))
    return out


def _found_by(lists: Sequence[WordList], *, hidden: bool) -> Categories:
    found = {(entry.category, entry.severity) for words in lists for entry in words.entries}
    return (*sorted(found), (HIDDEN_TEXT, 3)) if hidden else tuple(sorted(found))


def read_lists(use: LexiconUse) -> list[WordList]:
    """Read the list, or all lists of the folder, that a policy names."""
    path = POLICIES / "lexicons" / use.use.removeprefix(_SHIPPED)
    if not use.use.startswith(_SHIPPED):
        path = Path(use.use)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"lexicons: {use.use}: there is no .jsonl list in this folder.")
    return [_read(file, use) for file in files]


def _read(path: Path, use: LexiconUse) -> WordList:
    name = f"{use.use.removeprefix(_SHIPPED)}/{path.stem}" if path.stem not in use.use else use.use
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"lexicons: {path} cannot be read: {error.strerror}.") from error
    try:
        words = read_word_list(Path(name).stem if name.startswith("/") else name, raw)
    except ConfigError as error:
        remedy = "`sealgate lexicon import` makes a list of a file of terms"
        raise ConfigError(f"{path}: {error.detail}; {remedy}") from None
    kept = tuple(
        entry if set(entry.variants) <= set(use.variants) else _with_variants(entry, use.variants)
        for entry in words.entries
    )
    return WordList(words.name, kept, words.numbers)


def _with_variants(entry: Entry, variants: tuple[str, ...]) -> Entry:
    kept = tuple(each for each in entry.variants if each in (*variants, "fold"))
    return msgspec.structs.replace(entry, variants=kept)
