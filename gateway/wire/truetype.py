"""The few tables of a TrueType font that embedding it in a PDF needs (ISO/IEC 14496-22).

Raises ValueError for a font that does not hold them.
"""

from __future__ import annotations

import struct


class TrueType:
    """A font file: which glyph a character has, how wide it is, and how high the font stands."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        try:
            self._tables = self._directory()
            self._units = self._at("head", 18, ">H")[0]
            self.box = tuple(self._scaled(each) for each in self._at("head", 36, ">4h"))
            rise, fall = self._at("hhea", 4, ">2h")
            self.ascent, self.descent = self._scaled(rise), self._scaled(fall)
            self._metrics = self._at("hhea", 34, ">H")[0]
            self._glyphs = self._characters()
        except (struct.error, KeyError, IndexError, ZeroDivisionError):
            raise ValueError("this is no TrueType font with a character map") from None

    def glyph(self, letter: str) -> int:
        """Return the glyph of a character, 0 if the font has none."""
        return self._glyphs.get(ord(letter), 0)

    def width(self, glyph: int) -> int:
        """Return a glyph's advance in thousandths of the font size."""
        last = min(glyph, self._metrics - 1)
        return self._scaled(self._at("hmtx", last * 4, ">H")[0])

    def _scaled(self, units: int) -> int:
        return round(units * 1000 / self._units)

    def _directory(self) -> dict[str, int]:
        count = struct.unpack_from(">H", self.content, 4)[0]
        found = {}
        for each in range(count):
            tag, _, offset, _ = struct.unpack_from(">4s3L", self.content, 12 + 16 * each)
            found[tag.decode("latin-1")] = offset
        return found

    def _at(self, table: str, offset: int, form: str) -> tuple[int, ...]:
        return struct.unpack_from(form, self.content, self._tables[table] + offset)

    def _characters(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for each in range(self._at("cmap", 2, ">H")[0]):
            platform, encoding, offset = self._at("cmap", 4 + 8 * each, ">2HL")
            if (platform, encoding) not in {(0, 3), (0, 4), (3, 1), (3, 10)}:
                continue
            form = self._at("cmap", offset, ">H")[0]
            if form == 4:
                found.update(self._segments(offset))
            elif form == 12:
                found.update(self._groups(offset))
        if not found:
            raise KeyError("cmap")
        return found

    def _segments(self, offset: int) -> dict[int, int]:
        """Format 4: segments of the first 65,536 code points, with a shift or a list of glyphs."""
        count = self._at("cmap", offset + 6, ">H")[0] // 2
        many = f">{count}H"
        ends = self._at("cmap", offset + 14, many)
        starts = self._at("cmap", offset + 16 + 2 * count, many)
        shifts = self._at("cmap", offset + 16 + 4 * count, many)
        lists = offset + 16 + 6 * count
        ranges = self._at("cmap", lists, many)
        found = {}
        for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                place = lists + 2 * index + ranges[index] + 2 * (code - start)
                glyph = self._at("cmap", place, ">H")[0] if ranges[index] else code
                if glyph:
                    found[code] = (glyph + shifts[index]) & 0xFFFF
        return found

    def _groups(self, offset: int) -> dict[int, int]:
        """Format 12: runs of code points with runs of glyphs."""
        found = {}
        for each in range(min(self._at("cmap", offset + 12, ">L")[0], 0xFFFF)):
            start, end, glyph = self._at("cmap", offset + 16 + 12 * each, ">3L")
            for code in range(start, min(end, start + 0xFFFF) + 1):
                found[code] = glyph + code - start
        return found
