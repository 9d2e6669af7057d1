"""Judgements as people and machines read them."""

from __future__ import annotations

from typing import Any

import click

from gateway.cli.language import say
from gateway.cli.underline import Stroke, underlined
from gateway.ports.operator import Judged, Spot

INKS = {"block": "^", "replace": "=", "redact": "~", "veil": "+", "drop_turn": "^", "flag": "-"}
"""How an action underlines its span."""

COLOURS = {"block": "red", "replace": "yellow", "redact": "yellow", "veil": "cyan"}


def as_value(judged: Judged) -> dict[str, Any]:
    """Return a judgement as JSON carries it; spans are code points of the text."""
    return {
        "direction": judged.direction.value,
        "verdict": judged.action,
        "findings": [spot._asdict() for spot in judged.spots],
        "safe_text": judged.safe_text,
    }


def draw(judged: Judged) -> None:
    """Print a judgement with its spans underlined."""
    heads = {
        "input": say("As a question", "作为提问"),
        "output": say("As an answer", "作为回答"),
    }
    verdict = click.style(judged.action, fg=COLOURS.get(judged.action), bold=True)
    click.echo(f"{heads[judged.direction.value]}: {verdict}")
    strokes = [
        Stroke(spot.start, spot.end, INKS.get(spot.wanted, "."), _note(spot))
        for spot in judged.spots
    ]
    for line in underlined(judged.text, strokes):
        click.echo(f"  {line}")
    if judged.action in {"redact", "replace", "veil"}:
        click.echo(say("  goes on as: ", "  放行为：") + judged.safe_text)


def _note(spot: Spot) -> str:
    severity = say("severity", "等级")
    rule = say("rule", "规则")
    note = f"{spot.category} · {severity} {spot.severity} · {spot.wanted} ({rule} {spot.rule})"
    if spot.action != spot.wanted:
        note += say(f" · done: {spot.action}", f" · 实际：{spot.action}")
    return note
