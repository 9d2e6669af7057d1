"""Compiles word lists into a lexicon filter, before the workers fork: they share its memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from filters.lexicon.entries import SEPARATORS, Entry, WordList, problem_of
from filters.lexicon.lexicon import AllowPhrases, Columns, Lexicon
from filters.lexicon.scan import LexiconFilter
from gateway.matching.automaton import TermAutomaton
from gateway.matching.fold import KIND_BYTES, UNICODE_VERSION, Kind, fold_term
from gateway.matching.fold import SEPARATORS as SEPARATOR_RUN
from gateway.nouns.errors import ConfigError


class _Row(NamedTuple):
    """One entry on its way into the columns; ``list`` indexes the lists."""

    term: str
    entry: Entry
    list: int
    number: int
    allow: frozenset[str]


def compile_lexicon(lists: Sequence[WordList], *, today: str = "") -> LexiconFilter:
    """Return a filter that finds the terms of all lists.

    Entries that expired before ``today`` (an ISO date; empty: none does) are left out. Entries of
    the same folded text, category and match are one: the highest severity, and only the
    allow-phrases that all of them have. Raises ConfigError for an entry that is not usable.
    """
    rows = _merged(_rows(lists, today))
    groups = _groups(rows)
    order = [term for group in groups for term in group]
    categories = tuple(sorted({row.entry.category for row in rows}))
    by_term: dict[str, list[_Row]] = {}
    for row in rows:
        by_term.setdefault(row.term, []).append(row)
    sorted_rows = [row for term in order for row in by_term[term]]
    lexicon = Lexicon(
        TermAutomaton(groups),
        _columns(sorted_rows, [len(by_term[term]) for term in order], categories),
        categories,
        tuple(words.name for words in lists),
        _allow(sorted_rows),
        _hash(lists, today),
    )
    return LexiconFilter(lexicon)


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
            yield _Row(fold_term(entry.text), entry, index, number, allow)


def _merged(rows: Iterable[_Row]) -> list[_Row]:
    """Return the rows with those that mean the same made one."""
    kept: dict[tuple[str, str, bool], _Row] = {}
    for row in rows:
        key = (row.term, row.entry.category, row.entry.whole_word)
        other = kept.get(key)
        if other is None:
            kept[key] = row
            continue
        graver = row if row.entry.severity > other.entry.severity else other
        kept[key] = graver._replace(allow=row.allow & other.allow)
    return list(kept.values())


def _groups(rows: Sequence[_Row]) -> tuple[list[str], list[str], list[str]]:
    """Return the distinct terms by group: Han through separators, substrings, whole words."""
    han: set[str] = set()
    substrings: set[str] = set()
    words: set[str] = set()
    for row in rows:
        if SEPARATORS in row.entry.variants and is_han_term(row.term):
            han.add(row.term)
        elif row.entry.whole_word:
            words.add(row.term)
        else:
            substrings.add(row.term)
    return sorted(han), sorted(substrings - han), sorted(words - substrings - han)


def is_han_term(term: str) -> bool:
    """True if a folded term is of at least two Han characters and nothing else."""
    return len(term) > 1 and all(KIND_BYTES[ord(sign)] == Kind.HAN for sign in term)


def _columns(rows: Sequence[_Row], counts: Sequence[int], categories: Sequence[str]) -> Columns:
    places = {category: index for index, category in enumerate(categories)}
    return Columns(
        np.cumsum([0, *counts], dtype=np.int32),
        np.array([places[row.entry.category] for row in rows], np.uint16),
        np.array([row.entry.severity for row in rows], np.uint8),
        np.array([row.entry.whole_word for row in rows], np.bool_),
        np.array([row.list for row in rows], np.uint16),
        np.array([row.number for row in rows], np.uint32),
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


def _hash(lists: Sequence[WordList], today: str) -> str:
    """Return the SHA-256 over the fold's version and the names, lines and entries in force."""
    digest = hashlib.sha256(f"lexicon 1, unicode {UNICODE_VERSION}\n".encode())
    encoder = msgspec.json.Encoder(order="deterministic")
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if _live(entry, today):
                digest.update(encoder.encode((words.name, number, entry)))
    return digest.hexdigest()
