"""Draws the examples of docs/marks-images.md: ``python -m tests.bench.gallery``.

The same program draws the same bytes. The page of a PDF is drawn by ``pdftoppm`` of Debian's
``poppler-utils``.
"""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import av
from PIL import Image

from gateway.marks import DocumentLabel, ImageLabel, ImageWatermark, VideoLabel
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat
from tests.document_kit import pdf
from tests.picture_kit import CLAIM, encode, scene
from tests.sound_kit import film

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
        "page.jpg": _page(),
        "film.jpg": _frame(),
    }
    return {name: _jpeg(content) for name, content in shown.items()}


def _page() -> bytes:
    """Return the first page of a labelled PDF, as poppler draws it."""
    said = CLAIM._replace(format=MediaFormat.PDF)
    labelled, _ = DocumentLabel(FileMarksOrder(label=True)).stamp(pdf(), said)
    drawn = ["pdftoppm", "-r", "60", "-png", "-singlefile", "-"]
    return subprocess.run(drawn, input=labelled, capture_output=True, check=True).stdout


def _frame() -> bytes:
    """Return a picture of a labelled film, one second after its beginning."""
    labelled, _ = VideoLabel(FileMarksOrder(label=True)).stamp(
        film(size=(480, 270), seconds=1.2), CLAIM
    )
    with av.open(BytesIO(labelled)) as source:
        frames = [frame for frame in source.decode(video=0) if frame.time >= 1.0]
        return encode("PNG", frames[0].to_image())


def _jpeg(content: bytes) -> bytes:
    with Image.open(BytesIO(content)) as image:
        return encode("JPEG", image.convert("RGB"), quality=88)


if __name__ == "__main__":
    for name, content in gallery().items():
        (FOLDER / name).write_bytes(content)
