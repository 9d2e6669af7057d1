"""The index of the pictures behind a JPEG (CIPA DC-007): a gain map, a second lens, a preview.

It stands in an APP2 segment of the first picture. It names how long that one is, and where the
others begin, counted from the index's own byte order mark.
"""

from __future__ import annotations

from typing import Literal

MPF = b"MPF\0"
_ENTRIES = 0xB002
_ENTRY = 16


def moved(body: bytes, growth: int, shift: int) -> bytes:
    """Return the index of a first picture that is longer by ``growth`` bytes, the others farther
    from the index by ``shift``. What cannot be read stays as it is."""
    out = bytearray(body)
    start = len(MPF)
    order: Literal["little", "big"] = "little" if body[start : start + 2] == b"II" else "big"

    def number(at: int, width: int = 4) -> int:
        return int.from_bytes(body[at : at + width], order)

    first = start + number(start + 4)
    for row in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(row, 2) != _ENTRIES:
            continue
        begin = start + number(row + 8)
        for entry in range(begin, min(begin + number(row + 4), len(body) - _ENTRY + 1), _ENTRY):
            at, by = (entry + 8, shift) if number(entry + 8) else (entry + 4, growth)
            if 0 <= number(at) + by < 1 << 32:
                out[at : at + 4] = (number(at) + by).to_bytes(4, order)
        break
    return bytes(out)
