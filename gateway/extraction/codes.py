"""Codes in pictures: QR and bar codes, and what they say."""

from __future__ import annotations

import zxingcpp
from PIL import Image

MOST_CODES = 64
_LONGEST_SIDE = 2048
"""Larger pictures are read as a model gets them: made smaller. A code that is too fine then is too
fine for the model."""


def codes_in(picture: Image.Image) -> list[str]:
    """Return the texts of the codes that a picture shows."""
    grey = picture.convert("L")
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    found = zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found[:MOST_CODES] if code.valid and code.text]
