"""The most pixels of a picture that is decoded, told to the library that decodes."""

from __future__ import annotations


def bound_pictures(pixels: int) -> None:
    """Let Pillow refuse pictures with more pixels, in this process, before it decodes them.

    Pillow warns above its own figure and refuses above twice that. Without it nothing is decoded.
    """
    try:
        from PIL import Image  # an extra
    except ImportError:
        return
    Image.MAX_IMAGE_PIXELS = max(1, pixels // 2)
