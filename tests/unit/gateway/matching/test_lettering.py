"""Words as a mask."""

from __future__ import annotations

import pytest

from gateway.matching.lettering import render


@pytest.mark.parametrize("text", ["生", "成", "A", "7", "人工智能生成", "AI-generated · 7KQ2-M9XD"])
@pytest.mark.parametrize("height", [12, 51, 108])
def test_letters_are_as_high_as_asked(text: str, height: int) -> None:
    """Measured from the ink; not more than a third higher."""
    mask = render(text, height)
    assert height <= mask.shape[0] <= 1.5 * height
    assert mask.max() > 240


@pytest.mark.parametrize(
    ("text", "height"), [("", 20), ("   ", 20), ("𠮷", 20), ("字", 2), ("字", 9999)]
)
def test_what_cannot_be_drawn_is_refused(text: str, height: int) -> None:
    """No ink, a character that no font has, absurd sizes: never an empty box."""
    with pytest.raises(ValueError, match=r"text|font"):
        render(text, height)
