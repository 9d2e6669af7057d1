"""What happens to a picture on its way through the world: encoded anew, scaled, cropped, framed."""

from __future__ import annotations

import io
from collections.abc import Callable

from numpy.random import Generator
from PIL import Image

Changed = Callable[[Image.Image, Generator], bytes]


def encoded(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _cut(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Return what is left without these shares of width and height."""
    width, height = picture.size
    return picture.crop((
        round(width * left), round(height * top),
        round(width * (1 - right)), round(height * (1 - bottom)),
    ))  # fmt: skip


def _anywhere(picture: Image.Image, chance: Generator) -> Image.Image:
    left, top = chance.uniform(0, 0.1, 2).tolist()
    return _cut(picture, left, top, 0.1 - left, 0.1 - top)


def _scaled(picture: Image.Image, across: float, down: float) -> Image.Image:
    return picture.resize((
        max(16, round(picture.width * across)), max(16, round(picture.height * down))
    ))  # fmt: skip


def _framed(picture: Image.Image, chance: Generator, *, bar: bool) -> Image.Image:
    """Return a picture as a page shows it: on white, or on grey below a bar of another colour."""
    wide, high = (picture.size * chance.uniform(0.03, 0.15, 2)).round().astype(int).tolist()
    above = picture.height // 8 if bar else 0
    size = (picture.width + 2 * wide, picture.height + 2 * high + above)
    page = Image.new("RGB", size, (238, 238, 240) if bar else "white")
    if bar:
        page.paste((32, 52, 84), (0, 0, size[0], above))
    page.paste(picture, (wide, high + above))
    return page


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    return encoded(picture, "JPEG", quality=quality)


CHANGES: dict[str, Changed] = {
    "JPEG 30": lambda picture, _: _jpeg(picture, 30),
    "JPEG 50": lambda picture, _: _jpeg(picture, 50),
    "JPEG 75": lambda picture, _: _jpeg(picture, 75),
    "WebP 40": lambda picture, _: encoded(picture, "WEBP", quality=40),
    "half size": lambda picture, _: encoded(_scaled(picture, 0.5, 0.5)),
    "quarter size": lambda picture, _: encoded(_scaled(picture, 0.25, 0.25)),
    "double size": lambda picture, _: encoded(_scaled(picture, 2, 2), compress_level=1),
    "another aspect": lambda picture, _: encoded(_scaled(picture, 1.5, 0.8)),
    "a tenth off the left": lambda picture, _: encoded(_cut(picture, 0.1, 0, 0, 0)),
    "a tenth off the right": lambda picture, _: encoded(_cut(picture, 0, 0, 0.1, 0)),
    "a tenth off the top": lambda picture, _: encoded(_cut(picture, 0, 0.1, 0, 0)),
    "a tenth off the bottom": lambda picture, _: encoded(_cut(picture, 0, 0, 0, 0.1)),
    "a tenth off width and height, centred": lambda picture, _: encoded(
        _cut(picture, 0.05, 0.05, 0.05, 0.05)
    ),
    "the same, off-centre": lambda picture, chance: encoded(_anywhere(picture, chance)),
    "a tenth off every side": lambda picture, _: encoded(_cut(picture, 0.1, 0.1, 0.1, 0.1)),
    "off-centre, half size, JPEG 50": lambda picture, chance: _jpeg(
        _scaled(_anywhere(picture, chance), 0.5, 0.5), 50
    ),
    "every side, quarter size, JPEG 30": lambda picture, _: _jpeg(
        _scaled(_cut(picture, 0.1, 0.1, 0.1, 0.1), 0.25, 0.25), 30
    ),
    "on a white page, JPEG 75": lambda picture, chance: _jpeg(
        _framed(picture, chance, bar=False), 75
    ),
    "below a bar on grey, half size": lambda picture, chance: encoded(
        _scaled(_framed(picture, chance, bar=True), 0.5, 0.5)
    ),
}
