"""PNG files of 16 bits per channel in colour, which Pillow reads with 8 bits only.

A row's filter (PNG, clause 9) looks at bytes one pixel before and one row above. So the bytes of a
pixel may be parted in two and each half read as a picture of 8 bits, by the library's fast code.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gateway.wire.media_fault import MediaFault
from gateway.wire.png import Chunk, chunks, joined

_CHANNELS = {2: 3, 4: 2, 6: 4}
_PAETH = 4


def is_deep(content: bytes) -> bool:
    """True if this is a still PNG of 16 bits in colour or with alpha that can be read here.

    Raises MediaFault.
    """
    parts = chunks(content)
    depth, colour, _, _, interlace = parts[0].body[8:13]
    moving = any(chunk.kind == b"acTL" for chunk in parts)
    keyed = any(chunk.kind == b"tRNS" for chunk in parts)
    return depth == 16 and colour in _CHANNELS and not (interlace or moving or keyed)


def upright(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """Return the pixels as they are to be seen (EXIF 2.32, tag 0x0112)."""
    if orientation in {5, 6, 7, 8}:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def decode(content: bytes) -> NDArray[np.uint16]:
    """Return the pixels: rows, columns, channels. Raises MediaFault if they are not all there.

    The caller has bounded width and height.
    """
    parts = chunks(content)
    width, height = struct.unpack(">II", parts[0].body[:8])
    channels = _CHANNELS[parts[0].body[9]]
    row = 1 + 2 * channels * width
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(
            b"".join(chunk.body for chunk in parts if chunk.kind == b"IDAT"), row * height
        )
    except zlib.error as error:
        raise MediaFault("broken_png") from error
    if len(raw) != row * height:
        raise MediaFault("broken_png")
    rows = np.frombuffer(raw, np.uint8).reshape(height, row)
    filters = rows[:, :1]
    if filters.max(initial=0) > _PAETH:
        raise MediaFault("broken_png")
    halves = rows[:, 1:].reshape(height, width, 2, channels)
    plain = [_unfiltered(filters, halves[:, :, half]) for half in (0, 1)]
    whole = np.concatenate(plain, axis=2)
    return whole.view(">u2").astype(np.uint16)


def encode(pixels: NDArray[np.uint16], level: int = 6) -> bytes:
    """Return the pixels as a PNG file of 16 bits, without any chunk that is not needed."""
    height, width, channels = pixels.shape
    colour = {3: 2, 2: 4, 4: 6}[channels]
    rows = pixels.astype(">u2").view(np.uint8).reshape(height, width * channels * 2)
    out = np.empty((height, 1 + rows.shape[1]), np.uint8)
    out[:, 0] = 2  # the filter "up"
    out[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=out[1:, 1:])
    head = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    body = zlib.compress(out.tobytes(), level)
    return joined([Chunk(b"IHDR", head), Chunk(b"IDAT", body), Chunk(b"IEND", b"")])


def _unfiltered(filters: NDArray[np.uint8], half: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width, channels = half.shape
    colour = {3: 2, 2: 4, 4: 6}[channels]
    flat = np.concatenate([filters, half.reshape(height, width * channels)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = zlib.compress(flat.tobytes(), 0)
    file = joined([Chunk(b"IHDR", head), Chunk(b"IDAT", body), Chunk(b"IEND", b"")])
    with Image.open(BytesIO(file), formats=["PNG"]) as image:
        return np.asarray(image)
