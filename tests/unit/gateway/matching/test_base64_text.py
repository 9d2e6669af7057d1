"""Base64 in the middle of a text."""

from __future__ import annotations

import random
from base64 import b64encode, urlsafe_b64encode

import pytest

from gateway.matching.base64_text import decodings, looks_encoded, octets, stretches
from gateway.matching.fold import text_of


@pytest.mark.parametrize("lead", ["", "Q", "Q1", "Q1x", "Q1xY"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_text_is_read_in_one_of_four_divisions(lead: str, encode: object) -> None:
    """Wherever it begins; its characters know their places."""
    said = "去赌博网站？a>"
    written = lead + encode(said.encode()).decode().rstrip("=")  # type: ignore[operator]
    text = f"({written})"
    (stretch,) = stretches(text, 0)
    assert (stretch.start, stretch.end) == (1, len(text) - 1)
    layers = [layer for layer, _ in decodings(text, stretch)]
    read = ["".join(map(chr, layer.codes.tolist())) for layer in layers]
    (number,) = [number for number, each in enumerate(read) if said in each]
    place = read[number].index("赌")
    assert layers[number].starts[place] == 1 + len(lead) + 4
    assert layers[number].ends[place] == 1 + len(lead) + 8


def test_what_is_half_said_is_not_read_yet() -> None:
    """Half a character waits for its other half."""
    written = b64encode("赌博".encode()).decode()
    text = written[:7]
    (stretch,) = stretches(text, 0)
    layer, unread = next(decodings(text, stretch))
    assert (text_of(layer.codes), unread) == ("赌", 4)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("6LWM5Y2a", True),
        ("Y29jYWluZQ", True),
        ("ordinary prose of 2026, with 3 numbers", False),
        ("A Name And an ABBREVIATION", False),
        ("getName", False),
        ("今天天气不错", False),
    ],
)
def test_words_do_not_look_encoded(text: str, encoded: bool) -> None:
    """Two changes of sort within sixteen characters do."""
    assert looks_encoded(text, 0) is encoded
    assert not looks_encoded(text + " " * 20, len(text) + 18)


def test_the_quick_look_says_what_the_stretches_say() -> None:
    """Wherever the new part begins."""
    pick = random.Random(5)
    seen = set()
    for _ in range(3_000):
        text = "".join(pick.choice("aabcXYZ0123 +/-_.中") for _ in range(pick.randrange(1, 48)))
        start = pick.randrange(len(text) + 1)
        encoded = any(True for _ in stretches(text, start))
        assert looks_encoded(text, start) is encoded
        seen.add(encoded)
    assert seen == {True, False}


def test_octets_are_read_in_either_division() -> None:
    """Places are those of the digits; half a character at the end says nothing yet."""
    text = f"id={'炸'.encode().hex()}{'弹'.encode().hex()}e5"
    (stretch,) = stretches(text, 0)
    found = [(text_of(layer.codes), unread) for layer, unread, end in octets(text, stretch)
             if end == len(text) and 0x70B8 in layer.codes]  # fmt: skip
    assert found == [("炸弹", 15)]


def test_short_runs_say_nothing_unless_they_grow() -> None:
    """Eight digits write no term; the end of the text may bring more."""
    text = "Ab1Cd2zz/e5e6 "
    (stretch,) = stretches(text, 0)
    assert list(octets(text, stretch)) == []
