"""What gateway.wire.long_strings promises: JSON with files in it reads as it would without."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.nouns.errors import BadRequest
from gateway.wire.json import BOM, encode, loads
from gateway.wire.long_strings import LONG, Hollow, is_base64, is_graphic, is_plain

FILE = "QUJD" * (LONG // 2)
URL = "data:image/png;base64," + FILE
LARGE = "A" * 70_000

_leaves = st.sampled_from(
    [FILE, URL, FILE + "\\", FILE + ",", "," + FILE, "]" + FILE + "[{",
     'x"' + FILE, FILE + "\n", FILE + "é", "\0" + FILE,
     "\0000;", "\\u0000", "", 1, None, LARGE]
)  # fmt: skip
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", FILE, URL, "\0000;"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(_values, st.integers(0, 1 << 30), st.sampled_from([b"", b'"', b",", b"\\", b"{", b"\0"]))
def test_it_reads_as_the_standard_reader_does(value: object, at: int, wrong: bytes) -> None:
    """Whole or broken at any place: the same value, or an error for both."""
    raw = encode([value, LARGE])
    at %= len(raw)
    raw = raw[:at] + wrong + raw[at:]
    try:
        wanted = json.loads(raw)
    except ValueError:
        with pytest.raises(BadRequest):
            loads(raw)
    else:
        assert loads(raw) == loads(BOM + raw) == wanted


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (f'["{FILE}"]', True), (f'["{URL}"]', True), (f'["x\\"{FILE}"]', True),
        (f'{{"{FILE}": 1}}', False), (f'["{FILE} "]', False), (f'["{FILE},"]', True),
        (f'[",{FILE}"]', False),
        (f'["{FILE}\\n"]', False), (f'["\\u0000", "{FILE}"]', False), ('["short"]', False),
        (f'["a", {FILE} "b"]', False), ("[" + '"",' * 30_000 + f'"{FILE}"]', False),
    ],
)  # fmt: skip
def test_only_values_in_plain_letters_are_taken_out(text: str, goes: bool) -> None:
    """What is taken out was inside of a string, and was its value."""
    assert bool(Hollow(text.encode())) is goes


def test_a_broken_large_text_is_explained_by_its_own_place() -> None:
    """The error names the character of the text that came."""
    with pytest.raises(BadRequest) as caught:
        loads(f'["{LARGE}",]'.encode())
    assert str(len(LARGE) + 4) in str(caught.value)


@pytest.mark.parametrize("size", [1, LONG * 2])
def test_alphabets_are_told_exactly(size: int) -> None:
    """One byte outside is enough, at either end of every size."""
    for code in range(256):
        one, filler = bytes([code]), b"A" * (size - 1)
        for data in (one + filler, filler + one):
            assert is_graphic(data) is (0x21 <= code <= 0x7E)
            assert is_base64(data) is (one.isalnum() or one in b"+/=_-")


@pytest.mark.parametrize("size", [0, 3, 200_000])
def test_texts_are_told_as_their_bytes_are(size: int) -> None:
    """Wherever the sign stands that does not belong there."""
    text = "Aa0+" * (size // 4)
    assert is_plain(text, is_base64)
    for at in (0, size // 2, size):
        for sign in (" ", "\n", "\x7f", "é"):
            assert not is_plain(text[:at] + sign + text[at:], is_graphic)
        assert is_plain(text[:at] + "," + text[at:], is_graphic)
        assert not is_plain(text[:at] + "," + text[at:], is_base64)
