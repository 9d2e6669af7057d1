"""Pictures as encoders make them, in every format and in the variants of phones and cameras."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageDraw, ImageSequence

from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from gateway.wire import deep_png
from gateway.wire.aigc_label import make_label

PRODUCER = "001191110102MAD55U9H0F10002"
OTHER_PRODUCER = "001191310104MACE0YX63918020"
EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
CODE = "7KQ2-M9XD-M"
LINE = f"人工智能生成 · {CODE}"
CLAIM = Claim(EXCHANGE, CODE, make_label(PRODUCER, EXCHANGE), line=LINE)
XMP_BODY = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="x/y">'
    b"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>A title &amp; more</rdf:li></rdf:Alt>"
    b"</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
)
XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    + XMP_BODY
    + b'<?xpacket end="w"?>'
)
SVG = (
    b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
    b'<rect width="400" height="300" fill="#dde"/><circle cx="90" cy="80" r="50"/></svg>\n'
)


@cache
def scene(width: int = 360, height: int = 270, turn: int = 0) -> Image.Image:
    """A picture with a sky, shapes and some noise; each ``turn`` differs."""
    rows = np.linspace(60, 220, height)[:, None, None]
    noise = np.random.default_rng(turn).normal(0, 4, (height, width, 3))
    colours = np.array([0.6, 0.8, 1.0]) * rows + noise
    image = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for number in range(6):
        x = (number * width // 6 + turn * 7) % max(width, 1)
        box = (x, height // 3, x + width // 8, height // 3 + height // 5)
        pen.ellipse(box, fill=(40 * number, 90, 255 - 40 * number))
    return image


def encode(name: str, image: Image.Image | None = None, **save: object) -> bytes:
    """Return a picture in a format of Pillow's."""
    out = BytesIO()
    (image or scene()).save(out, name, **save)
    return out.getvalue()


def moving(name: str, **save: object) -> bytes:
    """Return an animation of four frames with times of their own."""
    frames = [scene(160, 120, turn) for turn in range(4)]
    times = [80, 120, 200, 400]
    save = {"loop": 3, **save} if name != "AVIF" else save
    return encode(name, frames[0], save_all=True, append_images=frames[1:], duration=times, **save)


def camera_exif(orientation: int = 6) -> bytes:
    """Return EXIF as a camera writes it, with a picture that lies on its side."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0112] = "Maker", "Model 7", orientation
    tags.get_ifd(0x8769)[0x9003] = "2026:11:01 10:00:00"
    return tags.tobytes()


@cache
def profile() -> bytes:
    """Return an ICC profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


class _Pictures(Mapping[str, bytes]):
    """Examples by name, each encoded when it is first asked for."""

    def __init__(self, makers: dict[str, Callable[[], bytes]]) -> None:
        self._makers = makers
        self._made: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _clear() -> Image.Image:
    clear = scene().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    return clear


def _deep() -> bytes:
    return deep_png.encode(np.asarray(scene()).astype(np.uint16) * 257)


def _of_a_camera(name: str, **save: object) -> bytes:
    return encode(name, exif=camera_exif(), icc_profile=profile(), **save)


def _pages() -> bytes:
    return encode("TIFF", scene(turn=1), save_all=True, append_images=[scene(turn=2)])


_PICTURES = _Pictures({
    "png": lambda: encode("PNG"),
    "png alpha": lambda: encode("PNG", _clear()),
    "png palette": lambda: encode("PNG", scene().quantize(40)),
    "png one bit": lambda: encode("PNG", scene().convert("1")),
    "png grey 16 bit": lambda: encode("PNG", scene().convert("I;16")),
    "png 16 bit": _deep,
    "png of a camera": lambda: _of_a_camera("PNG"),
    "png moving": lambda: moving("PNG"),
    "jpeg": lambda: encode("JPEG", quality=88),
    "jpeg progressive": lambda: encode("JPEG", progressive=True),
    "jpeg grey": lambda: encode("JPEG", scene().convert("L")),
    "jpeg cmyk": lambda: encode("JPEG", scene().convert("CMYK")),
    "jpeg of a camera": lambda: _of_a_camera("JPEG", xmp=XMP, comment=b"a note", dpi=(300, 300)),
    "webp": lambda: encode("WEBP"),
    "webp lossless": lambda: encode("WEBP", _clear(), lossless=True),
    "webp of a camera": lambda: _of_a_camera("WEBP", xmp=XMP),
    "webp moving": lambda: moving("WEBP"),
    "gif": lambda: encode("GIF"),
    "gif moving": lambda: moving("GIF"),
    "avif": lambda: encode("AVIF", speed=10),
    "avif of a camera": lambda: _of_a_camera("AVIF", speed=10, xmp=XMP),
    "avif moving": lambda: moving("AVIF", speed=10),
    "tiff": lambda: encode("TIFF"),
    "tiff lzw cmyk": lambda: encode("TIFF", scene().convert("CMYK"), compression="tiff_lzw"),
    "tiff pages": _pages,
    "svg": lambda: SVG,
    "svg with metadata": lambda: SVG.replace(
        b"<rect", b"<metadata>" + XMP_BODY + b"</metadata><rect"
    ),
})  # fmt: skip


def pictures() -> Mapping[str, bytes]:
    """Return the examples by name; the name begins with the format."""
    return _PICTURES


def format_of(name: str) -> MediaFormat:
    """Return the format of an example."""
    return MediaFormat(name.split(" ", maxsplit=1)[0])


def opened(content: bytes) -> Image.Image:
    """Return a picture, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def frames(content: bytes) -> list[tuple[str, bytes, float]]:
    """Return mode, pixels and time of every frame."""
    with Image.open(BytesIO(content)) as image:
        return [
            (frame.mode, frame.tobytes(), float(frame.info.get("duration", 0)))
            for frame in ImageSequence.Iterator(image)
        ]


def mutations(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Give broken variants: bytes changed, cut, doubled, taken out, and lengths made huge."""
    dice = np.random.default_rng(seed)
    for number in range(count):
        out = bytearray(content)
        head = min(len(out), 2048) if number % 2 else len(out)
        place = int(dice.integers(0, head))
        kind = number % 5
        if kind == 0:
            for spot in dice.integers(0, head, int(dice.integers(1, 9))):
                out[int(spot)] = int(dice.integers(0, 256))
        elif kind == 1:
            del out[place:]
        elif kind == 2:
            del out[place : place + int(dice.integers(1, 200))]
        elif kind == 3:
            out[place:place] = out[place : place + int(dice.integers(1, 200))]
        else:
            out[place : place + 4] = bytes(dice.choice([0, 1, 127, 255], 4).tolist())
        yield bytes(out)
