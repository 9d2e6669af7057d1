"""Judgements as people and machines read them."""

from __future__ import annotations

import pytest

from gateway.cli.judgement import as_value, draw
from gateway.nouns.segment import Direction
from gateway.ports.operator import Judged, Spot

SPOT = Spot(0, 3, "secret.x", 3, 1.0, "secrets", "x", "flag", "redact", "r1")


def test_machines_get_every_member() -> None:
    """Spans, category, severity, filter, action and rule."""
    value = as_value(Judged("abc", Direction.OUTPUT, "flag", (SPOT,), "abc"))
    assert value["findings"] == [SPOT._asdict()]
    assert value["direction"] == "output"


def test_what_was_wanted_and_what_is_done_are_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In observe mode they differ."""
    draw(Judged("abc", Direction.OUTPUT, "flag", (SPOT,), "abc"))
    shown = capsys.readouterr().out
    assert "redact (rule r1)" in shown
    assert "done: flag" in shown
    assert "goes on as" not in shown


def test_an_edited_text_is_shown_as_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the original."""
    spot = SPOT._replace(action="redact")
    draw(Judged("abc", Direction.OUTPUT, "redact", (spot,), "[redacted]"))
    assert "goes on as: [redacted]" in capsys.readouterr().out
