"""Refusals: the sentence for a block, by category and language; the policy's own words first."""

from __future__ import annotations

import msgspec

from gateway.config.policy_file import POLICIES
from gateway.nouns.policy import AnswerStyle, Policy
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Decision, Refusal

Sentences = dict[str, dict[str, dict[str, str]]]
CODE = "content_filter"


class Refusals:
    """Words blocks under one policy."""

    def __init__(self, policy: Policy) -> None:
        raw = (POLICIES / "refusals" / "sentences.json").read_bytes()
        self._sentences = msgspec.json.decode(raw, type=Sentences)
        self._style: AnswerStyle = policy.answer
        self._retract = {rule.id: rule.retract for rule in policy.rules}

    def refusal(self, decision: Decision, direction: Direction, language: str) -> Refusal:
        """Return the refusal of a block. ``language`` is ``zh`` or ``en``."""
        category = decision.finding.category
        message = self._style.messages.get(language) or self._sentence(
            category, direction, language
        )
        retract = direction is Direction.OUTPUT and self._retract.get(decision.rule, True)
        return Refusal(CODE, message, decision.rule, category, retract, language=language)

    def _sentence(self, category: str, direction: Direction, language: str) -> str:
        name = category
        while name and name not in self._sentences:
            name = name.rpartition(".")[0]
        return self._sentences[name or "default"][direction.value][language]
