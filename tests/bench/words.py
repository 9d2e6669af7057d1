"""What is read of words in pictures, and what it costs beside reading codes: `python -m
tests.bench.words`. Needs the extra `ocr` and Debian's fonts-wqy-microhei and fonts-dejavu."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gateway.extraction.codes import codes_in
from gateway.extraction.words import WordHunt
from models.rapid_ocr_runtime import RapidOcrRuntime

_FONTS = "/usr/share/fonts/truetype"
_CHINESE = (f"{_FONTS}/wqy/wqy-microhei.ttc",)
_ENGLISH = tuple(
    f"{_FONTS}/dejavu/DejaVu{each}.ttf"
    for each in ("Sans", "Serif-BoldItalic", "SansMono", "SansCondensed-Oblique")
)
_SAID = {
    "zh": (["出售枪支弹药联系我", "代办假证开发票", "加微信购买迷药", "网上赌场送钱"], _CHINESE),
    "en": (
        ["buy illegal drugs now", "how to build a bomb", "stolen credit cards", "kill them all"],
        _ENGLISH,
    ),
}
_SIDE, _SECONDS = 1280, 12.0
Ink = str | tuple[int, int, int]
Draw = Callable[[str, str], Image.Image]
_CHANCE = random.Random(1)


def _page(
    text: str, font: str, size: int = 32, *, box: tuple[int, int] = (900, 600),
    ink: Ink = "black", ground: Ink | Image.Image = "white",
) -> Image.Image:  # fmt: skip
    picture = ground if isinstance(ground, Image.Image) else Image.new("RGB", box, ground)
    at = _CHANCE.randint(20, 120), _CHANCE.randint(20, picture.height - 150)
    ImageDraw.Draw(picture).text(at, text, font=ImageFont.truetype(font, size), fill=ink)
    return picture


def _photo(width: int, height: int) -> Image.Image:
    seed = np.random.default_rng(_CHANCE.randint(0, 9999))
    blots = seed.integers(0, 255, (height // 40, width // 40, 3), dtype=np.uint8)
    return Image.fromarray(blots).resize((width, height), Image.Resampling.BICUBIC)


def _meme(text: str, font: str) -> Image.Image:
    picture = _photo(900, 700)
    ImageDraw.Draw(picture).text(
        (40, 30), text, font=ImageFont.truetype(font, 56), fill="white", stroke_width=4,
        stroke_fill="black",
    )  # fmt: skip
    return picture


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def _noisy(picture: Image.Image) -> Image.Image:
    pixels = np.asarray(picture).astype(int)
    pixels = pixels + np.random.default_rng(3).normal(0, 35, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _turned(degrees: int) -> Draw:
    return lambda text, font: _page(text, font).rotate(degrees, expand=True, fillcolor="white")


_KINDS: dict[str, Draw] = {
    "plain, 32 pixels": _page,
    "14 pixels": lambda t, f: _page(t, f, 14),
    "10 pixels": lambda t, f: _page(t, f, 10),
    "#f5 on white": lambda t, f: _page(t, f, ink=(245, 245, 245)),
    "#18 on black": lambda t, f: _page(t, f, ink=(24, 24, 24), ground="black"),
    "red grey on blue grey": lambda t, f: _page(t, f, ink=(150, 120, 120), ground=(120, 120, 150)),
    "white on black": lambda t, f: _page(t, f, ink="white", ground="black"),
    "meme": _meme,
    "on a photograph": lambda t, f: _page(t, f, 40, ink="yellow", ground=_photo(900, 600)),
    "12 megapixels": lambda t, f: _page(t, f, 90, ground=_photo(4000, 3000)),
    "noise, JPEG 30": lambda t, f: _jpeg(_noisy(_page(t, f)), 30),
    "JPEG 8": lambda t, f: _jpeg(_page(t, f), 8),
    "blurred": lambda t, f: _page(t, f).filter(ImageFilter.GaussianBlur(1.5)),
    **{f"turned {each} degrees": _turned(each) for each in (5, 20, 45, 90, 180, 270)},
    "mirrored": lambda t, f: _page(t, f).transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "stacked": lambda t, f: _page("\n".join(t[:9]), f, 36, box=(900, 700)),
    "strip": lambda t, f: _page(t, f, 18, box=(500, 170)),
    "long, 1000 x 5000": lambda t, f: _page(t, f, 36, box=(1000, 5000)),
}


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _row(kind: str, draw: Draw, engine: RapidOcrRuntime) -> str:
    found, seconds, codes_s, pictures = {}, 0.0, 0.0, 0
    for language, (texts, fonts) in _SAID.items():
        right = 0
        for number, text in enumerate(texts):
            picture = draw(text, fonts[number % len(fonts)])
            began_s = time.perf_counter()
            codes_in(picture)
            read_s = time.perf_counter()
            said = WordHunt(engine, _SIDE, _SECONDS).words(picture)
            seconds, codes_s = seconds + time.perf_counter() - read_s, codes_s + read_s - began_s
            right += _bare(text[:9] if kind == "stacked" else text) in _bare(said)
            pictures += 1
        found[language] = f"{right} of {len(texts)}"
    cost = f"{seconds / pictures:.2f} s | {seconds / codes_s:.0f} x"
    return f"| {kind} | {found['zh']} | {found['en']} | {cost} |"


def main() -> None:
    """Print the table."""
    engine = RapidOcrRuntime.load()
    print("| picture | Chinese | English | time | times of reading codes |", flush=True)  # noqa: T201
    print("|---|---|---|---|---|")  # noqa: T201
    for kind, draw in _KINDS.items():
        print(_row(kind, draw, engine), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
