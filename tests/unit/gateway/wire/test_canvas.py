"""Drawing on any kind of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gateway.wire.canvas import Canvas
from gateway.wire.lettering import Box
from tests.picture_kit import scene

BOX = Box(10, 20, 50, 40)
MODES = ["1", "L", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F"]


def _canvas(mode: str) -> Canvas:
    image = scene().convert("L" if mode in {"I", "F"} else "RGB").convert(mode)
    return Canvas(image.copy())


@pytest.mark.parametrize("mode", MODES)
def test_a_plate_is_dark_with_light_letters(mode: str) -> None:
    """Whatever the numbers mean, and nothing outside is touched."""
    canvas = _canvas(mode)
    assert isinstance(canvas.image, Image.Image)
    before = canvas.image.copy()
    ink = np.zeros((20, 40), np.float32)
    ink[5:15, 10:20] = 1
    canvas.draw_plate(BOX, ink, 1.0)
    grey = canvas.grey(BOX)
    assert grey[5:15, 10:20].min() > 0.95
    assert grey[ink == 0].max() < 0.05
    before.paste(canvas.image.crop(BOX), BOX)
    assert before.tobytes() == canvas.image.tobytes()
    assert canvas.image.mode == mode


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_sixteen_bits_are_drawn_on(channels: int) -> None:
    """An array that the library has no mode for."""
    canvas = Canvas(np.full((60, 80, channels), 40000, np.uint16))
    canvas.draw_plate(BOX, np.ones((20, 40), np.float32), 0.5)
    assert (canvas.read(BOX) == 65535).all()
    assert (canvas.read(Box(0, 0, 10, 20)) == 40000).all()


def test_a_plate_over_nothing_is_opaque() -> None:
    """On transparent ground the label is seen before any background."""
    canvas = Canvas(Image.new("RGBA", (60, 60), (255, 255, 255, 0)))
    canvas.draw_plate(BOX, np.zeros((20, 40), np.float32), 0.7)
    assert (canvas.read(BOX) == (0, 0, 0, 255)).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "RGBA", "I;16"])
def test_lightness_is_added(mode: str) -> None:
    """In units of 1/255 of the full range; transparency stays."""
    canvas = _canvas(mode)
    box = Box(0, 0, 60, 60)
    before = canvas.grey(box)
    alpha = canvas.read(box)[:, :, -1:] if canvas.has_alpha else None
    canvas.add(np.full((canvas.height, canvas.width), 8, np.float32))
    assert (canvas.grey(box) - before).mean() == pytest.approx(8 / 255, rel=0.25)
    if alpha is not None:
        assert (canvas.read(box)[:, :, -1:] == alpha).all()
