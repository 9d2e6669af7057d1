"""The library that decodes pictures is told the limit."""

from __future__ import annotations

import io
import warnings

import pytest
from PIL import Image

from gateway.wire.picture_limit import bound_pictures
from tests.media_kit import png


def test_a_picture_with_more_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is decoded, whatever its file size."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    bound_pictures(100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.open(io.BytesIO(png(9, 9))).load()
        with pytest.raises(Image.DecompressionBombError):
            Image.open(io.BytesIO(png(11, 11)))
