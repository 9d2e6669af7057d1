"""Outlines of the packaged font as SVG paths, so that a drawing's label needs no font.

Reads what the font holds: TrueType outlines (``glyf``, ISO/IEC 14496-22), simple and composite, and
a character map of format 4. It reads our own font only, so it trusts it.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from gateway.wire.lettering import font_file

Point = tuple[float, float, bool]
"""x, y in font units, and whether the curve passes through it."""

_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _ARE_XY, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 1, 2, 8, 32, 64, 128


@lru_cache(maxsize=1)
def _tables() -> dict[bytes, bytes]:
    font = font_file()
    count = struct.unpack_from(">H", font, 4)[0]
    found = {}
    for at in range(12, 12 + 16 * count, 16):
        tag, _, start, size = struct.unpack_from(">4sIII", font, at)
        found[tag] = font[start : start + size]
    return found


@lru_cache(maxsize=1)
def units_per_em() -> int:
    """Return how many font units the em has."""
    return int(struct.unpack_from(">H", _tables()[b"head"], 18)[0])


def advance(letter: str) -> int:
    """Return how far a letter moves the pen, in font units."""
    count = struct.unpack_from(">H", _tables()[b"hhea"], 34)[0]
    number = min(_glyph_of(letter), count - 1)
    return int(struct.unpack_from(">H", _tables()[b"hmtx"], 4 * number)[0])


def path(letter: str, x: float, y: float, scale: float) -> str:
    """Return the path of a letter whose pen stands at x, y (y downwards), or an empty text."""
    return "".join(
        _contour([(x + px * scale, y - py * scale, on) for px, py, on in contour])
        for contour in _contours(_glyph_of(letter))
    )


def _glyph_of(letter: str) -> int:
    table = _tables()[b"cmap"]
    start = struct.unpack_from(">I", table, 8)[0]
    code = ord(letter)
    double = struct.unpack_from(">H", table, start + 6)[0]
    ends, starts = start + 14, start + 16 + double
    for at in range(0, double, 2):
        if struct.unpack_from(">H", table, ends + at)[0] < code:
            continue
        first = struct.unpack_from(">H", table, starts + at)[0]
        if first > code:
            return 0
        delta = struct.unpack_from(">H", table, starts + double + at)[0]
        place = starts + 2 * double + at
        offset = struct.unpack_from(">H", table, place)[0]
        if offset == 0:
            return int((code + delta) & 0xFFFF)
        number = struct.unpack_from(">H", table, place + offset + 2 * (code - first))[0]
        return int((number + delta) & 0xFFFF) if number else 0
    return 0


def _contours(number: int) -> list[list[Point]]:
    loca, glyf = _tables()[b"loca"], _tables()[b"glyf"]
    if struct.unpack_from(">h", _tables()[b"head"], 50)[0]:
        start, end = struct.unpack_from(">II", loca, 4 * number)
    else:
        start, end = (2 * each for each in struct.unpack_from(">HH", loca, 2 * number))
    if start == end:
        return []
    outline = glyf[start:end]
    count = struct.unpack_from(">h", outline)[0]
    return _simple(outline, count) if count >= 0 else _composite(outline)


def _simple(outline: bytes, count: int) -> list[list[Point]]:
    ends = struct.unpack_from(f">{count}H", outline, 10)
    at = 10 + 2 * count
    at += 2 + struct.unpack_from(">H", outline, at)[0]
    total = ends[-1] + 1 if ends else 0
    flags: list[int] = []
    while len(flags) < total:
        flag = outline[at]
        at += 1
        times = 1
        if flag & _REPEAT:
            times += outline[at]
            at += 1
        flags += [flag] * times
    xs, at = _coordinates(outline, at, flags, (_X_SHORT, _X_SAME))
    ys, at = _coordinates(outline, at, flags, (_Y_SHORT, _Y_SAME))
    points = [(x, y, bool(flag & _ON)) for x, y, flag in zip(xs, ys, flags, strict=True)]
    starts = (0, *(end + 1 for end in ends))
    return [points[start : end + 1] for start, end in zip(starts, ends, strict=False)]


def _coordinates(
    outline: bytes, at: int, flags: list[int], bits: tuple[int, int]
) -> tuple[list[float], int]:
    short, same = bits
    out: list[float] = []
    place = 0
    for flag in flags:
        if flag & short:
            place += outline[at] if flag & same else -outline[at]
            at += 1
        elif not flag & same:
            place += struct.unpack_from(">h", outline, at)[0]
            at += 2
        out.append(place)
    return out, at


def _composite(outline: bytes) -> list[list[Point]]:
    found: list[list[Point]] = []
    at, more = 10, True
    while more:
        flags, number = struct.unpack_from(">HH", outline, at)
        form = ">hh" if flags & _WORDS else ">bb"
        dx, dy = struct.unpack_from(form, outline, at + 4)
        at += 4 + struct.calcsize(form)
        a, b, c, d = 1.0, 0.0, 0.0, 1.0
        if flags & _SCALE:
            a = d = struct.unpack_from(">h", outline, at)[0] / 16384
            at += 2
        elif flags & _TWO_SCALES:
            a, d = (each / 16384 for each in struct.unpack_from(">hh", outline, at))
            at += 4
        elif flags & _MATRIX:
            a, b, c, d = (each / 16384 for each in struct.unpack_from(">hhhh", outline, at))
            at += 8
        if not flags & _ARE_XY:
            dx = dy = 0
        found += [
            [(a * x + c * y + dx, b * x + d * y + dy, on) for x, y, on in contour]
            for contour in _contours(number)
        ]
        more = bool(flags & _MORE)
    return found


def _contour(points: list[Point]) -> str:
    """Return one closed contour; between two points off the curve lies one on it."""
    if len(points) < 2:
        return ""
    whole: list[Point] = []
    for number, (x, y, on) in enumerate(points):
        before = points[number - 1]
        if not on and not before[2]:
            whole.append(((x + before[0]) / 2, (y + before[1]) / 2, True))
        whole.append((x, y, on))
    first = next(number for number, point in enumerate(whole) if point[2])
    whole = [*whole[first:], *whole[:first], whole[first]]
    out = [f"M{_short(whole[0][0])} {_short(whole[0][1])}"]
    control: Point | None = None
    for point in whole[1:]:
        if not point[2]:
            control = point
            continue
        end = f"{_short(point[0])} {_short(point[1])}"
        if control is None:
            out.append(f"L{end}")
        else:
            out.append(f"Q{_short(control[0])} {_short(control[1])} {end}")
        control = None
    return "".join((*out, "Z"))


def _short(number: float) -> str:
    return f"{number:.6g}"
