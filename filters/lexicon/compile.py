"""Compiles word lists into a lexicon filter, before the workers fork: they share its memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from filters.lexicon.allow import AllowPhrase, AllowPhrases, allow_phrase
from filters.lexicon.entries import Entry, WordList, problem_of
from filters.lexicon.lexicon import Contexts, Lexicon, Nearby, Wanted
from filters.lexicon.scan import LexiconFilter
from filters.lexicon.table import Ordered, Origin, Table
from filters.lexicon.variants import is_han_term, patterns, severity_of
from gateway.matching.automaton import TermAutomaton
from gateway.matching.fold import UNICODE_VERSION, fold_term
from gateway.nouns.errors import ConfigError

__all__ = ["LexiconDraft", "build_lexicon", "compile_lexicon", "draft_lexicon", "is_han_term"]


class LexiconDraft(NamedTuple):
    """A lexicon before its automata are built: plain data, which a process can hand to another."""

    table: Ordered
    lists: tuple[str, ...]
    hash: str


def draft_lexicon(lists: Sequence[WordList], *, today: str = "") -> LexiconDraft:
    """Return the patterns of all entries in force.

    Entries that expired before ``today`` (an ISO date; empty: none does) are left out. Entries of
    the same folded text, category and match are one: the highest severity, and only the
    allow-phrases that all of them have. Raises ConfigError for an entry that is not usable.
    """
    return LexiconDraft(
        _ordered(lists, today), tuple(words.name for words in lists), _hash(lists, today)
    )


def build_lexicon(draft: LexiconDraft, *, hidden: bool = True) -> LexiconFilter:
    """Return a filter that finds the terms of a draft and, with ``hidden``, hidden text."""
    table = draft.table
    lexicon = Lexicon(
        TermAutomaton(table.groups),
        table.columns,
        table.categories,
        draft.lists,
        AllowPhrases(table.allow) if table.allow else None,
        _contexts(table.context),
        table.size,
        draft.hash,
    )
    return LexiconFilter(lexicon, hidden=hidden)


def compile_lexicon(
    lists: Sequence[WordList], *, today: str = "", hidden: bool = True
) -> LexiconFilter:
    """Draft and build in one. Raises ConfigError for an entry that is not usable."""
    return build_lexicon(draft_lexicon(lists, today=today), hidden=hidden)


def _live(entry: Entry, today: str) -> bool:
    return not entry.expires or not today or entry.expires >= today


def _ordered(lists: Sequence[WordList], today: str) -> Ordered:
    """Return the patterns of all entries in force."""
    table = Table()
    for origin in _origins(lists, today):
        for pattern in patterns(origin.entry, fold_term(origin.entry.text)):
            table.add(pattern, origin, severity_of(origin.entry, pattern.variant))
    return table.ordered()


def _origins(lists: Sequence[WordList], today: str) -> Iterator[Origin]:
    phrases: dict[AllowPhrase, AllowPhrase] = {}  # equal ones are one in memory
    nears: dict[Nearby, Nearby] = {}
    for index, words in enumerate(lists):
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if not _live(entry, today):
                continue
            problem = problem_of(entry)
            if problem:
                raise ConfigError(f"word list {words.name}, entry {number}: {problem}")
            term = fold_term(entry.text)
            looked_for = (allow_phrase(fold_term(phrase), term) for phrase in entry.allow)
            allow = frozenset(phrases.setdefault(each, each) for each in looked_for)
            near = Nearby(frozenset(map(fold_term, entry.context)), *entry.reach)
            context = nears.setdefault(near, near) if near.words else None
            yield Origin(entry, index, number, entry.whole_word, allow, context)


def _contexts(rows: Mapping[int, Nearby]) -> Contexts | None:
    """Return the context words of all entries."""
    if not rows:
        return None
    words = sorted(frozenset().union(*(near.words for near in rows.values())))
    places = {word: place for place, word in enumerate(words)}
    wanted = {
        near: Wanted(frozenset(places[word] for word in near.words), near.before, near.behind)
        for near in set(rows.values())
    }
    return Contexts(TermAutomaton([words]), {row: wanted[near] for row, near in rows.items()})


def _hash(lists: Sequence[WordList], today: str) -> str:
    """Return the SHA-256 over the fold's version and the names, lines and entries in force."""
    digest = hashlib.sha256(f"lexicon 3, unicode {UNICODE_VERSION}\n".encode())
    encoder = msgspec.json.Encoder(order="deterministic")
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if _live(entry, today):
                digest.update(encoder.encode((words.name, number, entry)))
    return digest.hexdigest()
