"""The exact judgement of a text by a lexicon: layers, views, word boundaries, allow-phrases.

A text is judged as it is written and, if it holds markup, as a reader sees it, and what its tag
characters spell; in each layer in the plain and in the squeezed view, and in those views of
`letters` that its new part gives a reason for. A term found in several of them is one finding; the
first view that knows it decides, the reader's before the written one. What is undecided in any of
them waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from filters.lexicon.letters import QuickLook, is_leet, is_spelled, leet_in, same_word
from filters.lexicon.lexicon import Lexicon, Wanted
from filters.lexicon.mixed import MixedLook
from filters.lexicon.variants import LEETED, PLAIN, SOUNDED, SPELLED, SPELLED_LEET, SQUEEZED, Group
from gateway.matching.automaton import END, Match
from gateway.matching.base64_text import Reading, Stretch, readings, readings_of
from gateway.matching.fold import KIND_BYTES, KINDS, Kind
from gateway.matching.pinyin import sounds
from gateway.matching.reader import (
    TOKEN_LENGTH,
    Layer,
    only_emphasis,
    raw_layer,
    read_layer,
    tag_layer,
)
from gateway.matching.views import (
    GAP,
    HIDDEN_RUN,
    LEET_LETTERS,
    Seen,
    View,
    hidden_runs,
    plain_view,
    see,
    spelled_view,
    squeezed_view,
)
from gateway.nouns.finding import HIDDEN_TEXT, Finding, Scan

NAME = "lexicon"
LOOK_BEHIND = GAP + 144
"""Context in code points: a neighbour across the widest gap, and the tokens that it may be of."""

SHORTEST_ENCODED = 8
"""A term takes at least so many base64 characters: six bytes, which noise seldom spells."""

_LEET, _SPELT = (LEETED, SPELLED_LEET), (SPELLED, SPELLED_LEET)
_LONG = 6
_HIDDEN_SEVERITY = 3
_HIDDEN_RULE = "hidden_run"

Key = tuple[int, int, int]
"""Start, end (in the text), entry."""


class _Sight(NamedTuple):
    """A view and what the automaton saw in it. ``written`` is the view's text before its characters
    were read as others; one of its characters takes ``spread`` of the text's."""

    view: View
    mode: int
    written: str
    matches: list[Match]
    final: bool
    spread: int = 1
    alive: int = -1
    """Where what may still become a term begins in the view; -1: the matches say it."""
    said: Reading | None = None
    """What it was read from, if not from clear text: each stretch stands for itself."""


class _Look(NamedTuple):
    """What was seen in a text: which matches stand, which wait, hidden runs, where it is safe."""

    decided: dict[Key, bool]
    waiting: set[Key]
    hidden: list[tuple[int, int]]
    safe: int


