"""The packaged font."""

from __future__ import annotations

from io import BytesIO

from fontTools.ttLib import TTFont

from gateway.wire.label_font import FONT, letters


def test_the_font_holds_every_letter_that_it_promises() -> None:
    """ASCII, punctuation, full-width forms and all Han of GB 2312 level 1."""
    table = TTFont(BytesIO(FONT.read_bytes())).getBestCmap()
    assert {ord(letter) for letter in letters()} <= set(table)
    assert len(letters()) > 3755 + 2 * 94


def test_the_font_is_small_and_its_licence_beside_it() -> None:
    """It travels with every installation."""
    assert FONT.stat().st_size < 1_000_000
    notice = FONT.with_name("label_font_notice.txt").read_text(encoding="utf-8")
    assert "Apache License, Version 2.0" in notice
    assert "Google" in notice
