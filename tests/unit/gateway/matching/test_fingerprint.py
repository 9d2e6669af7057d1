"""Fingerprints find a text again: whole, cut, edited, reformatted; and nobody else's."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.alignment import Alignment, align, densest_band, window_of
from gateway.matching.fingerprint import (
    FEW_GRAMS,
    LONGEST_GAP,
    Fingerprinter,
    normal_forms,
    normalise,
)
from gateway.matching.picture_detail import DETAIL_BYTES
from gateway.matching.picture_index import bands
from gateway.nouns.picture import Looks

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


def alignment_of(question: str, text: str) -> Alignment:
    """Return how a question lies along the record of a text."""
    asked = MAKER.question(normalise(question))
    codes = MAKER.codes(MAKER.of_each([[text]])[0].sketch)
    return align(asked.places, densest_band(asked.places, window_of(asked.places, []), codes))


def grams_of(text: str) -> set[int]:
    """Return the kept grams of a text."""
    return set(MAKER.of_each([[text]])[0].grams)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Hello, World!", "helloworld"),
        ("ＡＢＣ１２３", "abc123"),
        ("你 好\u200b，世界。", "你好世界"),
        ("café ﬁne Straße", "cafefinestrasse"),
        ("**bold** _x_", "boldx"),
        ("😀", ""),
        ("漢語與電腦", "汉语与电脑"),
    ],
)
def test_only_letters_and_digits_in_one_form_count(text: str, normal: str) -> None:
    """Width, case, accents, script, punctuation, markup and invisible characters do not."""
    assert normalise(text) == normal


@given(st.text(max_size=60))
def test_every_normal_character_knows_where_it_came_from(text: str) -> None:
    """Both ways of normalising agree, and each origin gives its character."""
    normal = normal_forms(text)[0]
    assert normal.text == normalise(text)
    for form in normal_forms(text):
        assert len(form.origin) == len(form.text)
    assert all(
        letter in normalise(text[place])
        for letter, place in zip(normal.text, normal.origin, strict=True)
    )


def test_traditional_characters_are_asked_for_in_the_form_of_before_too() -> None:
    """Records of an older make are kept so; other texts have one form."""
    assert [form.text for form in normal_forms("漢語，電腦")] == ["汉语电脑", "漢語電腦"]
    assert [form.text for form in normal_forms("汉语 Pinyin")] == ["汉语pinyin"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_normalising_looks_at_one_character_at_a_time(first: str, second: str) -> None:
    """So a text may be cut anywhere."""
    assert normalise(first + second) == normalise(first) + normalise(second)


@given(st.text("甲乙丙丁abcdef12", max_size=60), st.text("甲乙ab", max_size=9))
def test_a_gram_depends_on_its_own_characters_only(text: str, around: str) -> None:
    """What stands before and behind it changes nothing: no edit costs a gram that it spares."""
    more = "".join(HAN[:60])  # a text of its own, so that the record has not few grams
    alone, within = MAKER.of_each([[text, more], [around + text + around, more]])
    assert set(alone.grams) <= set(within.grams)


@given(st.lists(st.lists(st.text("甲乙丙丁abcdef12", max_size=30), max_size=3), max_size=5))
def test_records_made_together_are_as_if_made_alone(records: list[list[str]]) -> None:
    """A batch is only faster."""
    assert MAKER.of_each(records) == [MAKER.of_each([texts])[0] for texts in records]


def test_a_question_has_the_grams_of_its_record() -> None:
    """Those kept are chosen by their own hash, so both sides choose the same."""
    text = chinese(200)
    assert set(MAKER.question(normalise(text)).grams) == grams_of(text)


def test_no_quote_falls_into_a_gap() -> None:
    """Of so many grams in a row one is kept on both sides, so half a quote leads to its record."""
    text = chinese(3_000)
    normal, kept = normalise(text), grams_of(text)
    for start in range(len(normal) - FEW_GRAMS - 4):
        asked = MAKER.question(normal[start : start + FEW_GRAMS + 4])
        places = [place for gram in asked.grams.keys() & kept for place in asked.grams[gram]]
        assert np.diff([-1, *sorted(places), FEW_GRAMS + 1]).max() <= LONGEST_GAP


def test_another_key_shares_no_hash_and_opens_no_sketch() -> None:
    """Without the key nobody can tell whether a phrase is in the table."""
    text = chinese(300)
    made = MAKER.of_each([[text]])[0]
    other = Fingerprinter(bytes(32))
    assert made.grams
    assert not set(made.grams) & set(other.of_each([[text]])[0].grams)
    assert len(MAKER.codes(made.sketch)) > 250
    assert len(other.codes(made.sketch)) == 0


def test_a_sketch_that_was_changed_or_cut_is_none() -> None:
    """It is not laid along anything."""
    sketch = MAKER.of_each([[chinese(60)]])[0].sketch
    for broken in (b"", sketch[:5], sketch[:-1], sketch[:-1] + bytes([sketch[-1] ^ 1])):
        assert len(MAKER.codes(broken)) == 0


@pytest.mark.parametrize("text", ["", "短", "short", "a" * 3])
def test_texts_shorter_than_a_gram_have_none(text: str) -> None:
    """They cannot be attributed by their wording."""
    assert grams_of(text) == set()
    assert MAKER.question(normalise(text)).grams == {}


def test_channels_of_a_record_do_not_touch() -> None:
    """No gram spans two texts."""
    first, second = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉"
    apart = set(MAKER.of_each([[first, second]])[0].grams)
    assert apart == grams_of(first) | grams_of(second)


def test_five_hundred_characters_take_a_fifth_of_their_grams_and_one_byte_each() -> None:
    """With 20 bytes per gram in SQLite's tree that is below 4 KB."""
    for text in (chinese(500), english(120)[:500]):
        made = MAKER.of_each([[text]])[0]
        assert 50 < len(made.grams) < 150
        assert len(made.sketch) <= 508


def test_pictures_are_kept_beside_the_text() -> None:
    """Their bands are keyed grams like the others, their hashes and details are sealed."""
    text, seen = chinese(60), Looks((bytes(range(32)), bytes(32)), b"d" * DETAIL_BYTES)
    plain = MAKER.of_each([[text]])[0]
    made = MAKER.with_pictures(plain, [seen])
    assert set(plain.grams) < set(made.grams)
    assert set(MAKER.picture_grams(bands(seen.windows))) < set(made.grams)
    assert made.sketch == plain.sketch
    assert MAKER.pictures(made.pictures) == [seen]
    assert Fingerprinter(bytes(32)).pictures(made.pictures) == []
    assert seen.windows[0] not in made.pictures


def test_a_text_of_one_phrase_is_found_under_every_key() -> None:
    """It has nine grams; a choice of one in five by the key would leave none under 13 % of keys."""
    text = "and on we go, " * 40
    for number in range(60):
        maker = Fingerprinter(number.to_bytes(32))
        held = set(maker.of_each([[text]])[0].grams)
        assert len(held) == 9
        assert held == set(maker.question(normalise(text[20:200])).grams)


def test_a_quote_of_few_grams_asks_for_all_of_them() -> None:
    """What a long text kept of them is among these, whatever the key."""
    text = normalise("".join(HAN[100:500]))
    for number in range(60):
        maker = Fingerprinter(number.to_bytes(32))
        asked = set(maker.question(text[100:124]).grams)
        kept = set(maker.of_each([[text]])[0].grams)
        assert len(asked) == 21
        assert len(kept) < 130
        assert kept & asked == kept & set(maker.of_each([[text[100:124]]])[0].grams)
