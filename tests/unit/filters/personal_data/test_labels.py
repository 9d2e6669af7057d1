"""Words on the left of a number: the nearest one decides."""

from __future__ import annotations

import pytest

from filters.personal_data.label_words import LABELS
from filters.personal_data.labels import CONTEXT, Hint, Passage, WordIndex, lowered


@pytest.mark.parametrize(
    ("left", "kind", "said"),
    [
        ("我的手机是", "phone", Hint.RAISES),
        ("Call me: ", "phone", Hint.RAISES),
        ("订单编号：", "phone", Hint.LOWERS),
        ("uid=", "phone", Hint.LOWERS),
        ("fluid ", "phone", Hint.NONE),
        ("电话订单编号：", "phone", Hint.LOWERS),
        ("订单号 20241124，手机", "phone", Hint.RAISES),
        ("订单已经发出。", "phone", Hint.NONE),
        ("银行卡号 ", "card", Hint.RAISES),
        ("手机号", "card", Hint.NONE),
        ("护照号码：", "travel", Hint.RAISES),
        ("身份证号", "identity", Hint.RAISES),
        ("passport id: ", "travel", Hint.RAISES),
        ("phone no. ", "phone", Hint.RAISES),
        ("今天是", "phone", Hint.NONE),
    ],
)
def test_nearest_word_decides(left: str, kind: str, said: Hint) -> None:
    """Words of the kind raise, words of serial numbers lower, a sentence end forgets them."""
    text = left + "13800138001"
    assert Passage(text).hint(len(left), kind) is said


def test_only_the_left_side_within_reach_counts() -> None:
    """Nothing further away than CONTEXT, and nothing on the right, changes what is said."""
    far = "手机" + "的" * CONTEXT
    assert Passage(far + "1").hint(len(far), "phone") is Hint.NONE
    assert Passage("1手机").hint(0, "phone") is Hint.NONE


def test_a_word_may_touch_the_number() -> None:
    """tel13800138001 names it; a word further left does not."""
    assert Passage("tel13800138001").names_it(3, "phone")
    assert Passage("phone_13800138001").names_it(6, "phone")
    assert not Passage("telx13800138001").names_it(4, "phone")
    assert not Passage("13800138001").names_it(0, "phone")


def test_every_label_fits_within_reach() -> None:
    """A longer word could never be read whole."""
    assert [
        word for words in LABELS.values() for word in words.split() if len(word) > CONTEXT
    ] == []


def test_short_latin_words_stand_alone() -> None:
    """``id`` is not in ``fluid``; longer words may be parts of names such as ``userPhone``."""
    index = WordIndex({"a": "id 编号 telephone"})
    assert [found[2] for found in index.find("fluid id, mytelephones 编号x")] == [("a",)] * 3


@pytest.mark.parametrize("text", ["İstanbul", "\ud83dA", "ẞß", ""])
def test_lowering_keeps_every_place(text: str) -> None:
    """One code point for one, and half a character is read like any other."""
    assert len(lowered(text)) == len(text)
    WordIndex({"a": "b"}).find(lowered(text))


def test_a_window_reads_what_the_whole_text_reads() -> None:
    """Labels near a number do not depend on how much stands further left."""
    text = "xphone 手机 order " * 9 + "1"
    whole = Passage(text).near(len(text) - 1)
    cut = Passage(text[40:], len(text) - 41).near(len(text) - 41)
    assert {name: end - 40 for name, end in whole.items()} == cut
