"""The code mends what its distance allows, and says when it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.reed_solomon import PLAIN, REDUNDANT, SYMBOLS, decode, encode

PLAIN_WORDS = st.lists(st.integers(0, 63), min_size=PLAIN, max_size=PLAIN)
WORD = encode(range(PLAIN))


@given(PLAIN_WORDS, st.integers(0, REDUNDANT), st.randoms(use_true_random=False))
def test_what_the_distance_allows_is_mended(plain: list[int], lost: int, chance: object) -> None:
    """Any ``lost`` erasures with ``(6 - lost) / 2`` errors."""
    word = encode(plain)
    wrong = (REDUNDANT - lost) // 2
    places = chance.sample(range(SYMBOLS), lost + wrong)  # type: ignore[attr-defined]
    seen: list[int | None] = list(word)
    for place in places[:lost]:
        seen[place] = None
    for place in places[lost:]:
        seen[place] = word[place] ^ chance.randint(1, 63)  # type: ignore[attr-defined]
    assert decode(seen) == word


@given(PLAIN_WORDS, PLAIN_WORDS)
def test_two_words_differ_in_seven_places(one: list[int], other: list[int]) -> None:
    """The distance of the code, and that a word begins with what it says."""
    first, second = encode(one), encode(other)
    assert first[:PLAIN] == one
    differences = sum(a != b for a, b in zip(first, second, strict=True))
    assert differences > REDUNDANT or one == other


@given(st.lists(st.none() | st.integers(0, 63), min_size=SYMBOLS, max_size=SYMBOLS))
def test_whatever_is_decoded_is_a_near_word_of_the_code(word: list[int | None]) -> None:
    """Noise gives None, or a word within the distance."""
    mended = decode(word)
    if mended is None:
        return
    assert mended == encode(mended[:PLAIN])
    lost = word.count(None)
    wrong = sum(a is not None and a != b for a, b in zip(word, mended, strict=True))
    assert 2 * wrong + lost <= REDUNDANT


def test_too_many_lost_symbols_are_not_guessed() -> None:
    """Seven erasures are more than the code has to say."""
    assert decode([None] * 7 + list(WORD[7:])) is None
    assert decode([None] * 6 + list(WORD[6:])) == WORD


@pytest.mark.parametrize("plain", [[0] * 13, [0] * 15, [64] + [0] * 13, [-1] + [0] * 13])
def test_what_is_no_plain_word_is_refused(plain: list[int]) -> None:
    """A ValueError, not a wrong word."""
    with pytest.raises(ValueError, match="14 symbols"):
        encode(plain)
