"""Builds the packaged font of visible labels: ``python -m gateway.wire.label_font SOURCE``.

SOURCE is ``DroidSansFallbackFull.ttf`` of Debian's ``fonts-droid-fallback`` (Apache License 2.0;
its notice stands beside the font). Needs the dev dependency fonttools. The same source gives the
same bytes: nothing in them tells the time.

In it are ASCII, the punctuation of Chinese, full-width forms, and all Han of GB 2312 level 1 (the
3,755 most common), so that an operator's own wording rarely meets a letter that is missing. The
source has Latin letters and digits only as wide as a Han character; ASCII gets their outlines, set
close. That is the one change to the outlines, and why the font has another name.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

FONT = Path(__file__).with_name("label_font.ttf")
_PUNCTUATION = "，。！？：；（）、《》【】～「」『』〇・"
_SET_CLOSE = {
    **{chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)},
    "·": "・",
    "•": "・",
    "–": "－",
    "—": "－",
    "“": "＂",
    "”": "＂",
    "‘": "＇",
    "’": "＇",
}
"""Characters that the source lacks, and whose outline they get."""

_BEARING = 14
_BLANK = 72
"""Units (256 to the em) beside an outline set close, and the width of a blank."""

_FIRST_ROW, _LAST_ROW = 0xB0, 0xD7
"""Rows 16 to 55 of GB 2312, in EUC-CN."""


def letters() -> str:
    """Return every character that the font shall hold, in order."""
    rows = (
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(_FIRST_ROW, _LAST_ROW + 1)
        for cell in range(0xA1, 0xFF)
    )
    wide = map(chr, range(0xFF01, 0xFF5F))
    return "".join(sorted({" ", *_SET_CLOSE, *wide, *_PUNCTUATION, *"".join(rows)}))


def subset(source: bytes) -> bytes:
    """Return the font with only these characters, without hints, in the source's outlines."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 4, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "GSUB", "GPOS", "GDEF", "gasp"]
    font = TTFont(BytesIO(source), recalcTimestamp=False)
    cutter = Subsetter(options)
    cutter.populate(text=letters())
    cutter.subset(font)
    _set_close(font)
    for record in font["name"].names:
        if record.nameID in {1, 4}:
            record.string = "Sealgate Label"
    out = BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def _set_close(font: Any) -> None:
    """Give ASCII and some punctuation the outlines of full-width forms, without their margins."""
    shapes, widths = font["glyf"], font["hmtx"]
    table = font.getBestCmap()
    widths[table[0x20]] = (_BLANK, 0)
    order = font.getGlyphOrder()
    for letter, wide in sorted(_SET_CLOSE.items()):
        shape = deepcopy(shapes[table[ord(wide)]])
        shape.recalcBounds(shapes)
        name = f"close{ord(letter):04X}"
        shape.coordinates.translate((_BEARING - shape.xMin, 0))
        width = shape.xMax - shape.xMin + 2 * _BEARING
        shape.recalcBounds(shapes)
        order = [*order, name]
        font.setGlyphOrder(order)
        shapes[name] = shape
        widths[name] = (width, _BEARING)
        for each in font["cmap"].tables:
            each.cmap[ord(letter)] = name


if __name__ == "__main__":
    FONT.write_bytes(subset(Path(sys.argv[1]).read_bytes()))
