"""Underlining is as wide as a terminal draws the text."""

from __future__ import annotations

import pytest

from gateway.cli.underline import Stroke, underlined, width


@pytest.mark.parametrize(
    ("character", "columns"),
    [("a", 1), ("中", 2), ("，", 2), ("\u0301", 0), ("\u200b", 0), ("Ａ", 2), ("ｱ", 1)],
)
def test_width(character: str, columns: int) -> None:
    """Wide, narrow, combining and invisible ones."""
    assert width(character) == columns


def test_wide_characters_get_two_strokes() -> None:
    """The underline stands below the span."""
    lines = underlined("去赌博吧", [Stroke(1, 3, "^", "note")])
    assert lines == ["去赌博吧", "  ^^^^", "  ^^ note"]


def test_long_texts_break_and_spans_go_on() -> None:
    """A span across lines is underlined on both, and noted once."""
    lines = underlined("abcdef", [Stroke(2, 4, "~", "n")], columns=3)
    assert lines == ["abc", "  ~", "  ~~ n", "def", "~"]


def test_a_text_cannot_steer_the_terminal() -> None:
    """Escape sequences are shown, not obeyed."""
    assert underlined("a\x1b[31mb\ud800", []) == ["a·[31mb·"]


def test_line_ends_start_new_lines() -> None:
    """Offsets count them."""
    assert underlined("a\nbad", [Stroke(2, 5, "^", "n")]) == ["a", "bad", "^^^", "  ^^ n"]
