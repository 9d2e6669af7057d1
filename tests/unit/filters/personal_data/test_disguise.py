"""Numbers in disguise: what is one, what only looks so, and how long it is waited for."""

from __future__ import annotations

import pytest

from filters.personal_data import PersonalDataFilter
from filters.personal_data.disguise import LONGEST_RUN, digits_of, disguised, open_disguise

_KEYS = "".join(f"{digit}\ufe0f\u20e3" for digit in "13916672804")


@pytest.mark.parametrize(
    ("before", "number", "kind"),
    [
        ("手机号是", "一三九一六六七二八零四", "mobile"),
        ("", "壹叁玖壹陆陆柒贰捌零肆", "mobile"),
        ("报号：", "幺三九幺六六拐两八洞四", "mobile"),
        ("加我 ", "①③⑨①⑥⑥⑦②⑧⓪④", "mobile"),
        ("加我 ", "❶❸❾❶❻❻❼❷❽⓿❹", "mobile"),
        ("加我 ", "¹³⁹¹⁶⁶⁷²⁸⁰⁴", "mobile"),
        ("号码", _KEYS, "mobile"),
        ("我的号", "139一六六七2804", "mobile"),
        ("我的号", "１３９一六六七２８０４", "mobile"),
        ("", "一 三 九-一.六 六 七 二 八 零 四", "mobile"),
        ("tel: ", "139\u200b1667\u200b2804", "mobile"),
        ("tel: ", "\u200b".join("13916672804"), "mobile"),
        ("", "八六一三九一六六七二八零四", "mobile"),
        ("", "三三零一零六一九九二零六一四三零二五", "resident_id"),
        ("", "44030519871102451\u200b6", "resident_id"),
        ("", "一一零一零五一九四九一二三一零零二X", "resident_id"),
        ("", "六二一七零零三四二零零零七一五九二六三", "bank_card"),
    ],
)  # fmt: skip
def test_a_number_is_found_with_its_exact_span(before: str, number: str, kind: str) -> None:
    """By its digits, whatever they are written with; the span is in the text as it is written."""
    text = f"{before}{number}，记一下"
    found = [(one.kind, text[one.start : one.end]) for one in disguised(text, 0)]
    assert found == [(kind, number)]
    (finding,) = PersonalDataFilter().scan(text, 0, final=True).findings
    assert (finding.category, finding.start) == (f"personal_data.{kind}", len(before))


@pytest.mark.parametrize(
    "text",
    [
        "二〇二五年十一月三十日，一九四九年十月一日",
        "一二三四五六七八九十",
        "第一，①13916672804",
        "①②③④⑤⑥⑦⑧⑨⓪①",
        "一三九一六六七二八零四五",
        "订单一三九一六六七二八零四",
        "一三八零零一三八零零零",
        "13916672804",
        "139.1667.2804 和 1391667",
        "一三九一六六七2804" + "二" * LONGEST_RUN,
        "1391667280四",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    """Years, lists, order numbers, examples, plain numbers, parts of longer runs."""
    found = [one for one in disguised(text, 0) if not text.startswith("一三八零零")]
    assert found == []
    if text.startswith("一三八零零"):
        assert PersonalDataFilter().scan(text, 0, final=True).findings == ()


@pytest.mark.parametrize(
    ("text", "held"),
    [("今天", 0), ("排第一", 1), ("一三九 ", 4), ("号139\u200b", 4), ("in 2024 ", 0),
     ("x" + "一" * (LONGEST_RUN + 1), 0), ("一" * 300, 0)],
)  # fmt: skip
def test_only_an_open_run_is_waited_for(text: str, held: int) -> None:
    """And no longer than `LONGEST_RUN`."""
    assert len(text) - open_disguise(text, 0) == held


def test_a_run_that_was_let_go_stays_so() -> None:
    """What goes on before the text's new part is no number, however it ends."""
    text = "二" * LONGEST_RUN + "一三九一六六七二八零四，"
    assert list(disguised(text, LONGEST_RUN)) == []


def test_digits_of_a_run() -> None:
    """Each says one digit; everything else says none."""
    assert digits_of("一③9\u200b⁴ ５") == "13945"
