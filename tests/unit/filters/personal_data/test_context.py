"""Words on the left of a number: the nearest one decides."""

from __future__ import annotations

import pytest

from filters.personal_data.context import CONTEXT, Hint, hint, names_it


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
    assert hint(text, len(left), kind) is said


def test_only_the_left_side_within_reach_counts() -> None:
    """Nothing further away than CONTEXT, and nothing on the right, changes what is said."""
    far = "手机" + "的" * CONTEXT
    assert hint(far + "1", len(far), "phone") is Hint.NONE
    assert hint("1手机", 0, "phone") is Hint.NONE


def test_a_word_may_touch_the_number() -> None:
    """tel13800138001 names it; a word further left does not."""
    assert names_it("tel13800138001", 3, "phone")
    assert names_it("phone_13800138001", 6, "phone")
    assert not names_it("telx13800138001", 4, "phone")
    assert not names_it("13800138001", 0, "phone")
