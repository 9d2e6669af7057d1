"""The picture fingerprint, measured: pictures that have nothing to do with each other, and changed
copies.

    python -m tests.bench.pictures [--count 640] [--asked N] [--changed N] [--grey]

Makes so many pictures (no two from the same numbers) of eight kinds: clouds of every roughness,
gradients, discs, blocks, stripes, drawings of lines, pages of text, landscapes; with ``--grey``
without colours and at full contrast, so that only their structure tells them apart. The first N are
asked for among all others, through all windows, as `gateway.ledger.finder` does. The first line
says how many pairs have near hashes, how many of those have details alike, how many are leads and
how many are attributed, and what that proves of the share of false attributions (95 %, Poisson;
pairs share pictures, so it is a guide and no more). Then comes a line per change: how many copies
of pictures with a hash are attributed to them, and how many bits, which correlation and which error
the farthest had. All pairs of windows are compared as one product of matrices of signs.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections import Counter
from collections.abc import Callable
from math import exp
from multiprocessing import Pool
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from gateway.ledger.finder import ATTRIBUTED, picture_confidence
from gateway.matching.picture_hash import (
    MOST_DIFFERENT,
    Looks,
    Nearness,
    asked_hashes,
    bands,
    hashes,
    looks_of,
    nearness,
    probes,
)

SIDE = 256
Maker = Callable[[Generator], Image.Image]
Changed = Callable[[Image.Image, Generator], bytes]


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


def made(number: int, *, grey: bool) -> Image.Image:
    """Return the picture of this number."""
    picture = MAKERS[number % len(MAKERS)](np.random.default_rng(number))
    return ImageOps.autocontrast(picture.convert("L")).convert("RGB") if grey else picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _cut(picture: Image.Image, chance: Generator) -> Image.Image:
    """Return nine tenths of a picture's width and height, from anywhere."""
    width, height = picture.size
    left, top = (chance.uniform(0, 0.1, 2) * picture.size).round().astype(int).tolist()
    return picture.crop((left, top, left + round(0.9 * width), top + round(0.9 * height)))


def _scaled(picture: Image.Image, across: float, down: float) -> Image.Image:
    return picture.resize((round(picture.width * across), round(picture.height * down)))


CHANGES: dict[str, Changed] = {
    "JPEG 50": lambda picture, _: encoded(picture, "JPEG", quality=50),
    "WebP 40": lambda picture, _: encoded(picture, "WEBP", quality=40),
    "half size": lambda picture, _: encoded(_scaled(picture, 0.5, 0.5)),
    "another aspect": lambda picture, _: encoded(_scaled(picture, 1.5, 0.8)),
    "a tenth off": lambda picture, chance: encoded(_cut(picture, chance)),
    "a tenth off, half size, JPEG 50": lambda picture, chance: encoded(
        _scaled(_cut(picture, chance), 0.5, 0.5), "JPEG", quality=50
    ),
}


def _known(order: tuple[int, bool]) -> tuple[Looks, Looks] | None:
    """Return what is kept of a picture and what it is asked for with; None if it has no hash."""
    content = encoded(made(order[0], grey=order[1]), compress_level=1)
    kept = looks_of(hashes(content))
    return (kept[0], looks_of(asked_hashes(content))[0]) if kept else None


def _copies(order: tuple[int, bool]) -> list[tuple[str, int, Nearness, float]]:
    """Return for each change its name, the kind of picture, how near the copy is to it, and how
    sure that makes; nothing if the picture has no hash."""
    picture = made(order[0], grey=order[1])
    kept = looks_of(hashes(encoded(picture, compress_level=1)))
    found = []
    for name, change in CHANGES.items() if kept else ():
        chance = np.random.default_rng(order[0])
        asked = looks_of(asked_hashes(change(picture, chance)))
        held = {band for each in kept[0].windows for band in bands(each)}
        led = asked and any(held.intersection(probes(each)) for each in asked[0].windows)
        near = nearness(asked[0], kept[0]) if led else Nearness(256)
        found.append((name, order[0] % len(MAKERS), near, picture_confidence(near)))
    return found


