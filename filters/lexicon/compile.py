"""Compiles word lists into a lexicon filter, before the workers fork: they share its memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from filters.lexicon.entries import ALL_VARIANTS, Entry, WordList, problem_of
from filters.lexicon.lexicon import AllowPhrases, Columns, Contexts, Lexicon
from filters.lexicon.scan import LexiconFilter
from filters.lexicon.variants import Group, Pattern, is_han_term, patterns, severity_of
from gateway.matching.automaton import TermAutomaton
from gateway.matching.fold import SEPARATORS as SEPARATOR_RUN
from gateway.matching.fold import UNICODE_VERSION, fold_term
from gateway.nouns.errors import ConfigError

__all__ = ["compile_lexicon", "is_han_term"]

_GROUPS = 5
_WHOLE = (Group.WORDS, Group.ODD)
_NUMBER_OF = {variant: number for number, variant in enumerate(ALL_VARIANTS)}


class _Row(NamedTuple):
    """One pattern of an entry on its way into the columns; ``list`` indexes the lists."""

    pattern: Pattern
    entry: Entry
    list: int
    number: int
    severity: int
    allow: frozenset[str]


def compile_lexicon(lists: Sequence[WordList], *, today: str = "") -> LexiconFilter:
    """Return a filter that finds the terms of all lists.

    Entries that expired before ``today`` (an ISO date; empty: none does) are left out. Entries of
    the same folded text, category and match are one: the highest severity, and only the
    allow-phrases that all of them have. Raises ConfigError for an entry that is not usable.
    """
    rows = _merged(_rows(lists, today))
    by_text: dict[str, list[_Row]] = {}
    for row in rows:
        by_text.setdefault(row.pattern.text, []).append(row)
    groups = _groups(by_text)
    order = [text for group in groups for text in group]
    categories = tuple(sorted({row.entry.category for row in rows}))
    sorted_rows = [row for text in order for row in by_text[text]]
    lexicon = Lexicon(
        TermAutomaton(groups),
        _columns(sorted_rows, [len(by_text[text]) for text in order], categories),
        categories,
        tuple(words.name for words in lists),
        _allow(sorted_rows),
        _contexts(sorted_rows),
        sum(any(_is_written(row) for row in found) for found in by_text.values()),
        _hash(lists, today),
    )
    return LexiconFilter(lexicon)


def _is_written(row: _Row) -> bool:
    return not _NUMBER_OF[row.pattern.variant]


def _live(entry: Entry, today: str) -> bool:
    return not entry.expires or not today or entry.expires >= today


def _rows(lists: Sequence[WordList], today: str) -> Iterable[_Row]:
    for index, words in enumerate(lists):
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if not _live(entry, today):
                continue
            problem = problem_of(entry)
            if problem:
                raise ConfigError(f"word list {words.name}, entry {number}: {problem}")
            allow = frozenset(map(fold_term, entry.allow))
            for pattern in patterns(entry, fold_term(entry.text)):
                severity = severity_of(entry, pattern.variant)
                yield _Row(pattern, entry, index, number, severity, allow)


def _merged(rows: Iterable[_Row]) -> list[_Row]:
    """Return the rows with those that mean the same made one: the term as written before variants,
    the graver before the milder."""
    kept: dict[tuple[str, str, bool, bool, frozenset[str]], _Row] = {}
    for row in rows:
        pattern, entry = row.pattern, row.entry
        context = frozenset(entry.context)
        key = (pattern.text, entry.category, entry.whole_word, _is_written(row), context)
        other = kept.get(key)
        if other is None:
            kept[key] = row
            continue
        graver = row if row.severity > other.severity else other
        views = pattern.views | other.pattern.views
        merged = graver.pattern._replace(views=views)
        kept[key] = graver._replace(pattern=merged, allow=row.allow & other.allow)
    return list(kept.values())


def _groups(by_text: dict[str, list[_Row]]) -> list[list[str]]:
    """Return the distinct patterns by group: of several, the one that is held most easily."""
    groups: list[list[str]] = [[] for _ in range(_GROUPS)]
    for text, rows in by_text.items():
        groups[min(row.pattern.group for row in rows)].append(text)
    for group in groups:
        group.sort()
    return groups


def _columns(rows: Sequence[_Row], counts: Sequence[int], categories: Sequence[str]) -> Columns:
    places = {category: index for index, category in enumerate(categories)}
    return Columns(
        np.cumsum([0, *counts], dtype=np.int32),
        np.array([places[row.entry.category] for row in rows], np.uint16),
        np.array([row.severity for row in rows], np.uint8),
        np.array([row.pattern.group in _WHOLE or row.entry.whole_word for row in rows], np.bool_),
        np.array([row.list for row in rows], np.uint16),
        np.array([row.number for row in rows], np.uint32),
        np.array([row.pattern.views for row in rows], np.uint8),
        np.array([_NUMBER_OF[row.pattern.variant] for row in rows], np.uint8),
    )


def _allow(rows: Sequence[_Row]) -> AllowPhrases | None:
    """Return the allow-phrases of all entries, as written and without separators."""
    owners: dict[str, set[int]] = {}
    for index, row in enumerate(rows):
        for phrase in row.allow:
            for form in {phrase, SEPARATOR_RUN.sub("", phrase)}:
                owners.setdefault(form, set()).add(index)
    if not owners:
        return None
    phrases = sorted(owners)
    return AllowPhrases(
        TermAutomaton([phrases]),
        {number: frozenset(owners[phrase]) for number, phrase in enumerate(phrases)},
        frozenset().union(*owners.values()),
    )


def _contexts(rows: Sequence[_Row]) -> Contexts | None:
    """Return the context words of all entries."""
    wanted = {
        index: frozenset(map(fold_term, row.entry.context))
        for index, row in enumerate(rows)
        if row.entry.context
    }
    if not wanted:
        return None
    words = sorted(frozenset().union(*wanted.values()))
    places = {word: place for place, word in enumerate(words)}
    return Contexts(
        TermAutomaton([words]),
        {index: frozenset(places[word] for word in each) for index, each in wanted.items()},
    )


def _hash(lists: Sequence[WordList], today: str) -> str:
    """Return the SHA-256 over the fold's version and the names, lines and entries in force."""
    digest = hashlib.sha256(f"lexicon 2, unicode {UNICODE_VERSION}\n".encode())
    encoder = msgspec.json.Encoder(order="deterministic")
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if _live(entry, today):
                digest.update(encoder.encode((words.name, number, entry)))
    return digest.hexdigest()
