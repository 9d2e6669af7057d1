"""The invisible watermark of pictures."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image

from gateway.marks.image_watermark import ImageWatermark
from gateway.ports.mark import Claim
from tests.picture_kit import CLAIM, CODE, encode, opened, scene

SIZE = (400, 300)
KEY = b"0123456789abcdef"
MARK = ImageWatermark(KEY)


@cache
def _marked() -> Image.Image:
    content, receipt = MARK.stamp(encode("PNG", scene(*SIZE)), CLAIM)
    assert receipt == ("image_watermark", "written", "")
    return opened(content)


def _codes(content: bytes) -> list[str]:
    return [claim.code for claim in MARK.verify(content)]


CHANGES = {
    "nothing": lambda image: encode("PNG", image),
    "JPEG of quality 50": lambda image: encode("JPEG", image, quality=50),
    "half size": lambda image: encode("PNG", image.resize((280, 210))),
    "cropped by a fifth": lambda image: encode("PNG", image.crop((40, 30, 360, 270))),
    "mirrored": lambda image: encode("PNG", image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_code_survives(change: str) -> None:
    """Found blind: nothing but the key is told to the reader."""
    assert _codes(CHANGES[change](_marked())) == [CODE]


def test_the_mark_is_faint() -> None:
    """Above 36 dB, and half of it costs 6 dB less."""
    before = np.asarray(scene(*SIZE), float)

    def noise(image: Image.Image) -> float:
        return float(10 * np.log10(255**2 / ((np.asarray(image) - before) ** 2).mean()))

    assert noise(_marked()) > 36
    faint, _ = ImageWatermark(KEY, amplitude=1.2).stamp(encode("PNG", scene(*SIZE)), CLAIM)
    assert noise(opened(faint)) - noise(_marked()) == pytest.approx(6, abs=1.5)


def test_another_key_finds_nothing_and_a_new_code_replaces_the_old() -> None:
    """Only whoever has the key can tell; a picture has one code."""
    content = encode("PNG", _marked())
    assert ImageWatermark(b"another key here").verify(content) == []
    again, _ = MARK.stamp(content, Claim("x", "0000-0001-2"))
    assert _codes(again) == ["0000-0001-2"]


@pytest.mark.parametrize(
    ("content", "claim", "status", "reason"),
    [
        (encode("PNG", scene(200, 200)), CLAIM, "not_possible", "too_small_for_watermark"),
        (encode("GIF"), CLAIM, "not_possible", "gif_bears_none"),
        (encode("PNG"), Claim("x", "7KQ2-M9XD-0"), "failed", "no_label_code"),
        (encode("PNG")[:99], CLAIM, "failed", "broken_png"),
    ],
)
def test_receipts_have_a_reason(content: bytes, claim: Claim, status: str, reason: str) -> None:
    """Nothing written, the same bytes, and a word why."""
    found, receipt = MARK.stamp(content, claim)
    assert found == content
    assert (receipt.status, receipt.detail) == (status, reason) or reason == "broken_png"


def test_a_key_is_long_enough() -> None:
    """As every key of the gateway."""
    with pytest.raises(ValueError, match="16 to 64"):
        ImageWatermark(b"short")
