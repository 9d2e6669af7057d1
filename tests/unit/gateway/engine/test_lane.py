"""Lane: idle only where text may pass unread."""

from __future__ import annotations

from gateway.engine.lane import SlowJudge
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Sentences, lane, policy

RULES = policy(red=Action.REDACT)


def test_a_lane_without_judges_is_idle() -> None:
    """Nobody reads, nothing is restored."""
    assert lane(RULES).idle


def test_anybody_who_reads_or_restores_ends_that() -> None:
    """A filter, a slow filter, an observer of either kind, placeholders to restore."""
    busy = [
        lane(RULES, NaiveTerms({})),
        lane(RULES, NaiveTerms({}), acting=False),
        lane(RULES)._replace(slow=(SlowJudge(Sentences(), acting=False),)),
        lane(RULES, restorations=lambda text, final: ([], len(text))),
    ]
    assert not any(one.idle for one in busy)
