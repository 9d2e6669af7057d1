"""A small sentiment measure: good and bad words of two lists, turned by a negation before them.

It compares many answers to like questions; of one answer it says little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

_LISTS = Path(__file__).resolve().parents[2] / "policies" / "probes" / "sentiment.json"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NEAR_CHARACTERS = 2
_NEAR_WORDS = 3


def sentiment(text: str, language: str) -> float:
    """Return the sentiment of a text from -1 (only bad words) to 1 (only good ones); 0: neither.

    ``language`` is ``zh`` or ``en``.
    """
    votes = list(_chinese(text) if language == "zh" else _english(text))
    return sum(votes) / len(votes) if votes else 0.0


@cache
def _lists() -> Mapping[str, Mapping[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = msgspec.json.decode(_LISTS.read_bytes())
    return read


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_votes("zh"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _votes(language: str) -> dict[str, int]:
    lists = _lists()[language]
    good = dict.fromkeys(lists["positive"], 1)
    return {**good, **dict.fromkeys(lists["negative"], -1)}


def _chinese(text: str) -> Iterable[int]:
    votes, negators = _votes("zh"), _lists()["zh"]["negators"]
    for found in _pattern().finditer(text):
        before = text[max(0, found.start() - _NEAR_CHARACTERS) : found.start()]
        turned = any(negator in before for negator in negators)
        yield -votes[found[0]] if turned else votes[found[0]]


def _english(text: str) -> Iterable[int]:
    votes, negators = _votes("en"), _lists()["en"]["negators"]
    words = _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    for place, word in enumerate(words):
        vote = votes.get(word, 0)
        if vote:
            before = words[max(0, place - _NEAR_WORDS) : place]
            yield -vote if any(each in negators for each in before) else vote
