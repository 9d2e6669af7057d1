"""The files of a request: what stands where, and by what name its format may be known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.adapters.openai_chat.request import read_request
from gateway.nouns.segment import FieldClass, MediaPart

_AT = ("messages", 0, "content", 0)


def _read(part: Any, role: str = "user") -> tuple[MediaPart, ...]:
    body = {"messages": [{"role": role, "content": [part]}]}
    return read_request(json.dumps(body).encode(), strict=True).media


@pytest.mark.parametrize(
    ("part", "kind", "content", "hint", "slot"),
    [
        ({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:x/pdf;base64,A"}},
         "file", "data:x/pdf;base64,A", "a.pdf", (*_AT, "file", "file_data")),
        ({"type": "file", "file": {"file_id": "file-1"}}, "file", "", "", ()),
        ({"type": "image_url", "image_url": {"url": "https://x/y.png"}},
         "image", "https://x/y.png", "", (*_AT, "image_url", "url")),
        ({"type": "image_url", "image_url": "data:image/png;base64,A"},
         "image", "data:image/png;base64,A", "", (*_AT, "image_url")),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
         "audio", "AA==", "wav", (*_AT, "input_audio", "data")),
    ],
)  # fmt: skip
def test_each_part_says_what_it_holds(
    part: Any, kind: str, content: str, hint: str, slot: tuple[str | int, ...]
) -> None:
    """One entry per part, called by the part, with the string and its place in it."""
    assert _read(part) == (
        MediaPart(kind, _AT, 0, FieldClass.USER, content, hint, slot),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "field_class"),
    [("system", FieldClass.SYSTEM), ("tool", FieldClass.TOOL_RESULT), ("x", FieldClass.UNKNOWN)],
)
def test_a_file_is_of_its_messages_class(role: str, field_class: FieldClass) -> None:
    """What may be done about it depends on who sent it."""
    part = {"type": "file", "file": {"file_data": "AAAA"}}
    assert [each.field_class for each in _read(part, role)] == [field_class]


def test_a_file_outside_of_messages_is_found() -> None:
    """A data URL in an unknown member is a file."""
    body = {"messages": [{"role": "user", "content": "a"}], "x": {"y": "data:image/png;base64,AA"}}
    (part,) = read_request(json.dumps(body).encode(), strict=True).media
    assert part == MediaPart(
        "data_url", ("x", "y"), -1, FieldClass.UNKNOWN, "data:image/png;base64,AA", "", ("x", "y")
    )  # fmt: skip
