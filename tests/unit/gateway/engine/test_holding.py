"""Holding: how much and how long."""

from __future__ import annotations

from gateway.engine.holding import Holding
from gateway.engine.window import Window
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, lane, policy


def _window(text: str) -> Window:
    rules = policy(block=Action.BLOCK)
    window = Window(lane(rules, NaiveTerms({"abcd": "block"})), TextForm.PROSE)
    window.push(text)
    window.judge(final=False)
    return window


def test_the_most_that_was_held_at_once_is_kept() -> None:
    """Over all channels together."""
    holding = Holding()
    holding.note([_window("xabc"), _window("ab")], 0.0, holds=True)
    holding.note([_window("xa")], 1.0, holds=True)
    assert holding.most_chars == 5


def test_the_time_of_each_hold_adds_up() -> None:
    """From the step that held to the one that let go; between holds no time passes."""
    holding = Holding()
    holding.note([], 1.0, holds=False)
    holding.note([_window("xa")], 2.0, holds=True)
    holding.note([_window("xa")], 3.0, holds=True)
    holding.note([], 4.5, holds=False)
    holding.note([], 9.0, holds=False)
    holding.note([_window("xa")], 10.0, holds=True)
    holding.note([], 10.5, holds=False)
    assert holding.seconds == 3.0
