"""The index of the pictures behind a JPEG, as Pillow and exiftool's kind read it."""

from __future__ import annotations

import struct
from typing import Literal

import pytest

from gateway.wire import multi_picture
from gateway.wire.multi_picture import MPF

Order = Literal["<", ">"]


def index(order: Order, *entries: tuple[int, int]) -> bytes:
    """Return an index that tells these lengths and places (CIPA DC-007, 5.2)."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    rows = [
        struct.pack(order + "HHI4s", 0xB000, 7, 4, b"0100"),
        struct.pack(order + "HHII", 0xB001, 4, 1, len(entries)),
        struct.pack(order + "HHII", 0xB002, 7, 16 * len(entries), 8 + 2 + 36 + 4),
    ]
    told = b"".join(struct.pack(order + "IIIHH", 0, size, at, 0, 0) for size, at in entries)
    head = mark + struct.pack(order + "IH", 8, len(rows))
    return MPF + head + b"".join(rows) + struct.pack(order + "I", 0) + told


@pytest.mark.parametrize("order", ["<", ">"])
def test_lengths_and_places_move(order: Order) -> None:
    """The first picture is the one that grew; the others only lie elsewhere."""
    before = index(order, (1000, 0), (500, 900), (70, 1400))
    after = index(order, (1300, 0), (500, 920), (70, 1420))
    assert multi_picture.moved(before, 300, 20) == after
    assert multi_picture.moved(after, -300, -20) == before


def test_what_cannot_be_read_stays() -> None:
    """Cut anywhere, entries out of reach, and numbers that would not fit."""
    whole = index(">", (1000, 0), (500, 900))
    for end in range(len(whole)):
        assert len(multi_picture.moved(whole[:end], 9, 9)) == end
    assert multi_picture.moved(whole, -2000, -2000) == whole
    far = whole.replace((50).to_bytes(4, "big"), (1 << 31).to_bytes(4, "big"))
    assert multi_picture.moved(far, 9, 9) == far


def test_an_index_of_a_thousand_lists_takes_no_longer() -> None:
    """The first list of pictures counts; a file that repeats it would have taken half a minute."""
    row = struct.pack(">HHII", 0xB002, 7, 60_000, 8)
    hostile = MPF + b"MM\0*" + struct.pack(">IH", 8, 5000) + row * 5000
    assert len(multi_picture.moved(hostile, 1, 1)) == len(hostile)
