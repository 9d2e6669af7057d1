"""Fingerprints find a text again: whole, cut, edited, reformatted; and nobody else's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.fingerprint import (
    GRAM_UNITS,
    WINDOW,
    Fingerprinter,
    align,
    normalise,
    normalise_with_origin,
    units_of,
)

KEY = bytes(range(32))
MAKER = Fingerprinter(KEY)
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
CHANCE = random.Random(7)
WORDS = ["".join(CHANCE.choices("etaoinshrdlu", k=CHANCE.randint(2, 9))) for _ in range(900)]


def chinese(length: int) -> str:
    """Return made-up Chinese with a full stop now and then."""
    letters = CHANCE.choices(HAN, weights=range(600, 0, -1), k=length)
    return "".join(letter + "。" * (CHANCE.random() < 0.05) for letter in letters)


def english(words: int) -> str:
    """Return made-up English."""
    return " ".join(CHANCE.choices(WORDS, weights=range(900, 0, -1), k=words))


def edited(text: str, share: float) -> str:
    """Replace, remove or double so many of the characters."""

    def edit(letter: str) -> str:
        if CHANCE.random() >= share:
            return letter
        other = CHANCE.choice(HAN) if ord(letter) > 255 else CHANCE.choice("abcdefgh")
        return CHANCE.choice([other, other, "", letter + other])

    return "".join(edit(letter) for letter in text)


def alignment_of(question: str, text: str):
    """Return how a question lies along the record of a text."""
    normal = normalise(question)
    grams = MAKER.grams(normal)
    places: dict[int, list[int]] = {}
    for gram, position in MAKER.pairs([text]):
        places.setdefault(gram, []).append(position)
    hits = [
        (number, position)
        for number, gram in enumerate(grams.hashes.tolist())
        for position in places.get(gram, ())
    ]
    return align(grams, units_of(normal), hits)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Hello, World!", "helloworld"),
        ("ＡＢＣ１２３", "abc123"),
        ("你 好\u200b，世界。", "你好世界"),
        ("café ﬁne Straße", "cafefinestrasse"),
        ("**bold** _x_", "boldx"),
        ("😀", ""),
    ],
)
def test_only_letters_and_digits_in_one_form_count(text: str, normal: str) -> None:
    """Width, case, accents, punctuation, markup and invisible characters do not."""
    assert normalise(text) == normal


@given(st.text(max_size=60))
def test_every_normal_character_knows_where_it_came_from(text: str) -> None:
    """Both ways of normalising agree, and each origin gives its character."""
    normal = normalise_with_origin(text)
    assert normal.text == normalise(text)
    assert len(normal.origin) == len(normal.text)
    assert all(
        letter in normalise(text[place])
        for letter, place in zip(normal.text, normal.origin, strict=True)
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_normalising_looks_at_one_character_at_a_time(first: str, second: str) -> None:
    """So a text may be cut anywhere."""
    assert normalise(first + second) == normalise(first) + normalise(second)


@given(st.text("甲乙丙丁abcdef12", min_size=0, max_size=60), st.text("甲乙ab", max_size=9))
def test_a_gram_depends_on_its_own_characters_only(text: str, before: str) -> None:
    """What stands before it changes its place, not its hash; it has at least ten units."""
    alone, behind = MAKER.grams(text), MAKER.grams(before + text)
    count = len(alone.hashes)
    assert behind.hashes.tolist()[len(behind.hashes) - count :] == alone.hashes.tolist()
    for start, end in zip(alone.starts.tolist(), alone.ends.tolist(), strict=True):
        assert GRAM_UNITS <= units_of(text[start:end]) <= GRAM_UNITS + 1


def test_another_key_shares_no_hash() -> None:
    """Without the key nobody can tell whether a phrase is in the table."""
    text = chinese(300)
    mine = {gram for gram, _ in MAKER.pairs([text])}
    other = {gram for gram, _ in Fingerprinter(bytes(32)).pairs([text])}
    assert mine
    assert not mine & other


@given(st.integers(0, 200))
def test_every_unbroken_run_of_gram_and_window_shares_a_gram(start: int) -> None:
    """The winnowing guarantee: five ideographs and a window of five neighbours suffice."""
    text = "".join(HAN[(number * 7919 + number * number) % 600] for number in range(220))
    run = text[start : start + GRAM_UNITS // 2 + WINDOW - 1]
    stored = {gram for gram, _ in MAKER.pairs([text])}
    assert stored & set(MAKER.grams(run).hashes.tolist())


@pytest.mark.parametrize(
    ("make", "size", "share", "least"),
    [
        (chinese, 40, 0.0, 0.99),
        (chinese, 40, 0.1, 0.9),
        (chinese, 120, 0.15, 0.97),
        (english, 20, 0.0, 0.99),
        (english, 20, 0.1, 0.85),
        (english, 60, 0.15, 0.97),
    ],
)
def test_quotes_are_recognised(make, size: int, share: float, least: float) -> None:
    """Of 150 quotes of this length with this share of edits, at least so many are."""
    CHANCE.seed(size * 100 + int(share * 100))
    found = 0
    for _ in range(150):
        text = make(400)
        if make is chinese:
            start = CHANCE.randrange(len(text) - size - 8)
            quote = normalise(text)[start : start + size]
        else:
            start = CHANCE.randrange(400 - size)
            quote = " ".join(text.split()[start : start + size])
        alignment = alignment_of(edited(quote, share), text)
        found += alignment.grams >= 2 and alignment.units >= 20
    assert found / 150 >= least


def test_foreign_texts_do_not_align() -> None:
    """Of 200 pairs of unrelated texts none reaches two grams of twenty units in order."""
    pairs = [alignment_of(chinese(200), chinese(400)) for _ in range(200)]
    assert not [each for each in pairs if each.grams >= 2 and each.units >= 20]


def test_shuffled_grams_are_no_copy() -> None:
    """The same grams in another order make no long chain."""
    pieces = [chinese(12) for _ in range(30)]
    backwards = "".join(reversed(pieces))
    assert alignment_of("".join(pieces), "".join(pieces)).share > 0.8
    assert alignment_of(backwards, "".join(pieces)).share < 0.2


def test_the_passage_of_a_quote_is_bounded() -> None:
    """Start and end lie within the quote and cover most of it."""
    text = chinese(300)
    quote = normalise(text)[100:160]
    before, after = normalise(chinese(50)), normalise(chinese(50))
    alignment = alignment_of(before + quote + after, text)
    assert len(before) <= alignment.start < alignment.end <= len(before) + len(quote)
    assert alignment.end - alignment.start > 40


@pytest.mark.parametrize("text", ["", "短", "short", "a" * 9])
def test_texts_shorter_than_a_gram_have_none(text: str) -> None:
    """They cannot be attributed by their wording."""
    assert MAKER.pairs([text]) == []
    assert alignment_of(text, chinese(100)).grams == 0


def test_channels_of_a_record_do_not_touch() -> None:
    """No gram spans two texts, and their positions lie apart."""
    first, second = "甲乙丙丁戊己庚", "子丑寅卯辰巳午"
    apart = {gram for gram, _ in MAKER.pairs([first, second])}
    assert apart <= {gram for text in (first, second) for gram in MAKER.grams(text).hashes.tolist()}
    positions = [position for _, position in MAKER.pairs([first, second])]
    assert max(positions) - min(positions) > 900


def test_five_hundred_characters_take_few_postings() -> None:
    """At most 180: with 22 bytes each in the table that is below 4 KB."""
    for text in (chinese(500), english(120)[:500]):
        assert 60 < len(MAKER.pairs([text])) <= 180
