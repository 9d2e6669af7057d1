"""Codes in pictures: QR and bar codes, and what they say."""

from __future__ import annotations

import zxingcpp
from PIL import Image

MOST_CODES = 64


def codes_in(picture: Image.Image) -> list[str]:
    """Return the texts of the codes that a picture shows."""
    found = zxingcpp.read_barcodes(picture.convert("L"), text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found[:MOST_CODES] if code.valid and code.text]
