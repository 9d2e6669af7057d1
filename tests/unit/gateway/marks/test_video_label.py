"""The visible label on film."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from gateway.marks.video_label import VideoLabel
from gateway.nouns.mark import FileMarksOrder
from tests.sound_kit import CLAIM, LINE, decoded_frames, film


def ink_height(before: np.ndarray, after: np.ndarray) -> int:
    """Return how many rows of the picture hold letters: bright now, and not before."""
    bright = (after.astype(int) > 190) & (before.astype(int) < 170)
    return int((bright.sum(axis=1) >= 2).sum())


@pytest.mark.parametrize(
    "size",
    [(160, 120), *(pytest.param(size, marks=pytest.mark.long)
                 for size in ((320, 240), (240, 426), (642, 362)))],
)  # fmt: skip
def test_letters_are_high_enough_for_two_seconds(size: tuple[int, int]) -> None:
    """At least 5 % of the shorter side in every frame of two seconds; later frames are bare."""
    content = film(size=size, seconds=3.0)
    mark = VideoLabel(FileMarksOrder(label=True))
    made, receipt = mark.stamp(content, CLAIM)
    assert receipt.status == "written"
    pairs = list(zip(decoded_frames(content), decoded_frames(made), strict=True))
    for (time, before), (_, after) in pairs:
        if time <= 2.0:
            assert ink_height(before, after) >= 0.05 * min(size)
    (_, before), (_, after) = pairs[-1]
    assert ink_height(before, after) == 0
    assert np.abs(before.astype(int) - after.astype(int)).mean() < 3


@pytest.mark.parametrize(
    ("position", "rows", "columns"),
    [("top-left", slice(0, 60), slice(0, 160)), ("bottom", slice(60, 120), slice(40, 120)),
     ("top-right", slice(0, 60), slice(80, 160)), ("bottom-right", slice(60, 120), slice(80, 160))],
)  # fmt: skip
def test_it_stands_where_it_is_ordered(position: str, rows: slice, columns: slice) -> None:
    """Most bright pixels are new in that part of the picture."""
    content = film(seconds=0.2)
    mark = VideoLabel(FileMarksOrder(label=True, position=position))
    made, _ = mark.stamp(content, CLAIM._replace(line="AI生成"))
    before, after = decoded_frames(content)[0][1], decoded_frames(made)[0][1]
    new = (after > 200) & (before < 170)
    assert new[rows, columns].sum() > 0.7 * new.sum() > 0


def test_a_long_line_is_broken_on_a_narrow_picture() -> None:
    """It is not made smaller."""
    made, receipt = VideoLabel(FileMarksOrder(label=True)).stamp(
        film(size=(96, 400), seconds=0.2), CLAIM._replace(line=LINE)
    )
    assert receipt.status == "written"
    assert len(decoded_frames(made)) == 5


def test_what_cannot_be_shown_fails() -> None:
    """No words, letters that no font has, too small a picture, garbage, no PyAV."""
    mark = VideoLabel(FileMarksOrder(label=True))
    content = film(seconds=0.2)
    assert mark.stamp(content, CLAIM._replace(line=""))[1].detail == "no_words"
    assert mark.stamp(content, CLAIM._replace(line="𠮷𠮷"))[1].detail == "letter_not_in_font"
    tiny = film(size=(16, 16), seconds=0.2)
    assert mark.stamp(tiny, CLAIM) == (tiny, ("video_label", "failed", "picture_too_small"))
    assert mark.stamp(b"no film", CLAIM)[1].status == "failed"
    assert mark.stamp(content[:500], CLAIM)[1].status == "failed"
    assert mark.verify(content) == []


def test_without_pyav_it_fails_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt says how to install the extra."""
    content = film(seconds=0.2)
    monkeypatch.setitem(sys.modules, "av", None)
    same, receipt = VideoLabel(FileMarksOrder(label=True)).stamp(content, CLAIM)
    assert (same, receipt.status) == (content, "failed")
    assert "pip install" in receipt.detail
