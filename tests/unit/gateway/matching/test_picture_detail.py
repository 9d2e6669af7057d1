"""Details tell pictures apart by their points, and find a part of a picture in it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from gateway.matching.picture_detail import DETAIL_BYTES, MOST_ERROR, Likeness, compare, detail


def picture(seed: int) -> Image.Image:
    """Return coarse noise in colours."""
    noise = np.random.default_rng(seed).integers(0, 255, (9, 9, 3)).astype(np.uint8)
    return Image.fromarray(noise).resize((400, 300), Image.Resampling.BICUBIC)


def likeness(asked: Image.Image, kept: Image.Image) -> Likeness:
    """Return how alike two pictures are."""
    return compare(detail(asked), detail(kept))


def test_a_detail_has_one_size_whatever_the_picture() -> None:
    """Large, small and flat ones."""
    for size in ((400, 300), (16, 16), (3, 900)):
        assert len(detail(picture(1).resize(size))) == DETAIL_BYTES


def test_the_same_picture_is_alike_in_full() -> None:
    """Correlation one, no error."""
    same = likeness(picture(1), picture(1))
    assert same.correlation == pytest.approx(1.0)
    assert same.error == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "box", [(40, 0, 400, 300), (0, 30, 400, 300), (13, 21, 373, 291), (40, 30, 400, 300)]
)
def test_a_part_is_found_where_it_was_cut(box: tuple[int, int, int, int]) -> None:
    """A tenth off width or height, or both."""
    assert likeness(picture(2).crop(box), picture(2)).same


def test_another_picture_is_not() -> None:
    """None of 30 pairs has the same structure."""
    made = [detail(picture(seed)) for seed in range(6)]
    pairs = [(a, b) for a in made for b in made if a is not b]
    assert not any(compare(a, b).same_structure for a, b in pairs)


def test_other_colours_or_light_are_the_same_structure_alone() -> None:
    """Half as bright; red and blue exchanged."""
    red, green, blue = picture(3).split()
    for other in (
        ImageEnhance.Brightness(picture(3)).enhance(0.5),
        Image.merge("RGB", (blue, green, red)),
    ):
        found = likeness(other, picture(3))
        assert not found.same
    assert likeness(ImageEnhance.Brightness(picture(3)).enhance(0.5), picture(3)).same_structure


def test_signs_of_one_shape_in_other_colours_are_the_same_structure_alone() -> None:
    """White around them is alike in all of them; what tells them apart is little of the picture."""

    def sign(colour: tuple[int, int, int]) -> Image.Image:
        image = Image.new("RGB", (256, 256), "white")
        ImageDraw.Draw(image).ellipse((70, 70, 186, 186), fill=colour)
        return image

    found = likeness(sign((200, 40, 60)), sign((200, 60, 140)))
    assert found.same_structure
    assert found.error < MOST_ERROR
    assert not found.same
    assert likeness(sign((200, 40, 60)), sign((200, 40, 60))).same


def test_what_shows_nothing_is_like_nothing() -> None:
    """No division by zero where there is no contrast."""
    blank = Image.new("RGB", (64, 64), "white")
    assert not likeness(blank, blank).same
    assert not likeness(blank, picture(1)).same
