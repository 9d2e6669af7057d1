"""Pictures: decoded within bounds, as somebody sees them, for whoever reads what they show.

Each frame is given upright, in 8 bits, on white; one that is partly transparent a second time on
black, for nobody knows on what a model sees it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from gateway.extraction.passages import Bounds, ReadFault
from gateway.nouns.media import MediaFormat
from gateway.ports.media import Fault
from gateway.wire.picture import BROKEN, RASTERS

_SHOWN_SIDE = 1024
_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L"})


def frames(content: bytes, found: MediaFormat, bounds: Bounds) -> Iterator[Image.Image]:
    """Yield what a picture shows, frame by frame. Raises ReadFault, also after some of them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=[RASTERS[found]]) as image:
                yield from _frames(image, bounds)
    except BROKEN as error:
        raise ReadFault(Fault.BROKEN) from error


def as_jpeg(picture: Image.Image) -> bytes:
    """Return a picture as a judge of pictures gets it: a JPEG, its longer side at most 1024."""
    small = picture.convert("RGB")
    small.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    out = BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()


def _frames(image: Image.Image, bounds: Bounds) -> Iterator[Image.Image]:
    count = 1 if image.format == "JPEG" else int(getattr(image, "n_frames", 1))
    left = bounds.pixels
    for number in range(min(count, bounds.frames)):
        image.seek(number)
        left -= image.width * image.height
        if left < 0:
            raise ReadFault(Fault.TOO_LARGE)
        image.load()
        yield from _as_seen(image)
    if count > bounds.frames:
        raise ReadFault(Fault.TOO_MANY)


def _as_seen(image: Image.Image) -> Iterator[Image.Image]:
    frame = ImageOps.exif_transpose(image)
    if frame.mode in _DEEP:
        yield _in_eight_bits(frame)
    elif frame.has_transparency_data:
        clear = frame.convert("RGBA")
        for ground in ("white", "black"):
            seen = Image.new("RGBA", clear.size, ground)
            seen.alpha_composite(clear)
            yield seen.convert("RGB")
    else:
        yield frame.convert("RGB")


def _in_eight_bits(frame: Image.Image) -> Image.Image:
    """Spread what the numbers really hold over 8 bits: a conversion would cut them off."""
    values = np.nan_to_num(np.asarray(frame, dtype=np.float64))
    low, high = float(values.min()), float(values.max())
    spread = (values - low) * (255.0 / (high - low)) if high > low else np.zeros_like(values)
    return Image.fromarray(spread.astype(np.uint8)).convert("RGB")
