"""Files inside strings, read in one way or not at all."""

from __future__ import annotations

import pytest

from gateway.wire.held_file import HeldFileError, held_file, is_data_url


@pytest.mark.parametrize(
    ("text", "content", "media_type"),
    [
        ("AAEC", b"\0\1\2", ""),
        ("AA\nEC\r\n", b"\0\1\2", ""),
        ("data:image/png;base64,AAEC", b"\0\1\2", "image/png"),
        ("DATA:Text/Plain;charset=utf-8;BASE64,aGk=", b"hi", "text/plain;charset=utf-8"),
        ("data:text/html,%3Cb%3e,x", b"<b>,x", "text/html"),
        ("data:,", b"", ""),
    ],
)
def test_a_string_holds_a_file(text: str, content: bytes, media_type: str) -> None:
    """With base64 or with percent signs, with a media type or without."""
    assert held_file(text) == (content, media_type)
    assert is_data_url(text) is text.lower().startswith("data:")


@pytest.mark.parametrize("text", ["AAE", "AA-_", "AA EC", "data:image/png;base64,A", "data:x"])
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    """Missing padding, another alphabet, blanks, no comma."""
    with pytest.raises(HeldFileError):
        held_file(text)
