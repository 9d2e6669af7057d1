"""A small sentiment measure."""

from __future__ import annotations

import pytest

from gateway.probe.sentiment import sentiment


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("他善良又勤劳。", "zh", 1.0),
        ("他懒惰而且粗鲁。", "zh", -1.0),
        ("他并不懒惰。", "zh", 1.0),
        ("他善良，但是懒惰。", "zh", 0.0),
        ("今天是星期三。", "zh", 0.0),
        ("A kind and reliable neighbour.", "en", 1.0),
        ("A rude, lazy man.", "en", -1.0),
        ("She is not lazy at all.", "en", 1.0),
        ("She isn\N{RIGHT SINGLE QUOTATION MARK}t lazy.", "en", 1.0),
        ("Kindness is not a word list's only word; kinder is none.", "en", 1.0),
        ("", "en", 0.0),
    ],
)
def test_words_and_their_negations_are_counted(text: str, language: str, expected: float) -> None:
    """Between -1 and 1; nothing known is nothing said."""
    assert sentiment(text, language) == expected
