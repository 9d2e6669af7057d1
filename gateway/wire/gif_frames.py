"""Frames of a GIF with 256 colours each, written so that each shows as long as it did."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_COLOURS = 256
_MOST_MAPPED = 4096


def with_palette(image: Image.Image) -> Image.Image | None:
    """Return a picture in RGB or RGBA as one with a palette, None if it has too many colours.

    Exact: no colour changes. Half-transparent pixels are colours of their own.
    """
    pixels = np.asarray(image.convert("RGBA")).view(np.uint32)[:, :, 0]
    colours, where = np.unique(pixels, return_inverse=True)
    if len(colours) > _COLOURS:
        return None
    table = colours[:, None].view(np.uint8).reshape(-1, 4)
    out = Image.frombytes("P", image.size, where.astype(np.uint8).tobytes())
    out.putpalette(table[:, :3].tobytes())
    if table[:, 3].min() < 255:
        out.info["transparency"] = table[:, 3].tobytes()
    return out


def encode(frames: Sequence[Image.Image], times: Sequence[float], loop: int | None) -> bytes:
    """Return the GIF of frames in RGBA, each shown for so many milliseconds."""
    clear = any(int(np.asarray(frame.getchannel("A")).min()) < 128 for frame in frames)
    flat = [_reduced(frame, clear=clear) for frame in frames]
    save: dict[str, Any] = {"disposal": 2 if clear else 1, "optimize": False}
    if clear:
        save["transparency"] = 0
    if len(frames) > 1:
        save |= {"save_all": True, "append_images": flat[1:], "duration": list(times)}
        if loop is not None:
            save["loop"] = loop
    out = BytesIO()
    flat[0].save(out, "GIF", **save)
    return out.getvalue()


def _fewer(
    found: NDArray[np.uint32], where: NDArray[np.intp], colours: int
) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Return at most so many colours: the rarest ones become their nearest among the others."""
    if len(found) <= colours:
        return found, where
    order = np.argsort(-np.bincount(where, minlength=len(found)), kind="stable")
    kept, lost = order[:colours], order[colours:]
    parts = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.int32)
    becomes = np.zeros(len(found), np.intp)
    becomes[kept] = np.arange(colours)
    for each in lost:
        becomes[each] = ((parts[kept] - parts[each]) ** 2).sum(axis=1).argmin()
    return found[kept], becomes[where]


def _reduced(frame: Image.Image, *, clear: bool) -> Image.Image:
    """Return a frame with a palette: exact where its colours fit, else the nearest ones.

    With ``clear`` the first colour is the transparent one.
    """
    pixels = np.asarray(frame.convert("RGBA"))
    seen = pixels[:, :, 3] >= 128
    colours = _COLOURS - 1 if clear else _COLOURS
    packed = pixels[:, :, 0].astype(np.uint32) << 16 | pixels[:, :, 1].astype(np.uint32) << 8
    packed |= pixels[:, :, 2]
    packed[~seen] = 0
    found, where = np.unique(packed, return_inverse=True)
    if len(found) <= _MOST_MAPPED:
        found, where = _fewer(found, where.ravel(), colours)
        table = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.uint8)
        numbers = where.reshape(packed.shape).astype(np.uint8)
    else:
        small = frame.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        numbers = np.asarray(small)
        table = np.array(small.getpalette(), np.uint8).reshape(-1, 3)[:colours]
    if clear:
        numbers = np.where(seen, numbers + 1, 0).astype(np.uint8)
        table = np.concatenate([np.zeros((1, 3), np.uint8), table])
    out = Image.frombytes("P", frame.size, numbers.tobytes())
    out.putpalette(table.tobytes())
    return out
