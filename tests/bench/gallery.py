"""Draws the examples of docs/marks-images.md: ``python -m tests.bench.gallery``.

The same program draws the same bytes.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from gateway.marks import ImageLabel, ImageWatermark
from gateway.nouns.mark import FileMarksOrder
from tests.picture_kit import CLAIM, encode, scene

FOLDER = Path(__file__).parents[2] / "docs/pictures/marks"


def gallery() -> dict[str, bytes]:
    """Return the pictures by file name."""
    before = encode("PNG", scene(360, 270))
    corner = ImageLabel(FileMarksOrder(label=True))
    edge = ImageLabel(FileMarksOrder(label=True, position="top"))
    english = CLAIM._replace(line="AI-generated content")
    woven = ImageWatermark(b"0123456789abcdef").stamp(before, CLAIM)[0]
    shown = {
        "before.jpg": before,
        "corner.jpg": corner.stamp(before, CLAIM)[0],
        "edge.jpg": edge.stamp(before, english)[0],
        "narrow.jpg": corner.stamp(encode("PNG", scene(90, 270)), CLAIM)[0],
        "watermark.jpg": woven,
    }
    return {name: _jpeg(content) for name, content in shown.items()}


def _jpeg(content: bytes) -> bytes:
    with Image.open(BytesIO(content)) as image:
        return encode("JPEG", image.convert("RGB"), quality=88)


if __name__ == "__main__":
    for name, content in gallery().items():
        (FOLDER / name).write_bytes(content)
