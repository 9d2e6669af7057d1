"""The tables of a font, against the reader of fontTools."""

from __future__ import annotations

import io

import pytest
from fontTools.ttLib import TTFont

from gateway.wire.label_font import FONT as FILE
from gateway.wire.truetype import TrueType

FONT = FILE.read_bytes()


def test_glyphs_and_widths_are_those_that_another_reader_finds() -> None:
    """For every character of the font."""
    ours, theirs = TrueType(FONT), TTFont(io.BytesIO(FONT))
    units = theirs["head"].unitsPerEm
    for code, name in theirs.getBestCmap().items():
        glyph = theirs.getGlyphID(name)
        assert ours.glyph(chr(code)) == glyph
        assert ours.width(glyph) == round(theirs["hmtx"][name][0] * 1000 / units)
    assert ours.ascent == round(theirs["hhea"].ascent * 1000 / units)


def test_the_font_holds_the_label_and_its_code() -> None:
    """In both languages; a letter that it lacks is glyph 0."""
    font = TrueType(FONT)
    for (
        letter
    ) in "本内容由人工智能生成 · AI-generated content 0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U":
        assert font.glyph(letter), letter
    assert font.glyph("\U0001f600") == 0


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, FONT[:300], b"OTTO" + FONT[4:200]])
def test_what_is_no_font_is_refused(content: bytes) -> None:
    """With a ValueError, whatever it is."""
    with pytest.raises(ValueError, match="no TrueType"):
        TrueType(content)
