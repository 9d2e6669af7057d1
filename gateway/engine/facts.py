"""Facts: findings and counts of one side of an exchange, as record and metrics take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.engine.lane import Ruled
from gateway.engine.window import Window
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import Channel, Direction, FieldClass, Pointer
from gateway.nouns.verdict import Action, Outcome

_MOST = 256
"""No record keeps more findings than this; a flood is counted, not stored."""


def channel_name(channel: Channel) -> str:
    """Return a channel as records spell it: ``0:content``."""
    return f"{channel.choice}:{channel.path}"


def pointer_name(pointer: Pointer) -> str:
    """Return a pointer as records spell it: ``messages.0.content``."""
    return ".".join(str(step) for step in pointer)


def finding_facts(
    ruled: Iterable[Ruled], direction: Direction, field_class: FieldClass, where: str
) -> list[FindingFact]:
    """Return findings as facts: where, what, by whom and what was done; never the text."""
    return [
        FindingFact(
            direction.value, field_class.value, where, fact.finding.category,
            fact.finding.severity, fact.finding.start, fact.finding.end, fact.finding.filter,
            fact.finding.rule, fact.action, fact.wanted, fact.rule,
        )
        for fact in ruled
    ][:_MOST]  # fmt: skip


def answer_facts(windows: Mapping[Channel, Window]) -> list[FindingFact]:
    """Return the findings of all channels of an answer as facts."""
    facts: list[FindingFact] = []
    for channel, window in windows.items():
        facts += finding_facts(
            window.facts, Direction.OUTPUT, window.lane.field_class, channel_name(channel)
        )
    return facts


def would_block(facts: Iterable[FindingFact]) -> bool:
    """True if any rule wanted a block, whether or not the mode let it."""
    return any(fact.wanted in (Action.BLOCK.word, Action.DROP_TURN.word) for fact in facts)


def quiet_outcome(facts: Iterable[FindingFact], unjudged: Sequence[str]) -> Outcome:
    """Return what a text that was left as it was came to: only one in which nothing was found and
    nothing went unjudged is ``passed``."""
    seen = any(fact.wanted != Action.PASS.word for fact in facts)
    return Outcome.FLAGGED if seen or unjudged else Outcome.PASSED


def outcome_of(
    so_far: Outcome, facts: Iterable[FindingFact], unjudged: Sequence[str], *, refused: bool
) -> Outcome:
    """Return an answer's one word: ``refused`` by the upstream, or what it came to otherwise."""
    if so_far is not Outcome.PASSED:
        return so_far
    return Outcome.UPSTREAM_BLOCKED if refused else quiet_outcome(facts, unjudged)
