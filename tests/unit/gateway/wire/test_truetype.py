"""The tables of a font, against the reader of fontTools."""

from __future__ import annotations

import io
import zlib

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
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


def test_an_embedded_font_has_the_outlines_of_its_letters_only() -> None:
    """Under their old numbers, with their old widths; another reader checks every check sum."""
    font = TrueType(FONT)
    letters = "人工智能生成 · 7KQ2-M9XD"
    small = font.embedded({font.glyph(each) for each in letters})
    assert len(zlib.compress(small, 9)) < 4_000
    before = TTFont(io.BytesIO(FONT))
    after = TTFont(io.BytesIO(small), checkChecksums=2)
    names, order = before.getBestCmap(), before.getGlyphOrder()
    assert after["maxp"].numGlyphs == len(order)
    wanted = {0, *(before.getGlyphID(names[ord(each)]) for each in letters)}
    for number, name in enumerate(order):
        shape, old = after["glyf"][after.getGlyphName(number)], before["glyf"][name]
        if number in wanted:
            assert after["hmtx"][after.getGlyphName(number)] == before["hmtx"][name]
            assert shape.compile(after["glyf"]) == old.compile(before["glyf"])
    blank = [each for each in after["glyf"].glyphs.values() if not each.numberOfContours]
    assert len(blank) > len(order) - 40


def test_parts_of_letters_come_along() -> None:
    """A letter that is put together from others keeps them, and theirs."""
    builder = FontBuilder(256, isTTF=True)
    builder.setupGlyphOrder([".notdef", "one", "two", "three", "four"])
    builder.setupCharacterMap({0x61: "one", 0x62: "two", 0x63: "three", 0x64: "four"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 100))
    pen.lineTo((100, 0))
    pen.closePath()
    plain = pen.glyph()
    shapes = {".notdef": plain, "one": plain, "four": plain}
    for name, part, scale in (("two", "one", (0.5, 0, 0, 0.7)), ("three", "two", (1, 0, 0, 1))):
        pen = TTGlyphPen(shapes)
        pen.addComponent(part, (*scale, 5, 6))
        shapes[name] = pen.glyph()
    builder.setupGlyf(shapes)
    builder.setupHorizontalMetrics(dict.fromkeys(shapes, (100, 0)))
    builder.setupHorizontalHeader(ascent=200, descent=-50)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    after = TTFont(io.BytesIO(TrueType(out.getvalue()).embedded({3})), checkChecksums=2)
    counts = [after["glyf"][each].numberOfContours for each in after.getGlyphOrder()]
    assert counts == [1, 1, -1, -1, 0]


def test_a_font_with_many_outlines_keeps_all_of_them() -> None:
    """More of them than short places reach."""
    font, before = TrueType(FONT), TTFont(io.BytesIO(FONT))
    after = TTFont(io.BytesIO(font.embedded(set(range(before["maxp"].numGlyphs)))))
    assert after["head"].indexToLocFormat == 1
    for number, name in list(enumerate(before.getGlyphOrder()))[::40]:
        shape, old = after["glyf"][after.getGlyphName(number)], before["glyf"][name]
        assert shape.compile(after["glyf"]) == old.compile(before["glyf"])
        assert after["hmtx"][after.getGlyphName(number)] == before["hmtx"][name]


def test_a_font_whose_outlines_lead_nowhere_is_refused() -> None:
    """With a ValueError: an outline beyond its table, a glyph that is not there."""
    font = TrueType(FONT)
    with pytest.raises(ValueError, match="outlines"):
        font.embedded({60_000})
    at = font._tables["loca"]
    broken = FONT[: at + 4] + b"\xff" * 200 + FONT[at + 204 :]
    with pytest.raises(ValueError, match="outlines"):
        TrueType(broken).embedded(set(range(1, 50)))
