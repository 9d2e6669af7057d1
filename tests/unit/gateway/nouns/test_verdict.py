"""Actions have an order, and a word."""

from __future__ import annotations

from gateway.nouns.verdict import Action


def test_the_order_is_the_precedence() -> None:
    """Where spans overlap the strongest wins: block before replace before redact before veil."""
    assert [action.word for action in sorted(Action, reverse=True)] == [
        "block", "drop_turn", "replace", "redact", "veil", "flag", "pass",
    ]  # fmt: skip