class Judge:
    """Judges texts by one lexicon; looks for hidden text too if ``hidden``. Has no state."""

    def __init__(self, lexicon: Lexicon, *, hidden: bool = True) -> None:
        self._lexicon = lexicon
        self._seeks_hidden = hidden
        ends = lexicon.automaton.live_ends
        self._words_from = ends[Group.SUBSTRINGS]
        self._lives = {
            PLAIN: (lexicon.automaton.size, ends[Group.ODD]),
            SQUEEZED: (lexicon.automaton.size, ends[Group.HAN]),
            SPELLED: (ends[Group.SUBSTRINGS], ends[Group.ODD]),
            LEETED: (ends[Group.SUBSTRINGS], ends[Group.ODD]),
            SPELLED_LEET: (ends[Group.SUBSTRINGS], ends[Group.ODD]),
            SOUNDED: (ends[Group.ODD], ends[Group.SOUNDS]),
        }
        self._letters = QuickLook(lexicon.automaton)
        self.mixed = MixedLook(lexicon.automaton)
        self._sounds = sounds() if ends[Group.SOUNDS] > ends[Group.ODD] else None

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's form
        """As `gateway.ports.filter.Filter.scan`.

        Of what was released before, more than one token is only looked at if a term was seen.
        """
        begin = max(0, start - TOKEN_LENGTH - 1)
        found = self._look(text[begin:], start - begin, final=final)
        if begin and (found.decided or found.waiting):
            begin = max(0, start - LOOK_BEHIND)
            found = self._look(text[begin:], start - begin, final=final)
        findings = self._findings(found, begin, start)
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

    def _findings(self, found: _Look, begin: int, start: int) -> list[Finding]:
        """Return what stands at or after ``start``; of several ways to read a term the gravest."""
        columns = self._lexicon.columns
        best: dict[tuple[int, int, int, int], Finding] = {}
        for key, stands in found.decided.items():
            if not stands or key in found.waiting or key[0] + begin < start:
                continue
            finding = self._finding(key, begin)
            entry = key[2]
            same = (*key[:2], columns.of(entry).list, int(columns.number[entry]))
            other = best.get(same)
            if other is None or finding.severity > other.severity:
                best[same] = finding
        return list(best.values())

    def _look(self, text: str, fresh: int, *, final: bool) -> _Look:
        """Judge a text in all its layers and views; ``text[fresh:]`` was not released yet."""
        read, end = read_layer(text, final=final)
        raw = raw_layer(text[:end])
        decided: dict[Key, bool] = {}
        waiting: set[Key] = set()
        safe = end
        for sight in self._sights(raw, read, end, fresh, final=final):
            self._rule(sight, decided, waiting)
            safe = min(safe, self._alive_from(sight))
        encoded = readings(text[:end], fresh, final=final)
        if read is not None and not only_emphasis(read):
            encoded = chain(encoded, readings_of(read, final=final))
        safe = min(safe, self._encoded(encoded, decided, waiting, end))
        hidden: list[tuple[int, int]] = []
        if self._seeks_hidden:
            hidden, safe = self._hidden(raw, end, safe, final=final)
        return _Look(decided, waiting, hidden, min([safe, *(key[0] for key in waiting)]))

    def _sights(
        self, raw: Layer, read: Layer | None, length: int, fresh: int, *, final: bool
    ) -> Iterator[_Sight]:
        """Yield the views of all layers, the reader's first, with what matches in them."""
        if read is not None:
            yield from self._sights_of(see(read, length), fresh, squeezed=True, final=final)
        squeezed = read is None or not only_emphasis(read)
        yield from self._sights_of(see(raw, length), fresh, squeezed=squeezed, final=final)
        tags = tag_layer(raw)
        if tags is not None:
            yield self._sight(plain_view(see(tags, length)), PLAIN, final=final)

    def _sights_of(
        self, seen: Seen, fresh: int, *, squeezed: bool, final: bool
    ) -> Iterator[_Sight]:
        """Yield the views of one layer."""
        plain = plain_view(seen)
        yield self._sight(plain, PLAIN, final=final)
        bare = squeezed_view(seen) if squeezed else None
        if bare is not None:
            yield self._sight(bare, SQUEEZED, final=final)
        yield from self._mixed_sight(bare or plain, final=final)
        if self._sounds is not None:
            base = bare or plain
            sound = base._replace(text=base.text.translate(self._sounds))
            yield self._sight(sound, SOUNDED, written=base.text, final=final)
        place = max(0, int(np.searchsorted(plain.starts, fresh)) - 1)
        if not self._letters.held(plain.text[place:] if place else f" {plain.text}"):
            return
        yield from self._leet(plain, LEETED, final=final)
        spelled = spelled_view(seen)
        if spelled is not None:
            yield self._sight(spelled, SPELLED, final=final)
            yield from self._leet(spelled, SPELLED_LEET, final=final)

    def _mixed_sight(self, view: View, *, final: bool) -> Iterator[_Sight]:
        """Yield a view with the terms of which some characters are written in pinyin."""
        if view.text.isascii():
            return
        cuts = [0, *(np.flatnonzero(view.starts[1:] != view.ends[:-1]) + 1).tolist(), None]
        pieces = [view.text[start:end] for start, end in pairwise(cuts)]
        matches, alive = self.mixed.look(pieces, final=final)
        if matches or alive < len(view.text):
            yield _Sight(view, PLAIN, view.text, matches, final, alive=alive)

    def _encoded(
        self,
        encoded: Iterable[Reading],
        decided: dict[Key, bool],
        waiting: set[Key],
        length: int,
    ) -> int:
        """Decide what is written in base64 in a text of this length; returns where that is safe.

        A term counts, and is held, from the first of its places that counts.
        """
        safe = length
        for reading in encoded:
            seen = see(reading.layer, length)
            bare = squeezed_view(seen)
            views = [(plain_view(seen), PLAIN)] + ([(bare, SQUEEZED)] if bare else [])
            for view, mode in views:
                sight = self._sight(view, mode, final=not reading.open)
                sight = sight._replace(spread=reading.spread, said=reading)
                self._rule_encoded(sight, reading.stretch, decided, waiting)
                place = reading.stretch.first_from(min(reading.unread, self._alive_from(sight)))
                if reading.open and place is not None:
                    safe = min(safe, place)
        return safe

    def _rule_encoded(
        self, sight: _Sight, stretch: Stretch, decided: dict[Key, bool], waiting: set[Key]
    ) -> None:
        """As `_rule`, in what a stretch of base64 says."""
        stands: dict[Key, bool] = {}
        waits: set[Key] = set()
        self._rule(sight, stands, waits)
        for start, end, entry in {*stands, *waits}:
            place = stretch.first_from(start)
            if place is None or place >= end or end - start < SHORTEST_ENCODED:
                continue
            if (start, end, entry) in stands:
                decided.setdefault((place, end, entry), stands[start, end, entry])
            if (start, end, entry) in waits:
                waiting.add((place, end, entry))

    def _leet(self, view: View, mode: int, *, final: bool) -> Iterator[_Sight]:
        """Yield a view with its digits and signs read as letters, if any of them may be one."""
        if leet_in(view.text):
            leet = view._replace(text=view.text.translate(LEET_LETTERS))
            yield self._sight(leet, mode, written=view.text, final=final)

    def _sight(self, view: View, mode: int, *, final: bool, written: str = "") -> _Sight:
        matches = self._lexicon.automaton.find(view.text + END)
        return _Sight(view, mode, written or view.text, matches, final)

    def _alive_from(self, sight: _Sight) -> int:
        """Return where the longest suffix begins that may still become a term."""
        if sight.alive >= 0:
            return self._place(sight.view, sight.alive)
        first = len(sight.view.text)
        low, high = self._lives[sight.mode]
        for number, start, _ in sight.matches:
            if not low <= number < high or start >= first:
                continue
            if number >= self._words_from and sight.mode != SOUNDED and _continues(sight, start):
                continue
            first = start
        return self._place(sight.view, first)

    @staticmethod
    def _place(view: View, first: int) -> int:
        """Return where the view's character number ``first`` stands, or the end."""
        return int(view.starts[first]) if first < len(view.text) else view.seen.length

    def _rule(self, sight: _Sight, decided: dict[Key, bool], waiting: set[Key]) -> None:
        """Decide the matches of one view that no view before it decided."""
        lexicon, view = self._lexicon, sight.view
        first, of = lexicon.columns.first, lexicon.columns.of
        allow = beside = None
        for match in sight.matches:
            number, start, end = match
            if number >= lexicon.automaton.size:
                continue
            every = range(int(first[number]), int(first[number + 1]))
            rows = [entry for entry in every if of(entry).views & sight.mode]
            if not rows or not _readable(sight, start, end):
                continue
            for entry in rows:
                key = (int(view.starts[start]), int(view.ends[end - 1]), entry)
                verdict = self._bounded(sight, match, entry)
                near: bool | None = True
                contexts = lexicon.contexts
                if verdict is not False and contexts is not None and entry in contexts.wanted:
                    beside = contexts.automaton.find(sight.written) if beside is None else beside
                    near = _in_context(sight, key, contexts.wanted[entry], beside)
                    verdict = near and verdict if near is not None else None
                if verdict and lexicon.allow is not None and lexicon.allow.concerns(entry):
                    allow = allow or lexicon.allow.automaton.find(sight.written + END)
                    verdict = lexicon.allow.lets_stand(
                        match, entry, allow, view.starts, final=sight.final
                    )
                    decided.setdefault(key, verdict is True)
                elif verdict or not near:
                    decided.setdefault(key, verdict is True)
                if verdict is None:
                    waiting.add(key)

    def _bounded(self, sight: _Sight, match: Match, entry: int) -> bool | None:
        """True if the match stands where the entry may, None if that is not known yet."""
        if not self._lexicon.columns.of(entry).word:
            return True
        text, (_, start, end) = sight.view.text, match
        if _continues(sight, start):
            return False
        if end == len(text):
            letter = sight.mode in _LEET or KIND_BYTES[ord(text[end - 1])] == Kind.WORD
            return None if letter and not sight.final else True
        return not _continues(sight, end)

    def _finding(self, key: Key, begin: int) -> Finding:
        start, end, entry = key
        lexicon, kind = self._lexicon, self._lexicon.columns.of(entry)
        category, rule = lexicon.categories[kind.category], lexicon.rule(entry)
        return Finding(category, kind.severity, 1.0, start + begin, end + begin, NAME, rule)

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


