"""Variants: other ways to write a term, made into patterns when a lexicon is compiled.

What can be spelled out in advance costs nothing while text is judged: pinyin, initials, split
characters, reversed terms, Latin terms without their spaces. Leet and separators are views of the
text (see `exact`); for leet the term is written as that view writes it. Homophones are a view too,
in which a character is the sign of its sound: spelling them out would take twenty patterns per
character.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, islice
from typing import NamedTuple

from filters.lexicon.entries import (
    ASKED_VARIANTS,
    FOLD,
    HOMOPHONES,
    INITIALS,
    LEET,
    PINYIN,
    REVERSED,
    SEPARATORS,
    SPLIT,
    Entry,
    has_han,
    shortest,
)
from gateway.matching.automaton import LONGEST_TERM
from gateway.matching.fold import KIND_BYTES, Kind
from gateway.matching.parts import PARTS
from gateway.matching.pinyin import readings, sounds
from gateway.matching.views import LEET_LETTERS

PLAIN, SQUEEZED, SPELLED, LEETED, SPELLED_LEET, SOUNDED = 1, 2, 4, 8, 16, 32
"""Views that a pattern counts in: as written, without separators, letters set apart, signs read as
letters, both of these, sounds."""

ALIKE = (FOLD, SEPARATORS, LEET)
"""Variants of the term as written; every other one is a pattern of its own, tagged in findings."""

_MOST_READINGS, _FEW, _PAIR = 3, 3, 2


class Group:
    """Groups of patterns, in the order of the automaton."""

    HAN, SUBSTRINGS, WORDS, ODD, SOUNDS = range(5)


class Pattern(NamedTuple):
    """One way to write a term: what is looked for, as which variant, in which views."""

    text: str
    variant: str
    views: int
    group: int


def patterns(entry: Entry, term: str) -> Iterator[Pattern]:
    """Yield the patterns of an entry whose folded text is ``term``, the term itself first."""
    asked = frozenset(entry.variants)
    if has_han(term):
        yield from _han(entry, term, asked)
    else:
        yield from _latin(entry, term, asked)


def is_han_term(term: str) -> bool:
    """True if a folded term is of at least two Han characters and nothing else."""
    return len(term) > 1 and all(KIND_BYTES[ord(sign)] == Kind.HAN for sign in term)


def _begins_in_han(term: str) -> bool:
    """True if a folded term begins with a Han character, and only letters and digits are beside
    its Han characters. Letters at its beginning would have to be held wherever they stand."""
    kinds = {KIND_BYTES[ord(sign)] for sign in term}
    return len(term) > 1 and KIND_BYTES[ord(term[0])] == Kind.HAN and kinds <= {Kind.HAN, Kind.WORD}


def _han(entry: Entry, term: str, asked: frozenset[str]) -> Iterator[Pattern]:
    views, group = PLAIN, Group.WORDS if entry.whole_word else Group.SUBSTRINGS
    if SEPARATORS in asked and _begins_in_han(term):
        views, group = PLAIN | SQUEEZED, Group.HAN
    yield Pattern(term, FOLD, views, group)

    def wants(variant: str) -> bool:
        return variant in asked and len(term) >= shortest(entry, variant)

    if wants(SPLIT) and _begins_in_han(term):
        yield from (Pattern(each, SPLIT, views, group) for each in _split(term))
    if not is_han_term(term):
        return
    if wants(REVERSED) and term[::-1] != term:
        yield Pattern(term[::-1], REVERSED, views, group)
    if wants(HOMOPHONES):
        yield Pattern(term.translate(sounds()), HOMOPHONES, SOUNDED, Group.SOUNDS)
    if wants(PINYIN):
        for form in _pinyin(term):
            yield Pattern(form, PINYIN, PLAIN | SPELLED, Group.WORDS)
    if wants(INITIALS):
        letters = [readings().get(sign, ("",))[0][:1] for sign in term]
        if all(letters):
            yield Pattern("".join(letters), INITIALS, PLAIN, Group.WORDS)


def _latin(entry: Entry, term: str, asked: frozenset[str]) -> Iterator[Pattern]:
    group = Group.WORDS if entry.whole_word else Group.SUBSTRINGS
    letters = sum(KIND_BYTES[ord(sign)] == Kind.WORD for sign in term)
    spelled = entry.whole_word and SEPARATORS in asked and letters >= shortest(entry, SEPARATORS)
    leet = entry.whole_word and LEET in asked and letters >= shortest(entry, LEET)
    odd = SPELLED * spelled | LEETED * leet | SPELLED_LEET * (spelled and leet)
    bare, skeleton = term.replace(" ", ""), term.translate(LEET_LETTERS)
    same = skeleton == term
    yield Pattern(term, FOLD, PLAIN | (odd if same else odd & SPELLED), group)
    if spelled and bare != term:
        views = SPELLED | SPELLED_LEET * leet if same else SPELLED
        yield Pattern(bare, SEPARATORS, views, Group.ODD)
    if leet and not same:
        yield Pattern(skeleton, LEET, odd & ~SPELLED, Group.ODD)
        if spelled and bare != term:
            yield Pattern(bare.translate(LEET_LETTERS), LEET, SPELLED_LEET, Group.ODD)
    backwards = REVERSED in asked and entry.whole_word and letters >= shortest(entry, REVERSED)
    if backwards and term[::-1] != term:
        yield Pattern(term[::-1], REVERSED, PLAIN, Group.WORDS)


def _split(term: str) -> Iterator[str]:
    """Yield the term with any of its characters in halves; of many, with one of them or all."""
    able = [at for at, sign in enumerate(term) if sign in PARTS]
    sizes = range(1, len(able) + 1) if len(able) <= _FEW else (1, len(able))
    for size in sizes:
        for chosen in combinations(able, size):
            form = "".join(PARTS[sign] if at in chosen else sign for at, sign in enumerate(term))
            if len(form) <= LONGEST_TERM:
                yield form


def _pinyin(term: str) -> Iterator[str]:
    """Yield the term's readings: in one word, by syllables, and (of even length) by pairs; also
    with another reading of one of its characters."""
    table = readings()
    if not all(sign in table for sign in term):
        return
    forms = [_typed(table[sign]) for sign in term]
    usual = tuple(each[0] for each in forms)
    others = (
        (*usual[:at], other, *usual[at + 1 :])
        for at, each in enumerate(forms)
        for other in each[1:]
    )
    for syllables in islice(chain([usual], others), _MOST_READINGS):
        spaced = " ".join(syllables)
        if len(spaced) <= LONGEST_TERM:
            yield spaced.replace(" ", "")
            yield spaced
            if len(term) > _PAIR and len(term) % _PAIR == 0:
                pairs = zip(syllables[::2], syllables[1::2], strict=True)
                yield " ".join(map("".join, pairs))


def _typed(syllables: tuple[str, ...]) -> tuple[str, ...]:
    """Return readings as they are typed: ü is v, and u where a font or a fold took its dots."""
    forms = (form for each in syllables for form in (each, each.replace("v", "u")))
    return tuple(dict.fromkeys(forms))


def severity_of(entry: Entry, variant: str) -> int:
    """Return how grave a find of this variant is: as the entry says, else 1 for those asked for."""
    unsaid = 1 if variant in ASKED_VARIANTS else entry.severity
    return entry.variant_severity.get(variant, unsaid)
