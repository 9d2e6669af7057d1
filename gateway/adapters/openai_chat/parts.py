"""Media parts of a request: which file stands where, and by what name its format may be known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.nouns.segment import FieldClass, MediaPart, Pointer
from gateway.wire.field_map import Found

_NAMES = ("filename", "format")
"""Members beside a file that name its format."""


def media_parts(
    found: Sequence[Found], value: Any, field_class: FieldClass, turn: int = -1
) -> list[MediaPart]:
    """Return the files among the strings of ``value``: a message, or the body (turn -1).

    A file in a part of a message's content is called by the part.
    """
    root = 2 if turn >= 0 else 0
    return [
        MediaPart(
            entry.media, _part_of(entry.pointer, turn), turn, field_class,
            *_file_at(value, entry.pointer[root:]), entry.pointer,
        )
        for entry in found
        if entry.media
    ]  # fmt: skip


def _part_of(pointer: Pointer, turn: int) -> Pointer:
    inside = turn >= 0 and len(pointer) > 4 and pointer[2] == "content"
    return pointer[:4] if inside else pointer


def _file_at(value: Any, path: Pointer) -> tuple[str, str]:
    """Return the string at a path, and what its neighbours call it."""
    beside: Any = None
    for step in path:
        beside, value = value, value[step]
    names = [beside.get(name) for name in _NAMES] if isinstance(beside, dict) else []
    return value, next((name for name in names if isinstance(name, str) and name), "")
