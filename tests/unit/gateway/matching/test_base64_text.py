"""Base64 in the middle of a text."""

from __future__ import annotations

import random
from base64 import b64encode, urlsafe_b64encode

import pytest

from gateway.matching.base64_text import (
    decodings,
    looks_encoded,
    octets,
    readings,
    readings_of,
    stretches,
)
from gateway.matching.fold import text_of
from gateway.matching.reader import read_layer


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


def coded(text: str) -> str:
    """A text in base64."""
    return b64encode(text.encode()).decode()


WRITTEN = "&#36172;博网站%E5%91%A2"
ENCODED = [
    coded(coded(WRITTEN)),
    coded(WRITTEN.encode().hex()),
    coded(coded(coded("赌博网站呢"))),
    coded("看看" + coded(WRITTEN)),
    coded(WRITTEN)[:15] + "\n" + coded(WRITTEN)[15:30] + "\r\n" + coded(WRITTEN)[30:],
]


@pytest.mark.parametrize("text", ENCODED)
def test_encodings_in_one_another_are_read(text: str) -> None:
    """Escapes and other stretches in a stretch, and what goes on behind a line end; whoever reads
    it knows the places."""
    found = [reading for reading in readings(f"x {text}", 0, final=True)
             if "赌博网站呢" in reading.layer.said()]  # fmt: skip
    assert found
    for reading in found:
        place = reading.layer.said().index("赌")
        assert 2 <= reading.layer.starts[place] < reading.layer.ends[place] <= 2 + len(text)


def test_no_more_encodings_than_three_are_read() -> None:
    """The depth is bounded."""
    text = coded(coded(coded(coded("赌博网站呢"))))
    assert not any("赌博" in each.layer.said() for each in readings(text, 0, final=True))


def test_a_stretch_in_what_a_reader_sees_is_read() -> None:
    """Base64 behind percent escapes stands where these stand."""
    text = "".join(f"%{ord(sign):x}" for sign in coded("赌博网站呢"))
    layer, _ = read_layer(text, final=True)
    assert layer is not None
    found = [each for each in readings_of(layer, final=True) if "赌博" in each.layer.said()]
    assert [int(each.layer.starts[0]) for each in found] == [0]


def test_an_open_stretch_waits_for_the_rest_of_an_escape() -> None:
    """What an inner token has begun says nothing yet."""
    text = coded("abcdefgh1A2b%E5%9a")[:-2]
    opened = next(iter(readings(text, 0, final=False)))
    closed = next(iter(readings(text, 0, final=True)))
    assert opened.open
    assert not closed.open
    assert opened.unread < closed.unread


def test_short_runs_say_nothing_unless_they_grow() -> None:
    """Eight digits write no term; the end of the text may bring more."""
    text = "Ab1Cd2zz/e5e6 "
    (stretch,) = stretches(text, 0)
    assert list(octets(text, stretch)) == []


def test_short_stretches_are_read_together_and_apart() -> None:
    """Hundreds cost as many readings as one; what one says does not run on in the next."""
    written = [b64encode(each.encode()).decode() for each in ("赌博网站", "<b", "style>", "网站a")]
    text = " ".join(written * 100) + " "
    found = list(readings(text, 0, final=True))
    assert len(found) == len(list(readings(f"{written[0]} ", 0, final=True)))
    said = found[0].layer.said()
    assert said.count("赌博网站") == 100
    assert read_layer(said, final=True)[0] is None
    place = said.index("style>")
    start = int(found[0].layer.starts[place])
    assert found[0].fence(start) == (text.index(written[2]), text.index(written[2]) + 8)
