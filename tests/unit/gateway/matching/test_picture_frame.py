"""A plain border is taken off, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gateway.matching.picture_frame import inside

NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 255, (160, 128, 3)).astype(np.uint8))


def page(colour: str = "white") -> Image.Image:
    """Return noise on a page."""
    made = Image.new("RGB", (256, 256), colour)
    made.paste(NOISE, (96, 64))
    return made


@pytest.mark.parametrize("colour", ["white", "black", "red"])
def test_what_a_border_surrounds_is_left(colour: str) -> None:
    """In the size of the whole."""
    found = inside(page(colour))
    assert found
    assert found.size == (256, 256)
    again = np.asarray(found.resize(NOISE.size, Image.Resampling.BOX), float)
    assert np.corrcoef(again.ravel(), np.asarray(NOISE, float).ravel())[0, 1] > 0.8


def test_borders_of_two_colours_are_taken_off() -> None:
    """A bar above and the page below it."""
    made = page()
    made.paste((20, 40, 80), (0, 0, 256, 30))
    assert inside(made).tobytes() == inside(page()).tobytes()


def test_nothing_is_taken_off_what_has_no_border() -> None:
    """A picture to its edges, a plain one, and one of which too little would be left."""
    small = Image.new("RGB", (256, 256), "white")
    small.paste(NOISE.crop((0, 0, 60, 60)), (90, 90))
    for made in (NOISE.resize((256, 256)), Image.new("RGB", (256, 256), "white"), small):
        assert inside(made) is None
