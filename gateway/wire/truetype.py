"""The few tables of a TrueType font that embedding it in a PDF needs (ISO/IEC 14496-22), and a
smaller font with the outlines of some glyphs only.

Raises ValueError for a font that does not hold them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

_EMBEDDED = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
"""The tables that a PDF reader needs of a font whose codes are glyph numbers (ISO 32000-1, 9.9)."""

_PARTS_MORE, _PARTS_WORDS, _SCALED, _SCALED_TWICE, _SCALED_FOUR = 0x20, 0x01, 0x08, 0x40, 0x80
_DEEPEST = 8


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

    def embedded(self, glyphs: set[int]) -> bytes:
        """Return a font with these glyphs (and 0, and their parts) alone.

        They keep their numbers and widths; all others are blank and have no width, so that the
        font packs well. Raises ValueError if its tables are not as they should be.
        """
        try:
            long = self._at("head", 50, ">h")[0] == 1
            count = self._at("maxp", 4, ">H")[0]
            places = self._at("loca", 0, f">{count + 1}{'L' if long else 'H'}")
            outlines = self._outlines({0, *glyphs}, [each * (1 if long else 2) for each in places])
            offsets, glyf = [0], bytearray()
            for number in range(count):
                glyf += outlines.get(number, b"")
                glyf += bytes(-len(glyf) % 4)
                offsets.append(len(glyf))
            tables = {tag: self._table(tag) for tag in _EMBEDDED if tag in self._tables}
        except (struct.error, KeyError, IndexError):
            raise ValueError("the outlines of this font cannot be read") from None
        tables["glyf"] = bytes(glyf)
        tables["loca"], wide = _places(offsets)
        tables["head"] = tables["head"][:50] + wide + tables["head"][52:]
        tables["hmtx"] = self._widths(tables["hmtx"], outlines)
        tables["head"] = _sealed_head(tables["head"], bytes(4))
        tables["head"] = _sealed_head(tables["head"], _complement(_font_file(tables)))
        return _font_file(tables)

    def _outlines(self, glyphs: set[int], places: list[int]) -> dict[int, bytes]:
        """Return the outlines of glyphs and of those that they are put together from."""
        found: dict[int, bytes] = {}
        waiting = glyphs
        start = self._tables["glyf"]
        for _ in range(_DEEPEST):
            for number in waiting:
                if not 0 <= places[number] <= places[number + 1] <= self._sizes["glyf"]:
                    raise IndexError(number)
                found[number] = self.content[start + places[number] : start + places[number + 1]]
            waiting = {part for each in waiting for part in _parts(found[each])} - found.keys()
        if waiting:
            raise IndexError("glyphs in glyphs without end")
        return found

    def _widths(self, table: bytes, kept: Iterable[int]) -> bytes:
        """Return ``hmtx`` with the metrics of some glyphs: full ones, then bearings alone."""
        out = bytearray(len(table))
        for each in kept:
            full = each < self._metrics
            at = 4 * each if full else 4 * self._metrics + 2 * (each - self._metrics)
            out[at : at + (4 if full else 2)] = table[at : at + (4 if full else 2)]
        last = 4 * (self._metrics - 1)
        out[last : last + 4] = table[last : last + 4]  # the width of all behind it
        return bytes(out)

    def _table(self, tag: str) -> bytes:
        start = self._tables[tag]
        return self.content[start : start + self._sizes[tag]]

    def _scaled(self, units: int) -> int:
        return round(units * 1000 / self._units)

    def _directory(self) -> dict[str, int]:
        count = struct.unpack_from(">H", self.content, 4)[0]
        found: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        for each in range(count):
            tag, _, offset, size = struct.unpack_from(">4s3L", self.content, 12 + 16 * each)
            found[tag.decode("latin-1")] = offset
            self._sizes[tag.decode("latin-1")] = size
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


def _parts(outline: bytes) -> list[int]:
    """Return the glyphs that a composite outline is put together from (5.3.4, ``glyf``)."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found = []
    at, more = 10, True
    while more:
        flags, glyph = struct.unpack_from(">2H", outline, at)
        found.append(glyph)
        at += 8 if flags & _PARTS_WORDS else 6
        if flags & _SCALED:
            at += 2
        elif flags & _SCALED_TWICE:
            at += 4
        elif flags & _SCALED_FOUR:
            at += 8
        more = bool(flags & _PARTS_MORE)
    return found


def _sealed_head(head: bytes, complement: bytes) -> bytes:
    """Return the table with the font's check sum adjustment."""
    return head[:8] + complement + head[12:]


def _places(offsets: list[int]) -> tuple[bytes, bytes]:
    """Return ``loca``, halved where that is enough, and what ``head`` says of it."""
    if offsets[-1] < 0x20000:
        return struct.pack(f">{len(offsets)}H", *(each // 2 for each in offsets)), b"\0\0"
    return struct.pack(f">{len(offsets)}L", *offsets), b"\0\x01"


def _sum(content: bytes) -> int:
    padded = content + bytes(-len(content) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}L", padded))
    return total & 0xFFFFFFFF


def _complement(font: bytes) -> bytes:
    """Return the check sum adjustment that ``head`` asks for."""
    return ((0xB1B0AFBA - _sum(font)) & 0xFFFFFFFF).to_bytes(4, "big")


def _font_file(tables: dict[str, bytes]) -> bytes:
    """Return a font file of tables; ``head`` is summed as if its adjustment were 0."""
    count = len(tables)
    power = count.bit_length() - 1
    reach = 16 << power
    out = struct.pack(">L4H", 0x00010000, count, reach, power, 16 * count - reach)
    at = 12 + 16 * count
    body = b""
    for tag, content in sorted(tables.items()):
        plain = content[:8] + bytes(4) + content[12:] if tag == "head" else content
        out += struct.pack(
            ">4s3L", tag.encode("latin-1"), _sum(plain), at + len(body), len(content)
        )
        body += content + bytes(-len(content) % 4)
    return out + body
