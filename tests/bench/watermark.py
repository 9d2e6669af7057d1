"""What the watermark of pictures survives: ``python -m tests.bench.watermark``.

Made pictures of several kinds, changed as pictures are, and read blind. Codes found of pictures
tried, and the signal-to-noise ratio of the marked picture (PSNR, decibels). The last row are
pictures without a mark: none may be found.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from gateway.marks.image_watermark import ImageWatermark
from tests.picture_kit import CLAIM, CODE, encode, scene

KEY = b"0123456789abcdef"
SEEDS = range(2)


def _natural(seed: int, width: int = 1024, height: int = 1024) -> Image.Image:
    """Noise with the spectrum of photographs."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3))
    spectrum = np.fft.rfft2(noise, axes=(0, 1))
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    spectrum /= (np.hypot(rows, columns) + 1 / width)[:, :, None] ** 1.1
    picture = np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1))
    levels = (picture - picture.mean()) / picture.std() * 50 + 128
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def _drawn(seed: int) -> Image.Image:
    """Flat shapes on flat ground."""
    image = Image.new("RGB", (1024, 768), (240, 235, 225))
    pen = ImageDraw.Draw(image)
    for x, y in np.random.default_rng(seed).integers(0, 700, (15, 2)).tolist():
        pen.ellipse((x, y, x + 200, y + 180), fill=(x % 256, 90, y % 256))
    return image


KINDS: dict[str, Callable[[int], Image.Image]] = {
    "like photographs, 1024x1024": _natural,
    "flat drawings, 1024x768": _drawn,
    "sky and shapes, 720x540": lambda seed: scene(720, 540, seed),
    "like photographs, 320x320": lambda seed: _natural(seed, 320, 320),
}


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    return Image.open(BytesIO(encode("JPEG", image, quality=quality)))


def _cut(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    left, top = int(width * (1 - share) * 0.4), int(height * (1 - share) * 0.7)
    return image.crop((left, top, left + int(width * share), top + int(height * share)))


def _half(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "nothing": lambda image: image,
    "JPEG 50": lambda image: _jpeg(image, 50),
    "JPEG 30": lambda image: _jpeg(image, 30),
    "WebP 60": lambda image: Image.open(BytesIO(encode("WEBP", image, quality=60))),
    "half size": _half,
    "half size, JPEG 50": lambda image: _jpeg(_half(image), 50),
    "crop to 80 % of each side": lambda image: _cut(image, 0.8),
    "crop to 80 %, JPEG 50": lambda image: _jpeg(_cut(image, 0.8), 50),
    "crop to 72 %": lambda image: _cut(image, 0.72),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "blur, radius 1.2": lambda image: image.filter(ImageFilter.GaussianBlur(1.2)),
    "turned by 1 degree": lambda image: image.rotate(1),
}


def main() -> None:
    """Print the table."""
    mark = ImageWatermark(KEY)
    pictures = {kind: [make(seed) for seed in SEEDS] for kind, make in KINDS.items()}
    marked: dict[str, list[Image.Image]] = {}
    noise = []
    for kind, images in pictures.items():
        stamped = [mark.stamp(encode("PNG", image), CLAIM)[0] for image in images]
        marked[kind] = [Image.open(BytesIO(content)) for content in stamped]
        pairs = zip(images, marked[kind], strict=True)
        errors = [(np.asarray(a, float) - np.asarray(b, float)) ** 2 for a, b in pairs]
        noise.append(f"{min(10 * np.log10(255**2 / error.mean()) for error in errors):.1f}")
    print(f"| change | {' | '.join(KINDS)} |")  # noqa: T201
    print("|---" * (len(KINDS) + 1) + "|")  # noqa: T201
    print(f"| PSNR, dB | {' | '.join(noise)} |")  # noqa: T201
    slowest = 0.0
    rows = {**{name: (change, marked) for name, change in CHANGES.items()},
            "no mark": (CHANGES["nothing"], pictures)}  # fmt: skip
    for name, (change, images) in rows.items():
        cells = []
        for kind in KINDS:
            found = 0
            for image in images[kind]:
                content = encode("PNG", change(image))
                started = time.process_time()
                found += [claim.code for claim in mark.verify(content)] == [CODE]
                slowest = max(slowest, time.process_time() - started)
            cells.append(f"{found} of {len(images[kind])}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)  # noqa: T201
    print(f"\nThe slowest reading took {slowest:.1f} s of processor time.")  # noqa: T201


if __name__ == "__main__":
    main()