def _signs(looks: list[Looks]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the bits of all windows as 1 and -1, and where each picture's begin."""
    rows = np.frombuffer(b"".join(b"".join(each.windows) for each in looks), np.uint8)
    bits = np.unpackbits(rows.reshape(-1, 32), axis=1).astype(np.float32)
    starts = np.cumsum([0, *(len(each.windows) for each in looks[:-1])])
    return 2 * bits - 1, starts


def nearest(asked: list[Looks], kept: list[Looks]) -> NDArray[np.int64]:
    """Return in how many bits each picture asked for and each picture kept differ at least."""
    found = np.full((len(asked), len(kept)), 256, np.int64)
    for column in range(0, len(kept), 512):
        known, starts = _signs(kept[column : column + 512])
        for row in range(0, len(asked), 16):
            mine, begins = _signs(asked[row : row + 16])
            alike = np.maximum.reduceat(mine @ known.T, starts, axis=1)
            alike = np.maximum.reduceat(alike, begins, axis=0)
            found[row : row + 16, column : column + 512] = (256 - alike) / 2
    return found


def bound(seen: int) -> float:
    """Return the largest mean with which so few would still be seen once in twenty times."""
    mean, step = float(seen), 4.0 * (seen + 1)
    while step > 1e-6:
        terms = [1.0]
        for number in range(1, seen + 1):
            terms.append(terms[-1] * (mean + step) / number)
        mean += step if exp(-mean - step) * sum(terms) > 0.05 else 0.0
        step /= 2
    return mean


def unrelated(known: dict[int, tuple[Looks, Looks]], count: int) -> dict[str, Any]:
    """Return the first line. ``known`` are the pictures by number, ``count`` how many are asked
    for."""
    numbers = list(known)
    kept, asked = [each[0] for each in known.values()], [each[1] for each in known.values()][:count]
    found = nearest(asked, kept)
    found[np.arange(len(asked)), np.arange(len(asked))] = 257
    near = np.argwhere(found <= MOST_DIFFERENT).tolist()
    judged = [nearness(asked[one], kept[other]) for one, other in near]
    sure = [picture_confidence(each) for each in judged]
    alike = [each.likeness.correlation for each in judged if each.likeness]
    false = [pair for pair, each in zip(near, sure, strict=True) if each >= ATTRIBUTED]
    pairs = len(asked) * (len(kept) - 1)
    return {
        "pictures": len(kept), "asked": len(asked), "pairs": pairs,
        "hashes_within": {most: int((found <= most).sum()) for most in range(30, 91, 10)},
        "near_by_kind": Counter(numbers[one] % len(MAKERS) for one, _ in near),
        "of_these_correlated": {least: sum(each >= least for each in alike)
                                for least in (0.5, 0.6, 0.7, 0.8, 0.88, 0.95)},
        "leads": sum(0 < each < ATTRIBUTED for each in sure),
        "attributed": len(false),
        "their_kinds": Counter(numbers[one] % len(MAKERS) for one, _ in false),
        "share_bound_95": float(f"{bound(len(false)) / pairs:.2g}"),
    }  # fmt: skip


def changed(told: list[tuple[str, int, Nearness, float]]) -> dict[str, Any]:
    """Return the line of one change."""
    alike = [each[2].likeness for each in told if each[2].likeness]
    return {
        "change": told[0][0], "copies": len(told),
        "attributed": sum(each[3] >= ATTRIBUTED for each in told),
        "hashes_within": {most: sum(each[2].apart <= most for each in told)
                          for most in range(30, 91, 10)},
        "of_these_correlated": {least: sum(each.correlation >= least for each in alike)
                                for least in (0.8, 0.88, 0.95)},
        "least_correlation": round(min(each.correlation for each in alike), 3),
        "most_error": round(max(each.error for each in alike), 1),
        "missed_kinds": Counter(each[1] for each in told if each[3] < ATTRIBUTED),
    }  # fmt: skip


def main() -> None:
    """Make, compare, print."""
    parser = argparse.ArgumentParser(description="Measures the picture fingerprint.")
    parser.add_argument("--count", type=int, default=640, help="pictures that are kept")
    parser.add_argument("--asked", type=int, help="how many of them are asked for (all)")
    parser.add_argument("--changed", type=int, default=160, help="pictures that are changed")
    parser.add_argument("--grey", action="store_true", help="without colours, at full contrast")
    said = parser.parse_args()
    with Pool(2) as pool:
        looks = pool.imap(_known, [(number, said.grey) for number in range(said.count)], 8)
        known = {number: each for number, each in enumerate(looks) if each}
        tell({"made": said.count, "grey": said.grey, "without_hash": said.count - len(known)})
        tell(unrelated(known, said.asked or said.count))
        orders = [(number, said.grey) for number in range(said.changed)]
        told = [each for copies in pool.imap(_copies, orders, 4) for each in copies]
    for name in CHANGES:
        tell(changed([each for each in told if each[0] == name]))


def tell(line: dict[str, Any]) -> None:
    """Print a line at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
