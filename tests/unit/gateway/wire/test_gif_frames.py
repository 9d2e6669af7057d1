"""Frames with 256 colours."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from gateway.wire import gif_frames
from tests.picture_kit import frames, opened, scene


def _few(turn: int, *, clear: bool) -> Image.Image:
    image = scene(120, 90, turn).quantize(200).convert("RGBA")
    if clear:
        image.paste((0, 0, 0, 0), (0, 0, 40, 40))
    return image


def _differs(a: Image.Image, b: Image.Image) -> int:
    return int((np.asarray(a.convert("RGBA")) != np.asarray(b)).any(axis=2).sum())


def test_frames_keep_pixels_times_and_loop() -> None:
    """Two hundred colours are written exactly, with and without transparency."""
    for clear in (False, True):
        stills = [_few(turn, clear=clear) for turn in range(3)]
        content = gif_frames.encode(stills, [70, 130, 500], 5)
        with Image.open(BytesIO(content)) as image:
            assert image.info["loop"] == 5
            for number, still in enumerate(stills):
                image.seek(number)
                assert _differs(image, still) == 0
        assert [time for *_, time in frames(content)] == [70, 130, 500]


def test_rare_colours_give_way() -> None:
    """With too many, the rarest become their nearest; the picture stays what it is."""
    image = scene(200, 150).quantize(256).convert("RGBA")
    image.paste((250, 3, 7, 255), (0, 0, 2, 2))
    written = opened(gif_frames.encode([image], [0], None))
    change = np.abs(np.asarray(written.convert("RGB"), float) - np.asarray(image.convert("RGB")))
    assert change.mean() < 0.5


def test_a_palette_is_exact_or_none() -> None:
    """No colour changes; half transparent ones are kept."""
    image = _few(1, clear=True)
    image.putpixel((50, 50), (1, 2, 3, 99))
    small = gif_frames.with_palette(image)
    assert small is not None
    assert _differs(small, image) == 0
    assert gif_frames.with_palette(scene().convert("RGB")) is None
