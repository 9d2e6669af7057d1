"""What every mark that stands in the content promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marks import MARKS, TextLabel, TextTrace
from gateway.marks.text_label import shipped_wordings
from gateway.matching.label_code import code_of_number, label_code
from gateway.nouns.mark import LabelMode, LabelPosition, TextMarksOrder
from gateway.ports.mark import Claim, Mark

POLICIES = Path(__file__).parents[2] / "policies"
KEY = b"0123456789abcdef"
CLAIM = Claim("01ARZ3NDEKTSV4RRFFQ69G5FAV", label_code(KEY, "01ARZ3NDEKTSV4RRFFQ69G5FAV"))
EXAMPLES: list[Mark] = [
    *(
        TextLabel(
            TextMarksOrder(label=LabelMode.INLINE, position=position), shipped_wordings(POLICIES)
        )
        for position in LabelPosition
    ),
    TextTrace(KEY),
]
TEXTS = st.lists(
    st.sampled_from(["你好", "Hello there", "。", ". ", "\n", "\n\n", "`x`", " "]), max_size=40
).map(lambda parts: "开头" + "".join(parts))

marks = pytest.mark.parametrize("mark", EXAMPLES, ids=lambda mark: mark.name)


def test_every_registered_mark_is_under_contract() -> None:
    """A new mark gets an example here."""
    assert {type(mark) for mark in EXAMPLES} == set(MARKS)
    assert len({mark.name for mark in MARKS}) == len(MARKS)


@marks
@given(text=TEXTS)
def test_what_was_stamped_is_read_back(mark: Mark, text: str) -> None:
    """A receipt that says written means that verify finds the code; otherwise nothing changed."""
    content, receipt = mark.stamp(text.encode(), CLAIM)
    assert receipt.mark == mark.name
    if receipt.status == "written":
        assert CLAIM.code in [claim.code for claim in mark.verify(content)]
    else:
        assert receipt.status == "not_possible"
        assert content == text.encode()


@marks
def test_ordinary_prose_can_be_stamped(mark: Mark) -> None:
    """The reading above is not empty: prose bears every mark."""
    assert mark.stamp("你好，世界。再见。".encode(), CLAIM)[1].status == "written"


@marks
@given(text=TEXTS)
def test_stamping_twice_is_stamping_once(mark: Mark, text: str) -> None:
    """The same claim is not written again."""
    once, _ = mark.stamp(text.encode(), CLAIM)
    assert mark.stamp(once, CLAIM)[0] == once


@marks
@pytest.mark.parametrize("content", [b"", b"Hello.", "你好。".encode(), b"\xff\xfe", b'{"a":1}'])
def test_what_was_never_stamped_claims_nothing(mark: Mark, content: bytes) -> None:
    """Reading never raises and never invents."""
    assert mark.verify(content) == []


@marks
def test_another_exchange_is_told_apart(mark: Mark) -> None:
    """The code read back is the one that was written."""
    other = Claim("01ARZ3NDEKTSV4RRFFQ69G5FAW", code_of_number(42))
    content, _ = mark.stamp("你好，世界。再见。".encode(), other)
    assert [claim.code for claim in mark.verify(content)] == [other.code]
