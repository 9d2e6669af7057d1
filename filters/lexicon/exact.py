"""The exact judgement of a text by a lexicon: layers, views, word boundaries, allow-phrases.

A text is judged as it is written and, if it holds markup, as a reader sees it; in each layer in the
plain and in the squeezed view. A term found in several of them is one finding; the first view that
knows it decides, the reader's before the written one. What is undecided in any of them waits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from filters.lexicon.lexicon import HAN, Lexicon
from gateway.matching.automaton import END, LONGEST_TERM, Match
from gateway.matching.fold import KIND_BYTES, KINDS, Kind
from gateway.matching.reader import (
    TOKEN_LENGTH,
    Layer,
    only_emphasis,
    open_markup,
    raw_layer,
    read_layer,
)
from gateway.matching.views import (
    BREAK,
    GAP,
    HIDDEN_RUN,
    View,
    hidden_runs,
    plain_view,
    see,
    squeezed_view,
)
from gateway.nouns.finding import HIDDEN_TEXT, Finding, Scan

NAME = "lexicon"
LOOK_BEHIND = GAP + 144
"""Context in code points: a neighbour across the widest gap, and the tokens that it may be of."""

ALLOW_REACH = GAP
"""An allow-phrase begins at most so many code points before the term."""

_HIDDEN_SEVERITY = 3
_HIDDEN_RULE = "hidden_run"

_END_OF = itemgetter(2)

Key = tuple[int, int, int]
"""Start, end (in the text), entry."""


class _Sight(NamedTuple):
    """A view and what the automaton saw in it."""

    view: View
    squeezed: bool
    matches: list[Match]
    final: bool


class _Look(NamedTuple):
    """What was seen in a text: which matches stand, which wait, hidden runs, where it is safe."""

    decided: dict[Key, bool]
    waiting: set[Key]
    hidden: list[tuple[int, int]]
    safe: int


class Judge:
    """Judges texts by one lexicon. Has no state of its own."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._live_substrings_end = lexicon.automaton.live_ends[-2]

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's form
        """As `gateway.ports.filter.Filter.scan`.

        Of what was released before, more than one token is only looked at if a term was seen.
        """
        begin = max(0, start - TOKEN_LENGTH - 1)
        found = self._look(text[begin:], final=final)
        if begin and (found.decided or found.waiting):
            begin = max(0, start - LOOK_BEHIND)
            found = self._look(text[begin:], final=final)
        findings = [
            self._finding(key, begin)
            for key, stands in found.decided.items()
            if stands and key not in found.waiting and key[0] + begin >= start
        ]
        findings += [
            Finding(
                HIDDEN_TEXT, _HIDDEN_SEVERITY, 1.0, first + begin, last + begin, NAME, _HIDDEN_RULE
            )
            for first, last in found.hidden
            if first + begin >= start
        ]
        findings.sort(key=lambda finding: (finding.start, finding.end, finding.category))
        safe = max(start, found.safe + begin)
        return Scan(tuple(findings), len(text) if final else safe)

    def _look(self, text: str, *, final: bool) -> _Look:
        """Judge a text in all its layers and views."""
        end = len(text) if final else open_markup(text, 0)
        raw = raw_layer(text[:end])
        read = read_layer(text, end)
        decided: dict[Key, bool] = {}
        waiting: set[Key] = set()
        safe = end
        for sight in self._sights(raw, read, end, final=final):
            self._rule(sight, decided, waiting)
            safe = min(safe, self._alive_from(sight))
        hidden, safe = self._hidden(raw, end, safe, final=final)
        return _Look(decided, waiting, hidden, min([safe, *(key[0] for key in waiting)]))

    def _sights(self, raw: Layer, read: Layer | None, length: int, *, final: bool) -> list[_Sight]:
        """Return the views of both layers, the reader's first, with what matches in them."""
        views: list[tuple[View | None, bool]] = []
        if read is not None:
            seen = see(read, length)
            views += [(plain_view(seen), False), (squeezed_view(seen), True)]
        seen = see(raw, length)
        views.append((plain_view(seen), False))
        if read is None or not only_emphasis(read):
            views.append((squeezed_view(seen), True))
        find = self._lexicon.automaton.find
        return [
            _Sight(view, squeezed, find(view.text + END), final)
            for view, squeezed in views
            if view is not None
        ]

    def _alive_from(self, sight: _Sight) -> int:
        """Return where the longest suffix begins that may still become a term."""
        automaton, text = self._lexicon.automaton, sight.view.text
        first = len(text)
        for number, start, _ in sight.matches:
            if number < automaton.size or start >= first:
                continue
            if sight.squeezed and number >= automaton.live_ends[HAN]:
                continue
            word_only = number >= self._live_substrings_end
            if word_only and start and _same_word(text[start - 1], text[start]):
                continue
            first = start
        return int(sight.view.starts[first]) if first < len(text) else sight.view.seen.length

    def _rule(self, sight: _Sight, decided: dict[Key, bool], waiting: set[Key]) -> None:
        """Decide the matches of one view that no view before it decided."""
        lexicon, view = self._lexicon, sight.view
        limit = lexicon.automaton.group_ends[HAN] if sight.squeezed else lexicon.size
        first = lexicon.columns.first
        allow = None
        for match in sight.matches:
            number, start, end = match
            if number >= limit or (sight.squeezed and not _joined(view, start, end)):
                continue
            for entry in range(int(first[number]), int(first[number + 1])):
                key = (int(view.starts[start]), int(view.ends[end - 1]), entry)
                verdict = self._bounded(sight, match, entry)
                if verdict and lexicon.allow is not None and entry in lexicon.allow.excused:
                    allow = allow or lexicon.allow.automaton.find(view.text + END)
                    verdict = self._unexcused(sight, match, entry, allow)
                    decided.setdefault(key, verdict is True)
                elif verdict:
                    decided.setdefault(key, True)
                if verdict is None:
                    waiting.add(key)

    def _bounded(self, sight: _Sight, match: Match, entry: int) -> bool | None:
        """True if the match stands where the entry may, None if that is not known yet."""
        if not self._lexicon.columns.word[entry]:
            return True
        text, (_, start, end) = sight.view.text, match
        if start and _same_word(text[start - 1], text[start]):
            return False
        if end == len(text):
            open_end = KIND_BYTES[ord(text[end - 1])] == Kind.WORD and not sight.final
            return None if open_end else True
        return not _same_word(text[end - 1], text[end])

    def _unexcused(
        self, sight: _Sight, match: Match, entry: int, found: list[Match]
    ) -> bool | None:
        """True if no allow-phrase of the entry covers the match, None if one still may."""
        allow, (_, start, end) = self._lexicon.allow, match
        assert allow is not None
        starts = sight.view.starts
        open_phrase = False
        near = bisect_left(found, end, key=_END_OF)
        far = bisect_right(found, start + LONGEST_TERM + 1, lo=near, key=_END_OF)
        for number, first, last in found[near:far]:
            if first > start or starts[start] - starts[first] > ALLOW_REACH:
                continue
            if number >= allow.automaton.size:
                open_phrase = True
            elif last >= end and entry in allow.owners[number]:
                return False
        return None if open_phrase and not sight.final else True

    def _finding(self, key: Key, begin: int) -> Finding:
        start, end, entry = key
        lexicon, columns = self._lexicon, self._lexicon.columns
        category = lexicon.categories[columns.category[entry]]
        severity = int(columns.severity[entry])
        rule = lexicon.rule(entry)
        return Finding(category, severity, 1.0, start + begin, end + begin, NAME, rule)

    @staticmethod
    def _hidden(
        raw: Layer, end: int, safe: int, *, final: bool
    ) -> tuple[list[tuple[int, int]], int]:
        """Return the runs that hide text, and where text is safe: an open run is waited for."""
        if not (KINDS[raw.codes] == Kind.DROPPED).any():
            return [], safe
        runs = hidden_runs(see(raw, end))
        if runs[-1][1] == end and not final:
            safe = min(safe, runs.pop()[0])
        return [run for run in runs if run[1] - run[0] > HIDDEN_RUN], safe


def _hidden_finding(start: int, end: int) -> Finding:
    return Finding(HIDDEN_TEXT, _HIDDEN_SEVERITY, 1.0, start, end, NAME, _HIDDEN_RULE)


def _same_word(left: str, right: str) -> bool:
    """True if two neighbours belong to one word of a script with spaces."""
    return left != BREAK and KIND_BYTES[ord(left)] == Kind.WORD == KIND_BYTES[ord(right)]


def _joined(view: View, start: int, end: int) -> bool:
    """True if a Han term may be read across the separators inside ``[start, end)``.

    Spaces and symbols always; line ends in terms of three characters and more; ends of sentences
    only there and if every two characters are set apart.
    """
    places = view.places[start:end].tolist()
    kinds = view.seen.kinds
    gaps = [kinds[left + 1 : right] for left, right in pairwise(places)]
    short = end - start < 3
    if short and any((gap == Kind.LINE).any() for gap in gaps):
        return False
    if any((gap == Kind.SENTENCE).any() for gap in gaps):
        apart = all(((gap >= Kind.SOFT) & (gap <= Kind.LINE)).any() for gap in gaps)
        return apart and not short
    return True
