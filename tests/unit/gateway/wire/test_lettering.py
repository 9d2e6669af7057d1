"""Layout of visible labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire import lettering
from tests.picture_kit import LINE

SIZES = st.integers(40, 3000)


@settings(max_examples=30, deadline=None)
@given(width=SIZES, height=SIZES, text=st.sampled_from([LINE, "AI-generated content", "AI合成"]))
def test_letters_are_tall_enough_and_inside(width: int, height: int, text: str) -> None:
    """Ink of at least 5 % of the shortest side, and a plate within the frame."""
    layout = lettering.lay_out(text, width, height)
    if layout is None:
        assert min(width, height) < 0.2 * max(width, height) or min(width, height) < 80
        return
    for letter in lettering.measured(text):
        assert lettering.ink_height(letter, layout.size) >= 0.05 * min(width, height)
    for position in ("top-left", "top", "top-right", "bottom-left", "bottom", "bottom-right"):
        left, top, right, bottom = lettering.place(layout, position, width, height)
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


def test_narrow_pictures_have_several_lines() -> None:
    """Thirty pixels wide and four thousand high still bears all its letters, in order."""
    layout = lettering.lay_out(LINE, 30, 4000)
    assert layout is not None
    assert len(layout.lines) > 6
    assert "".join(layout.lines) == LINE.replace(" · ", "")


def test_the_code_has_its_own_line_before_words_are_broken() -> None:
    """The words stay together as long as they can."""
    layout = lettering.lay_out(LINE, 400, 600)
    assert layout is not None
    assert layout.lines == tuple(LINE.split(" · "))


@pytest.mark.parametrize("size", [(1, 1), (5, 4000), (12, 12)])
def test_no_room_is_no_label(size: tuple[int, int]) -> None:
    """Below seven pixels nothing is legible."""
    assert lettering.lay_out(LINE, *size) is None


def test_flat_letters_are_not_measured() -> None:
    """One stroke, a dash and a dot are flat by nature."""
    assert lettering.measured("一-·，. ") == set()
    assert lettering.measured("一人-二，A0. ") == set("人二A0")


def test_small_letters_are_measured_only_where_they_stand_alone() -> None:
    """A line is as high as its capitals."""
    assert lettering.measured("AI-generated") == set("AI")
    assert lettering.measured("generated") == set("genratd")


def test_an_english_label_is_hardly_larger_than_a_chinese_one() -> None:
    """The font of one is at most a fifth larger than that of the other."""
    for side in (300, 1024):
        english = lettering.lay_out("AI-generated content · G9BR-Q7B1-W", side * 2, side)
        chinese = lettering.lay_out(LINE, side * 2, side)
        assert english is not None
        assert chinese is not None
        assert english.size <= 1.2 * chinese.size


def test_letters_that_the_font_lacks_are_named() -> None:
    """Each once."""
    assert lettering.missing("人工智能 AI · 7KQ2") == ""
    assert lettering.missing("a龘b龘ﷺ") == "龘ﷺ"


def test_the_ink_of_a_plate_is_inside_its_padding() -> None:
    """Letters do not touch the plate's edge."""
    layout = lettering.lay_out("AI生成jgÅ"[:-1], 500, 500)
    assert layout is not None
    ink = lettering.coverage(layout)
    assert ink.shape == (layout.height, layout.width)
    rows = np.flatnonzero(ink.max(axis=1) > 0.5)
    assert rows[0] >= layout.padding - 1
    assert rows[-1] < layout.height - layout.padding + 1
    assert set(np.unique(lettering.coverage(layout, smooth=False))) == {0.0, 1.0}
