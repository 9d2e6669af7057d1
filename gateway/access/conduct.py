"""Conduct: what an exchange's findings mean besides its verdict: a look by people, a strike."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.access.sampling import Sampler
from gateway.access.strikes import grave_points
from gateway.nouns.policy import Policy
from gateway.nouns.record import FindingFact


class Conduct:
    """Draws samples and counts grave hits under one policy. ``key`` is the installation's."""

    def __init__(self, policy: Policy, key: bytes) -> None:
        self._sampler = Sampler(policy.samples, key)
        self._strikes = policy.strikes

    def review(
        self, exchange: str, outcome: str, findings: Sequence[FindingFact]
    ) -> tuple[str, ...]:
        """Return the samples that an exchange is drawn for."""
        return self._sampler.reasons(exchange, outcome, findings)

    def strike(self, findings: Sequence[FindingFact]) -> int:
        """Return the points that an exchange puts on its subject's account."""
        if self._strikes is None or not findings:
            return 0
        return grave_points(self._strikes, findings)
