"""Pictures decoded to be drawn on, and encoded again as what they were.

Kept: the format, animation with its times and repetitions, 1 to 16 bits, palette, alpha, CMYK,
quantisation and sampling of JPEG, loss or no loss of WebP, pages of TIFF, and every metadata chunk
that is not about the pixels' layout. A picture that EXIF turns is turned, and says so.

Not kept: a C2PA manifest (it would be broken; XMP no longer points to one either), 16 bits in an
animation, in interlaced colour and in colour TIFF, 10 bits of AVIF.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps, JpegImagePlugin

from gateway.nouns.media import MediaFormat
from gateway.wire import deep_png, exif, gif_frames, image_file, jpeg, png, tiff, webp, xmp
from gateway.wire.canvas import Canvas
from gateway.wire.media_fault import MediaFault

BROKEN: tuple[type[Exception], ...] = (
    OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError,
    AttributeError, RuntimeError, MemoryError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow's decoders raise on files that are not whole."""

RASTERS = {
    MediaFormat.PNG: "PNG",
    MediaFormat.JPEG: "JPEG",
    MediaFormat.WEBP: "WEBP",
    MediaFormat.GIF: "GIF",
    MediaFormat.AVIF: "AVIF",
    MediaFormat.TIFF: "TIFF",
}
"""The formats that are decoded here, and what Pillow calls them."""

_DRAWABLE = frozenset({"1", "L", "LA", "RGB", "RGBA", "CMYK", "I", "F", "I;16", "I;16B"})
_PNG_KEPT = frozenset(
    {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"tIME", b"eXIf",
     b"tEXt", b"zTXt", b"iTXt"}
)  # fmt: skip
_JPEG_KEPT = frozenset({0xE1, 0xE2, *range(0xE3, 0xEB), 0xEC, 0xED, 0xEF, 0xFE})
_LOSSY_QUALITY = {"WEBP": 92, "AVIF": 90}


class Limits(NamedTuple):
    """``pixels`` of one frame, of all frames together, and ``frames``: what is decoded at most."""

    pixels: int = 64_000_000
    all_pixels: int = 64_000_000
    frames: int = 2_000


_TIFF_LAYOUT = (256, 257, 273, 278, 279, 322, 323, 324, 325)
"""Tags (TIFF 6.0) on the pixels' size and place, which are the encoder's to write: a picture that
was turned has others."""