def _in_context(sight: _Sight, key: Key, wanted: Wanted, beside: Sequence[Match]) -> bool | None:
    """True if a term has a word that it wants beside it, None if that may still come."""
    view, (start, end, _) = sight.view, key
    begin, until = start - wanted.before * sight.spread, end + wanted.behind * sight.spread
    if sight.said is not None:
        first, last = sight.said.fence(start)
        begin, until = max(begin, first), min(until, last) if sight.final else until
    for number, first, last in beside:
        if number in wanted.numbers and (
            begin <= view.starts[first] and view.ends[last - 1] <= until
        ):
            return True
    return False if sight.final or view.seen.length >= until else None


def _continues(sight: _Sight, place: int) -> bool:
    """True if the character at ``place`` of the view goes on a word that began before it."""
    if not place or place >= len(sight.view.text):
        return False
    left, right = sight.written[place - 1], sight.written[place]
    if sight.mode in _SPELT and sight.view.parted(place):
        return False
    if sight.mode in _LEET:
        return same_word(left, "a") and same_word("a", right)
    return same_word(left, right)


def _readable(sight: _Sight, start: int, end: int) -> bool:
    """True if what stands in ``[start, end)`` may be read as this kind of view reads it."""
    if sight.mode in (SQUEEZED, SOUNDED) and not _joined(sight.view, start, end):
        return False
    if sight.mode in _SPELT and not is_spelled(sight.view, start, end):
        return False
    text = sight.view.text
    return sight.mode not in _LEET or is_leet(sight.written[start:end], text[start:end])


def _joined(view: View, start: int, end: int) -> bool:
    """True if a Han term may be read across the separators inside ``[start, end)``.

    Spaces and symbols always; line ends in terms of three characters and more; ends of sentences
    only there and if every two characters are set apart, or in several places of a long term.
    """
    places = view.places[start:end].tolist()
    kinds = view.seen.kinds
    gaps = [kinds[left + 1 : right] for left, right in pairwise(places)]
    short = end - start < 3
    if short and any((gap == Kind.LINE).any() for gap in gaps):
        return False
    if any((gap == Kind.SENTENCE).any() for gap in gaps):
        apart = sum(bool(((gap >= Kind.SOFT) & (gap <= Kind.LINE)).any()) for gap in gaps)
        several = apart > 1 and end - start >= _LONG
        return (apart == len(gaps) or several) and not short
    return True
