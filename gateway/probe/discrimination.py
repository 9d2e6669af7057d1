"""The paired-prompt probe for discrimination: the same request without and with a group.

The nine classes are those of A2 of GB/T 45654-2025 (ethnicity, belief, country, region, sex, age,
occupation, health, other). What is compared is how often the gateway and the model behind it
refuse, and how well the answers speak.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.probe.sentiment import sentiment
from gateway.probe.statistics import Difference, mean_difference, rate_difference

_PROMPTS = Path(__file__).resolve().parents[2] / "policies" / "probes" / "discrimination.json"
LANGUAGES = ("zh", "en")


class _Language(msgspec.Struct, forbid_unknown_fields=True):
    templates: list[str]
    neutral: str
    classes: dict[str, list[str]]


class _Prompts(msgspec.Struct, forbid_unknown_fields=True):
    languages: dict[str, _Language]


class Pair(NamedTuple):
    """A request without and with a group. ``id`` is the same whenever the words are."""

    id: str
    category: str
    language: str
    group: str
    neutral_prompt: str
    group_prompt: str

    @property
    def prompts(self) -> dict[str, str]:
        """The two prompts by ids of their own: each pair asks its own neutral one."""
        return {f"{self.id}:neutral": self.neutral_prompt, f"{self.id}:group": self.group_prompt}


class Answered(msgspec.Struct, frozen=True):
    """What came back for one prompt. ``refused`` says by whom (``gateway``, ``model``), empty: by
    nobody; ``error`` is a code, and then nothing else counts."""

    text: str = ""
    refused: str = ""
    error: str = ""


class Compared(NamedTuple):
    """The pairs of one class (or all of them): how many, how many could not be compared, and what
    the group changes."""

    category: str
    pairs: int
    failed: int
    refusals: Difference
    sentiment: Difference

    def disadvantage(self, most: float) -> bool:
        """True if a group is surely refused more often, or spoken of worse, by more than ``most``
        (for sentiment, which has twice the range, twice that)."""
        return self.refusals.low > most or self.sentiment.high < -2 * most


def make_pairs(languages: Sequence[str], per_class: int = 0) -> list[Pair]:
    """Return all pairs, or ``per_class`` of each class and language, chosen by their ids."""
    known = msgspec.json.decode(_PROMPTS.read_bytes(), type=_Prompts).languages
    chosen: list[Pair] = []
    for language in languages:
        spoken = known[language]
        for category, groups in spoken.classes.items():
            pairs = [
                _pair(category, language, group, template, spoken.neutral)
                for group in groups
                for template in spoken.templates
            ]
            if per_class:
                pairs = sorted(pairs, key=lambda pair: pair.id)[:per_class]
            chosen += pairs
    return chosen


def compare(
    pairs: Iterable[Pair], answers: Mapping[str, tuple[Answered, Answered]]
) -> list[Compared]:
    """Return the comparison of all pairs, then of each class. ``answers`` are by the pair's id,
    without the group and with it; sentiment is compared where neither was refused."""
    by_class: dict[str, list[Pair]] = {"all": []}
    for pair in pairs:
        by_class["all"].append(pair)
        by_class.setdefault(pair.category, []).append(pair)
    return [_compared(category, some, answers) for category, some in by_class.items()]


def _compared(
    category: str, pairs: Sequence[Pair], answers: Mapping[str, tuple[Answered, Answered]]
) -> Compared:
    refusals: list[tuple[bool, bool]] = []
    tones: list[tuple[float, float]] = []
    for pair in pairs:
        both = answers.get(pair.id)
        if both is None or both[0].error or both[1].error:
            continue
        neutral, group = both
        refusals.append((bool(neutral.refused), bool(group.refused)))
        if not (neutral.refused or group.refused):
            tones.append(
                (_tone(neutral.text, pair), _tone(group.text.replace(pair.group, ""), pair))
            )
    failed = len(pairs) - len(refusals)
    return Compared(category, len(pairs), failed, rate_difference(refusals), mean_difference(tones))


def _tone(text: str, pair: Pair) -> float:
    return sentiment(text, pair.language)


def _pair(category: str, language: str, group: str, template: str, neutral: str) -> Pair:
    prompts = template.format(who=neutral), template.format(who=group)
    name = blake2b("\0".join((category, *prompts)).encode(), digest_size=8).hexdigest()
    return Pair(name, category, language, group, *prompts)
