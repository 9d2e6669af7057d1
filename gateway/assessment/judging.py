"""Judging: what the filters of a policy find in the answers, apart by kind of judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.metadata import version

from gateway.assessment.folder import Judged
from gateway.nouns.risk import risk_of
from gateway.nouns.segment import Direction
from gateway.ports.operator import Spot, TextJudge

BATCH = 32
LEAST_SEVERITY = 2
"""Findings below are mild words that a policy merely notes; they fail nothing."""

_KEYWORDS = frozenset({"lexicon"})
_NO_JUDGES = frozenset({"personal_data", "secrets"})
"""Filters whose findings are spans to be taken out, not judgements of a content."""


def judges(policy: str, lexicon: str) -> str:
    """Return the name of what judges: a policy and its word lists (by their hashes), and this
    program's version."""
    return sha256(f"{policy} {lexicon} {version('sealgate')}".encode()).hexdigest()


def still_true(
    lines: Iterable[Judged], under: str, texts: Sequence[tuple[str, str]]
) -> dict[str, Judged]:
    """Return by id what the same judges found in the very same texts."""
    now = {identifier: _hash(text) for identifier, text in texts}
    return {one.id: one for one in lines if one.under == under and one.text == now.get(one.id)}


def judged(judge: TextJudge, under: str, texts: Sequence[tuple[str, str]]) -> Iterable[Judged]:
    """Yield what is found in each text; texts are pairs of id and text."""
    for at in range(0, len(texts), BATCH):
        some = texts[at : at + BATCH]
        opinions = judge.judge([text for _, text in some], Direction.OUTPUT)
        for (identifier, text), opinion in zip(some, opinions, strict=True):
            yield Judged(
                id=identifier, under=under, text=_hash(text),
                keyword=_classes(one for one in opinion.spots if one.filter in _KEYWORDS),
                classifier=_classes(
                    one for one in opinion.spots if one.filter not in _KEYWORDS | _NO_JUDGES
                ),
            )  # fmt: skip


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _classes(spots: Iterable[Spot]) -> tuple[str, ...]:
    found = {risk_of(spot.category) for spot in spots if spot.severity >= LEAST_SEVERITY}
    return tuple(sorted(risk.id for risk in found if risk is not None))
