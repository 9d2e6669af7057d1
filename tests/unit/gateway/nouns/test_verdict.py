"""Actions have an order, and a word."""

from __future__ import annotations

from gateway.nouns.verdict import Action, Outcome, stronger


def test_the_order_is_the_precedence() -> None:
    """Where spans overlap the strongest wins: block before replace before redact before veil."""
    assert [action.word for action in sorted(Action, reverse=True)] == [
        "block", "drop_turn", "replace", "redact", "veil", "flag", "pass",
    ]  # fmt: skip


def test_one_word_for_both_sides() -> None:
    """What ended an exchange, the later of two; else the stronger of its sides."""
    assert stronger() is Outcome.PASSED
    assert stronger(Outcome.EDITED, Outcome.FLAGGED) is Outcome.EDITED
    assert stronger(Outcome.EDITED, Outcome.BLOCKED_OUTPUT) is Outcome.BLOCKED_OUTPUT
    assert stronger(Outcome.UPSTREAM_BLOCKED, Outcome.PASSED) is Outcome.UPSTREAM_BLOCKED
