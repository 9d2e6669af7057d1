"""Made-up pictures of eleven kinds: clouds, gradients, discs, blocks, lines, stripes, pages of
text, landscapes, windows of programs, flat signs on white, noise. No two are made from the same
numbers.
"""

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
    y = int(chance.integers(4, 30))
    while y < SIDE:
        line = _letters(chance, int(chance.integers(3, 40)))
        pen.text((int(chance.integers(4, 40)), y), line, fill="black", font=font)
        y += int(chance.integers(12, 40))
    return image


def _letters(chance: Generator, size: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz     "
    return "".join(letters[each] for each in chance.integers(0, len(letters), size).tolist())


def _window(chance: Generator) -> Image.Image:
    """A program's window: bar, column of entries, rows of text, buttons, as so many have."""
    dark = bool(chance.integers(2))
    ground, ink = ((30, 30, 34), (220, 220, 220)) if dark else ((250, 250, 250), (30, 30, 30))
    image = Image.new("RGB", (SIDE, SIDE), ground)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(float(chance.integers(8, 13)))
    bar, column = chance.integers(14, 34).item(), chance.integers(0, 90).item()
    pen.rectangle((0, 0, SIDE, bar), fill=_colour(chance))
    pen.text((6, bar // 4), _letters(chance, 14), fill="white", font=font)
    pen.rectangle((0, bar, column, SIDE), fill=tuple(abs(each - 18) for each in ground))
    step = int(chance.integers(12, 30))
    for y in range(bar + 6, SIDE - 10, step):
        if column > 30:
            pen.text((5, y), _letters(chance, column // 9), fill=ink, font=font)
        size = int(chance.integers(0, 34))
        pen.text((column + 8, y), _letters(chance, size), fill=ink, font=font)
    for _ in range(int(chance.integers(0, 5))):
        x, y = chance.integers(column, SIDE, 2).tolist()
        wide, high = chance.integers(14, 70, 2).tolist()
        pen.rounded_rectangle((x, y, x + wide, y + high // 2), 4, fill=_colour(chance))
    return image


def _sign(chance: Generator) -> Image.Image:
    """A sign as of a firm: one or two flat shapes in the middle of white, maybe with letters."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen, middle = ImageDraw.Draw(image), SIDE // 2
    reaches = chance.integers(30, 120, int(chance.integers(1, 4))).tolist()
    for reach in sorted(reaches, reverse=True):
        colour, corners = _colour(chance), int(chance.integers(2, 9))
        turn = int(chance.integers(0, 360))
        if corners == 2:
            pen.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), colour)
        else:
            pen.regular_polygon((middle, middle, reach), corners, turn, fill=colour)
    if chance.integers(2):
        size = float(chance.integers(30, 110))
        font = ImageFont.load_default(size)
        name = _letters(chance, int(chance.integers(1, 5))).upper()
        pen.text((middle, middle), name, fill=_colour(chance), font=font, anchor="mm")
    return image


def _noise(chance: Generator) -> Image.Image:
    """Points, or squares, of chance; each colour on its own or all alike."""
    points = int(chance.choice([16, 32, 64, 128, SIDE]))
    shape = (points, points, 3 if chance.integers(2) else 1)
    values = chance.integers(0, 256, shape) if chance.integers(2) else chance.normal(128, 50, shape)
    pixels = np.broadcast_to(np.clip(values, 0, 255).astype(np.uint8), (points, points, 3))
    way = Image.Resampling.NEAREST if chance.integers(2) else Image.Resampling.BICUBIC
    return Image.fromarray(np.ascontiguousarray(pixels)).resize((SIDE, SIDE), way)


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
    "landscapes": _landscape, "windows": _window, "signs": _sign, "noise": _noise,
}  # fmt: skip


def kind_of(number: int) -> str:
    """Return of which kind the picture of this number is."""
    return list(MAKERS)[number % len(MAKERS)]


def made(number: int, *, grey: bool) -> Image.Image:
    """Return the picture of this number; ``grey``: without colours, at full contrast."""
    picture = MAKERS[kind_of(number)](np.random.default_rng(number))
    return ImageOps.autocontrast(picture.convert("L")).convert("RGB") if grey else picture
