"""Made-up pictures of eight kinds: clouds, gradients, discs, blocks, lines, stripes, pages of text,
landscapes. No two are made from the same numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

SIDE = 256
Maker = Callable[[Generator], Image.Image]


def _colour(chance: Generator) -> tuple[int, int, int]:
    red, green, blue = chance.integers(0, 256, 3).tolist()
    return red, green, blue


def _picture(plane: NDArray[np.float64], chance: Generator) -> Image.Image:
    """Return a plane as a picture between two colours."""
    low, high = np.array(_colour(chance), float), np.array(_colour(chance), float)
    share = (plane - plane.min()) / max(float(np.ptp(plane)), 1e-9)
    return Image.fromarray((low + share[..., None] * (high - low)).astype(np.uint8))


def _clouds(chance: Generator) -> Image.Image:
    """Noise whose power falls with the frequency, as in photographs."""
    across = np.fft.fftfreq(SIDE)
    distance = np.hypot(across[:, None], across[None, :])
    distance[0, 0] = 1.0
    spectrum = np.fft.fft2(chance.normal(size=(SIDE, SIDE))) / distance ** chance.uniform(0.8, 2.2)
    return _picture(np.fft.ifft2(spectrum).real, chance)


def _gradient(chance: Generator) -> Image.Image:
    x, y = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
    a, b, c, d, e = chance.normal(size=5)
    return _picture(a * x + b * y + c * x * y + d * x**2 + e * y**2, chance)


def _drawn(draw: Callable[[ImageDraw.ImageDraw, Generator], object], count: int) -> Maker:
    def make(chance: Generator) -> Image.Image:
        image = Image.new("RGB", (SIDE, SIDE), _colour(chance))
        pen = ImageDraw.Draw(image)
        for _ in range(int(chance.integers(count // 2, count * 2))):
            draw(pen, chance)
        return image

    return make


def _box(chance: Generator, most: int) -> tuple[int, int, int, int]:
    x, y = chance.integers(-most // 2, SIDE, 2).tolist()
    width, height = chance.integers(8, most, 2).tolist()
    return x, y, x + width, y + height


def _disc(pen: ImageDraw.ImageDraw, chance: Generator) -> None:
    pen.ellipse(_box(chance, 120), fill=_colour(chance))


def _block(pen: ImageDraw.ImageDraw, chance: Generator) -> None:
    pen.rectangle(_box(chance, 140), fill=_colour(chance))


def _line(pen: ImageDraw.ImageDraw, chance: Generator) -> None:
    ends = [float(each) for each in chance.integers(0, SIDE, 4)]
    pen.line(ends, fill=_colour(chance), width=int(chance.integers(1, 12)))


def _stripes(chance: Generator) -> Image.Image:
    x, y = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
    plane = np.zeros((SIDE, SIDE))
    for _ in range(int(chance.integers(1, 4))):
        a, b = chance.normal(scale=chance.uniform(4, 25), size=2)
        plane += np.sin(a * x + b * y + chance.uniform(0, 6))
    return _picture(plane, chance)


def _page(chance: Generator) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(float(chance.integers(9, 24)))
    letters = "abcdefghijklmnopqrstuvwxyz     "
    y = int(chance.integers(4, 30))
    while y < SIDE:
        size = int(chance.integers(3, 40))
        line = "".join(letters[each] for each in chance.integers(0, len(letters), size).tolist())
        pen.text((int(chance.integers(4, 40)), y), line, fill="black", font=font)
        y += int(chance.integers(12, 40))
    return image


def _landscape(chance: Generator) -> Image.Image:
    image = _gradient(chance)
    pen = ImageDraw.Draw(image)
    for level in range(int(chance.integers(2, 6))):
        heights = np.cumsum(chance.normal(scale=6, size=33)) + SIDE * (0.3 + 0.15 * level)
        ridge = [(8 * n, float(height)) for n, height in enumerate(heights)]
        pen.polygon([(0, SIDE), *ridge, (SIDE, SIDE)], fill=_colour(chance))
    return image


MAKERS: dict[str, Maker] = {
    "clouds": _clouds, "gradients": _gradient, "discs": _drawn(_disc, 12),
    "blocks": _drawn(_block, 12), "lines": _drawn(_line, 20), "stripes": _stripes, "pages": _page,
    "landscapes": _landscape,
}  # fmt: skip


def kind_of(number: int) -> str:
    """Return of which kind the picture of this number is."""
    return list(MAKERS)[number % len(MAKERS)]


def made(number: int, *, grey: bool) -> Image.Image:
    """Return the picture of this number; ``grey``: without colours, at full contrast."""
    picture = MAKERS[kind_of(number)](np.random.default_rng(number))
    return ImageOps.autocontrast(picture.convert("L")).convert("RGB") if grey else picture
