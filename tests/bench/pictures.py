"""The picture fingerprint, measured on pictures that have nothing to do with each other.

    python -m tests.bench.pictures [count]

Makes so many pictures (no two from the same numbers) of eight kinds: clouds of every roughness,
gradients, discs, blocks, stripes, drawings of lines, pages of text, landscapes. Each is asked for
among all others, through all windows, as `gateway.matching.picture_hash` does. Prints a JSON line:
pairs, the nearest, how many would be taken for the same, and the bound that this gives on the share
of false attributions (95 %: three divided by the pairs, if there were none).
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gateway.matching.picture_hash import MOST_DIFFERENT, asked_hashes, hashes

SIDE = 256
Maker = Callable[[Generator], Image.Image]
Words = NDArray[np.uint64]


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


MAKERS: tuple[Maker, ...] = (
    _clouds, _gradient, _drawn(_disc, 12), _drawn(_block, 12), _drawn(_line, 20), _stripes, _page,
    _landscape,
)  # fmt: skip


def content(number: int) -> bytes:
    """Return the picture of this number as a PNG."""
    out = io.BytesIO()
    MAKERS[number % len(MAKERS)](np.random.default_rng(number)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _words(found: list[bytes]) -> Words:
    return np.frombuffer(b"".join(found), np.uint64).reshape(-1, 4)


def nearest(asked: list[Words], kept: list[Words]) -> NDArray[np.int64]:
    """Return in how many bits each picture asked for and each picture kept differ at least."""
    every = np.concatenate(kept)
    starts = np.concatenate(([0], np.cumsum([len(each) for each in kept])[:-1]))
    found = np.full((len(asked), len(kept)), 256, np.int64)
    for row, windows in enumerate(asked):
        for window in windows:
            apart = np.bitwise_count(every ^ window).sum(axis=1, dtype=np.int64)
            found[row] = np.minimum(found[row], np.minimum.reduceat(apart, starts))
    return found


def main(count: int) -> None:
    """Make, compare, print."""
    asked, kept, kinds = [], [], []
    for number in range(count):
        picture = content(number)
        if known := hashes(picture):
            kept.append(_words(known))
            asked.append(_words(asked_hashes(picture)))
            kinds.append(number % len(MAKERS))
    found = nearest(asked, kept)
    own = np.eye(len(kept), dtype=bool)
    apart = found[~own]
    alike = np.argwhere((found <= MOST_DIFFERENT) & ~own).tolist()
    same = len(alike)
    line = {
        "pictures": len(kept), "without_hash": count - len(kept), "pairs": len(apart),
        "nearest_bits": int(apart.min()), "within_70": int((apart <= 70).sum()),
        "within_80": int((apart <= 80).sum()), "taken_for_the_same": same,
        "their_kinds": sorted({(kinds[one], kinds[other]) for one, other in alike}),
        "own_farthest_bits": int(found[own].max()),
        "bound_95": round((3 if not same else same * 3) / len(apart), 8),
    }  # fmt: skip
    print(json.dumps(line))  # noqa: T201 -- a program for people


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