class Picture:
    """A raster file, decoded. ``frames`` may be drawn on; `encoded` gives the file of them."""

    def __init__(
        self, content: bytes, found: MediaFormat, limits: Limits, *, only: int | None = None
    ) -> None:
        self._content = content
        self._format = found
        self._name = RASTERS[found]
        self._times: list[float] = []
        self._save: dict[str, Any] = {}
        self._turned = False
        self._only = only
        self._palette = False
        self.frames: list[Canvas] = []
        self._decode(limits)

    @property
    def has_palette(self) -> bool:
        """True if colours are few: what is drawn should bring as few new ones as it can."""
        return self._palette or self._format is MediaFormat.GIF

    @classmethod
    def first(cls, content: bytes, found: MediaFormat, limits: Limits) -> Canvas:
        """Return the first frame of a file, and decode no other. Raises MediaFault."""
        return cls(content, found, limits, only=1).frames[0]

    def encoded(self, note: dict[xmp.Name, str]) -> bytes:
        """Return the file of the frames, with ``note`` merged into its XMP. Raises MediaFault."""
        try:
            bare = self._bare()
        except BROKEN as error:
            raise MediaFault("cannot_encode") from error
        drop = [xmp.PROVENANCE, xmp.GAIN_MAP] + [xmp.ORIENTATION] * self._turned
        packet = xmp.merged(image_file.packet_of(self._content, self._format), note, drop)
        return image_file.with_packet(self._with_metadata(bare), self._format, packet)

    def _decode(self, limits: Limits) -> None:
        if len(self._content) > image_file.LARGEST:
            raise MediaFault("too_large")
        if png.is_crumbled(self._content):
            raise MediaFault("too_many_parts")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(BytesIO(self._content), formats=[self._name]) as image:
                    self._read(image, limits)
        except MediaFault:
            raise
        except BROKEN as error:
            raise MediaFault("broken_picture") from error

    def _read(self, image: Image.Image, limits: Limits) -> None:
        count = 1 if self._name == "JPEG" else getattr(image, "n_frames", 1)
        count = min(count, self._only or count)
        if image.width * image.height > limits.pixels or count > limits.frames:
            raise MediaFault("too_large")
        if image.width * image.height * count > limits.all_pixels:
            raise MediaFault("too_large")
        orientation = image.getexif().get(exif.ORIENTATION, 1)
        self._turned = orientation != 1
        if self._format is MediaFormat.PNG and deep_png.is_deep(self._content):
            self.frames = [Canvas(deep_png.upright(deep_png.decode(self._content), orientation))]
            return
        used = 0
        for number in range(count):
            image.seek(number)
            used += image.width * image.height
            if used > limits.all_pixels:  # pages of a TIFF have sizes of their own
                raise MediaFault("too_large")
            image.load()  # which turns a TIFF upright, by its tags as they came
            if number == 0:
                self._remember(image)
            self._times.append(image.info.get("duration", 0))
            self.frames.append(Canvas(self._drawable(image)))

    def _drawable(self, image: Image.Image) -> Image.Image:
        frame = image.copy()
        if self._format is not MediaFormat.TIFF:
            frame = ImageOps.exif_transpose(frame)
        if self._format is MediaFormat.GIF or frame.mode == "PA":
            return frame.convert("RGBA")
        if frame.mode == "P":
            self._palette = self._palette or self._format is MediaFormat.PNG
            return frame.convert("RGBA" if "transparency" in frame.info else "RGB")
        if "transparency" in frame.info and frame.mode in {"1", "L", "RGB"}:
            return frame.convert("LA" if frame.mode in {"1", "L"} else "RGBA")
        if frame.mode not in _DRAWABLE:
            return frame.convert("RGBA" if frame.mode in {"RGBa", "La"} else "RGB")
        return frame

    def _remember(self, image: Image.Image) -> None:
        """Keep what the encoder must be told."""
        details = image.info
        save = self._save
        if "loop" in details:
            save["loop"] = details["loop"]
        if self._name in {"WEBP", "AVIF"}:
            save["quality"] = _LOSSY_QUALITY[self._name]
            save["exif"] = exif.upright_block(details.get("exif", b""))
            save["icc_profile"] = details.get("icc_profile")
            if self._name == "AVIF":
                save["speed"] = 8
            elif webp.is_lossless(self._content):
                save.update(lossless=True, quality=80, exact=True)
        elif self._name == "JPEG" and isinstance(image, JpegImagePlugin.JpegImageFile):
            save["qtables"] = image.quantization
            save["subsampling"] = JpegImagePlugin.get_sampling(image)
            save["progressive"] = bool(details.get("progressive"))
            save["dpi"] = details.get("dpi", (0, 0))
        elif self._name == "TIFF":
            save["compression"] = _tiff_compression(details.get("compression"))
            save["icc_profile"] = details.get("icc_profile")
            save["dpi"] = details.get("dpi")
            save["exif"] = _tiff_tags(image)
        elif self._name == "PNG" and getattr(image, "default_image", False):
            save["default_image"] = True

    def _bare(self) -> bytes:
        images = [frame.image for frame in self.frames]
        first = images[0]
        if isinstance(first, np.ndarray):
            return deep_png.encode(first)
        stills = [image for image in images if isinstance(image, Image.Image)]
        if self._format is MediaFormat.GIF:
            return gif_frames.encode(stills, self._times, self._save.get("loop"))
        if self._palette and len(stills) == 1:
            stills = [gif_frames.with_palette(stills[0]) or stills[0]]
        save = {key: value for key, value in self._save.items() if value is not None}
        if self._name == "JPEG" and save["subsampling"] < 0:
            del save["subsampling"]
        if len(stills) > 1:
            save.update(save_all=True, append_images=stills[1:])
            if self._format is not MediaFormat.TIFF:
                skipped = 1 if save.get("default_image") else 0
                save["duration"] = [round(each) for each in self._times[skipped:]]
        else:
            save.pop("loop", None)
            save.pop("default_image", None)
        out = BytesIO()
        stills[0].info.clear()
        stills[0].save(out, self._name, **save)
        return out.getvalue()

    def _with_metadata(self, bare: bytes) -> bytes:
        if self._format is MediaFormat.PNG:
            return _png_metadata(self._content, bare)
        return _jpeg_metadata(self._content, bare) if self._name == "JPEG" else bare


def _png_metadata(source: bytes, bare: bytes) -> bytes:
    """Return the file with the source's chunks about colour, size, time and words."""
    kept = [
        png.Chunk(chunk.kind, exif.upright(chunk.body)) if chunk.kind == b"eXIf" else chunk
        for chunk in png.chunks(source)
        if chunk.kind in _PNG_KEPT
    ]
    head, *rest = [chunk for chunk in png.chunks(bare) if chunk.kind not in _PNG_KEPT]
    return png.joined([head, *kept, *rest])


def _jpeg_metadata(source: bytes, bare: bytes) -> bytes:
    """Return the file with the source's application segments and comments.

    Not its JFIF and Adobe segments, which the encoder wrote, nor a directory of further pictures
    behind this one (CIPA DC-007), which are gone.
    """
    kept = []
    for marker, body in jpeg.segments(source)[0]:
        if marker not in _JPEG_KEPT or body.startswith(b"MPF\0"):
            continue
        if marker == 0xE1 and body.startswith(jpeg.EXIF):
            upright = jpeg.EXIF + exif.upright(body[len(jpeg.EXIF) :])
            kept.append(jpeg.Segment(marker, upright))
        else:
            kept.append(jpeg.Segment(marker, body))
    return jpeg.with_segments(bare, kept)


def _tiff_compression(said: Any) -> str | None:
    return said if said in {"tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd"} else None


def _tiff_tags(image: Image.Image) -> Image.Exif:
    tags = image.getexif()
    for gone in (exif.ORIENTATION, tiff.XMP, tiff.MANIFEST, *_TIFF_LAYOUT):
        tags.pop(gone, None)
    return tags
