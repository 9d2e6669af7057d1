"""Folding: every way to write a character is the one that a reader takes it for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.fold import find_special, fold, fold_term, text_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＡＢｃ１", "abc1"),
        ("賭博", "赌博"),
        ("岀售氷毐，帳號", "出售冰毒，账号"),
        ("発売、芸", "发卖、芸"),
        ("⠃⠕⠍⠃⠀⠁", "bomb a"),
        ("⼈⽤", "人用"),
        ("раураӏ"[:5], "paypa"),
        ("ΝUDE", "nude"),
        ("ᴀʙᴄ", "abc"),
        ("①⑴➊⓿", "1110"),
        ("🅰🅑🇦", "aba"),
        ("𝒷𝕠𝙢𝖇", "bomb"),
        ("café Ñandú", "cafe nandu"),
        ("e\u0301", "e"),
        ("㎏ ﬁn ß Ⅷ", "kg fin ss viii"),
        ("ﷺ", "صلىا"),
        ("a\u200bb\u00adc\ufe0fd\u3164e\u034ffg\U000e0041h", "abcdefgh"),
        ("й", "и"),
        ("a\tb\u3000c\nd\u2028e", "a b c d e"),
        ("x\ud83dy", "x\ufffdy"),
        ("\x00\x01a\x7f", "a"),
        ("，。！？：；（）“”", "，。！？：；（）“”"),
    ],
)
def test_reads_as_it_looks(written: str, read: str) -> None:
    """Compatibility, case, script, look-alikes, invisibles: one line each."""
    assert fold(written).text == read


def test_points_back_to_the_original() -> None:
    """Each folded character knows where it came from, expansions and drops included."""
    text, offsets = fold("\u200b㎏Ａ")
    assert text == "kga"
    assert offsets is not None
    assert offsets.tolist() == [1, 1, 2]


def test_plain_text_needs_no_offsets() -> None:
    """Ordinary prose is its own fold apart from case, so no map is made."""
    assert fold("今天 OK，好。\nyes") == ("今天 ok，好。 yes", None)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3))
def test_the_quick_way_agrees_with_the_table(text: str) -> None:
    """What counts as plain is folded by ``lower`` exactly as the table folds it."""
    slow = fold(text + "\u200b").text
    assert fold(text).text == slow
    if not find_special(text):
        assert len(slow) == len(text)


@given(st.text(max_size=5), st.text(max_size=5))
def test_a_fold_is_the_fold_of_its_pieces(left: str, right: str) -> None:
    """Nothing looks at neighbours, so a stream may be folded in pieces."""
    assert fold(left + right).text == fold(left).text + fold(right).text


def test_no_code_point_outside_the_first_two_planes_has_case() -> None:
    """Nor is any such one special for its case: the table is read no further for that."""
    assert not [c for c in range(0x20000, 0x110000) if chr(c).lower() != chr(c)]


def test_terms_lose_outer_and_double_spaces() -> None:
    """A term is looked for with single spaces."""
    assert fold_term("  Buy\u3000 \nＮow ") == "buy now"


def test_text_of_is_the_way_back_from_code_points() -> None:
    """Code points beyond the first plane survive."""
    text, offsets = fold("😀Ａ")
    assert offsets is not None
    assert text == "😀a"
    assert text_of(offsets.astype("uint32") + ord("a")) == "ab"
