"""The short code: keyed, typed back by people, typing errors caught."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.label_code import (
    code_of_number,
    is_code,
    label_code,
    number_of_code,
    parse_code,
)
from gateway.nouns.exchange import CROCKFORD

KEY = b"0123456789abcdef"
EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
NUMBERS = st.integers(min_value=0, max_value=(1 << 40) - 1)


def test_the_code_depends_on_the_exchange_and_on_the_key() -> None:
    """Same key and exchange: same code; another of either: another code."""
    code = label_code(KEY, EXCHANGE)
    assert code == label_code(KEY, EXCHANGE)
    assert is_code(code)
    assert code != label_code(KEY, EXCHANGE[:-1] + "W")
    assert code != label_code(KEY[::-1], EXCHANGE)


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 65])
def test_a_key_of_the_wrong_length_is_refused(key: bytes) -> None:
    """A guessable or impossible key raises ValueError."""
    with pytest.raises(ValueError, match="16 to 64"):
        label_code(key, EXCHANGE)


@given(NUMBERS)
def test_number_and_code_say_the_same(number: int) -> None:
    """Every number of 40 bits comes back from its printed code."""
    assert number_of_code(code_of_number(number)) == number


@pytest.mark.parametrize("number", [-1, 1 << 40])
def test_a_number_beyond_forty_bits_is_refused(number: int) -> None:
    """No code stands for two numbers."""
    with pytest.raises(ValueError, match="40 bits"):
        code_of_number(number)


@pytest.mark.parametrize("text", ["", "539D-DSWP", "539D-DSWP-8", "539d-dswp-7", "539D-DSWP-7\n"])
def test_what_is_no_code_has_no_number(text: str) -> None:
    """Only the printed form with the right check digit counts."""
    assert not is_code(text)
    with pytest.raises(ValueError, match="no label code"):
        number_of_code(text)


@given(NUMBERS, st.integers(0, 8), st.sampled_from(CROCKFORD))
def test_every_wrong_digit_is_caught(number: int, place: int, other: str) -> None:
    """Changing one digit, the check digit included, makes it no code."""
    digits = list(code_of_number(number).replace("-", ""))
    changed = digits[place] != other
    digits[place] = other
    text = "".join(digits)
    assert is_code(f"{text[:4]}-{text[4:8]}-{text[8]}") is not changed


@given(NUMBERS)
def test_every_exchange_of_two_digits_is_caught(number: int) -> None:
    """Swapping two different digits, neighbours or not, makes it no code."""
    digits = code_of_number(number).replace("-", "")
    for first, second in combinations(range(9), 2):
        swapped = list(digits)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        text = "".join(swapped)
        same = digits[first] == digits[second]
        assert is_code(f"{text[:4]}-{text[4:8]}-{text[8]}") is same


CODE = code_of_number(0x0123456789)


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("0", "O").replace("1", "l"),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", "\u2013"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in CODE),
        "\u200b".join(CODE),
        f"这是截图里的编号{CODE}号，请查一下",
        f"AI-generated content · {CODE}\n\nHello there.",
    ],
)
def test_a_code_is_found_however_it_was_typed(typed: str) -> None:
    """Case, width, look-alikes, dashes, blanks and invisible characters do not matter."""
    assert CODE in parse_code(typed)


def test_codes_with_dashes_come_first() -> None:
    """A word that passes the check by chance stands behind what looks like a code."""
    other = code_of_number(7)
    assert parse_code(f"{other.replace('-', '')} {CODE}") == [CODE, other]


@pytest.mark.parametrize("text", ["", "Hello", "电话 138-0013-8000", "X" + CODE, CODE + "X"])
def test_text_without_a_code_has_none(text: str) -> None:
    """Neither prose nor a longer word gives a code."""
    assert parse_code(text) == []
