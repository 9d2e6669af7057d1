"""Texts whose words are not what stands in the file are told from plain ones."""

from __future__ import annotations

import pytest

from gateway.wire.disguises import Disguise, disguise

MAIL = b"From: a@example.org\r\nSubject: b\r\n\r\nHello."


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (b"<!DOCTYPE html><p>a", Disguise.PAGE),
        (MAIL, Disguise.MAIL),
        (b"MIME-Version: 1.0\nContent-Type: text/plain;\n charset=utf-8\n\nHello.", Disguise.MAIL),
        (rb"{\rtf1 a}", Disguise.RICH),
        (bytes(30) + b"mimetypeapplication/vnd.oasis.opendocument.text", Disguise.OPEN),
        (b"Note: this is prose.\nFrom: me\n\nAnd so on.", None),
        (b"From: me\n", None),
        (b"A text about {\\rtf}.", None),
        (b"%PDF-1.7\n", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"", None),
    ],
)
def test_how_a_file_says_its_words(content: bytes, how: Disguise | None) -> None:
    """By its own first bytes."""
    assert disguise(content, "") is how


def test_a_long_head_is_not_walked_through() -> None:
    """Of a text that is nothing but fields, so much is read and no more."""
    assert disguise(b"a: b\n" * 2_000_000, "") is None
