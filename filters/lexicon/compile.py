"""Compiles word lists into a lexicon filter, before the workers fork: they share its memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from filters.lexicon.entries import Entry, WordList, problem_of
from filters.lexicon.lexicon import AllowPhrases, Contexts, Lexicon, Nearby, Wanted
from filters.lexicon.scan import LexiconFilter
from filters.lexicon.table import Ordered, Origin, Table
from filters.lexicon.variants import is_han_term, patterns, severity_of
from gateway.matching.automaton import TermAutomaton
from gateway.matching.fold import SEPARATORS as SEPARATOR_RUN
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
        _allow(table.allow),
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
    for index, words in enumerate(lists):
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if not _live(entry, today):
                continue
            problem = problem_of(entry)
            if problem:
                raise ConfigError(f"word list {words.name}, entry {number}: {problem}")
            allow = frozenset(map(fold_term, entry.allow))
            near = Nearby(frozenset(map(fold_term, entry.context)), *entry.reach)
            context = near if near.words else None
            yield Origin(entry, index, number, entry.whole_word, allow, context)


def _allow(rows: Mapping[int, frozenset[str]]) -> AllowPhrases | None:
    """Return the allow-phrases of all entries, as written and without separators."""
    owners: dict[str, set[int]] = {}
    for row, allow in rows.items():
        for phrase in allow:
            for form in {phrase, SEPARATOR_RUN.sub("", phrase)}:
                owners.setdefault(form, set()).add(row)
    return AllowPhrases(owners) if owners else None


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
    digest = hashlib.sha256(f"lexicon 2, unicode {UNICODE_VERSION}\n".encode())
    encoder = msgspec.json.Encoder(order="deterministic")
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if _live(entry, today):
                digest.update(encoder.encode((words.name, number, entry)))
    return digest.hexdigest()
