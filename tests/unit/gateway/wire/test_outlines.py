"""Outlines of the packaged font."""

from __future__ import annotations

from io import BytesIO

import pytest
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.svgLib.path import parse_path
from fontTools.ttLib import TTFont

from gateway.wire import outlines
from gateway.wire.label_font import FONT

WHOLE = TTFont(BytesIO(FONT.read_bytes()))


@pytest.mark.parametrize("letter", "人智能生成AIg7-·，一")
def test_outlines_are_those_of_another_reader(letter: str) -> None:
    """Same bounds and same width as fonttools reads, simple or composite."""
    table, shapes = WHOLE.getBestCmap(), WHOLE.getGlyphSet()
    expected, found = ControlBoundsPen(shapes), ControlBoundsPen(None)
    shapes[table[ord(letter)]].draw(expected)
    parse_path(outlines.path(letter, 0, 0, 1), found)
    left, bottom, right, top = expected.bounds
    assert found.bounds == pytest.approx((left, -top, right, -bottom), abs=0.6)
    assert outlines.advance(letter) == WHOLE["hmtx"][table[ord(letter)]][0]


def test_a_blank_has_no_outline() -> None:
    """It only moves the pen."""
    assert outlines.path(" ", 0, 0, 1) == ""
    assert outlines.advance(" ") > 0
