"""Sampling for review: which exchanges people look at, decided by a key and the exchange's id.

The same exchange is drawn or not wherever and whenever it is asked, nobody without the key can
tell which, and a sample with a higher rate holds all of one with a lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from gateway.nouns.conduct import ReviewSample
from gateway.nouns.policy import concerns
from gateway.nouns.record import FindingFact

_WHOLE = 1 << 64


class Sampler:
    """Draws exchanges for review under one policy. ``key`` is the installation's."""

    def __init__(self, samples: Sequence[ReviewSample], key: bytes) -> None:
        self._samples = tuple(samples)
        self._key = key[:64]

    def reasons(
        self, exchange: str, outcome: str, findings: Sequence[FindingFact]
    ) -> tuple[str, ...]:
        """Return the ids of the samples that an exchange is drawn for; none: nobody looks."""
        fitting = [each for each in self._samples if _fits(each, outcome, findings)]
        if not fitting:
            return ()
        drawn = self._draw(exchange)
        return tuple(each.id for each in fitting if drawn < each.rate)

    def _draw(self, exchange: str) -> float:
        digest = blake2b(exchange.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big") / _WHOLE


def _fits(sample: ReviewSample, outcome: str, findings: Sequence[FindingFact]) -> bool:
    if sample.outcomes and outcome not in sample.outcomes:
        return False
    if not (sample.when or sample.rule):
        return True
    return any(
        (not sample.rule or fact.policy_rule == sample.rule)
        and (not sample.when or concerns(sample.when, fact.category))
        for fact in findings
    )
