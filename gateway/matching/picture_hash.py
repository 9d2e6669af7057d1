"""Picture hash."""

from __future__ import annotations

HASH_BYTES = 32


def bands(each: bytes) -> list[int]:
    return [
        number << 16 | int.from_bytes(each[2 * number : 2 * number + 2], "big")
        for number in range(16)
    ]
