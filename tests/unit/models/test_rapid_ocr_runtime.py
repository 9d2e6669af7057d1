"""RapidOCR: batches are read as they are asked for; its real models read real pictures, offline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.rapid_ocr_runtime import RapidOcrRuntime, missing_part

CHINESE = Path(__file__).parents[3] / "gateway" / "wire" / "label_font.ttf"
OFFLINE = """
import json, socket, sys
def refuse(*_):
    raise SystemExit("it went out")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from PIL import Image
from models.rapid_ocr_runtime import RapidOcrRuntime
engine = RapidOcrRuntime.load()
print(json.dumps([list(engine.lines(Image.open(name))) for name in sys.argv[1:]]))
"""


class Engine:
    """Finds so many lines, and says how many it was made to read."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.read = 0
        self.shape: tuple[int, ...] = ()

    def detect_and_crop(self, pixels: np.ndarray, _: dict[str, Any]) -> tuple[list[int], None]:
        """See rapidocr.RapidOCR."""
        self.shape = pixels.shape
        if not self.lines:
            raise LookupError
        return list(range(self.lines)), None

    def cls_and_rotate(self, crops: list[int]) -> tuple[list[int], None]:
        """See rapidocr.RapidOCR."""
        return crops, None

    def recognize_txt(self, crops: list[int]) -> SimpleNamespace:
        """See rapidocr.RapidOCR."""
        self.read += len(crops)
        return SimpleNamespace(
            txts=[f"{each} " if each % 2 else " " for each in crops],
            scores=[0.9 if each != 1 else 0.1 for each in crops],
        )


def test_no_line_is_read_before_it_is_asked_for() -> None:
    """What is blank, or too unsure, is none."""
    engine = Engine(20)
    lines = RapidOcrRuntime(engine, LookupError).lines(Image.new("RGB", (100, 50)))
    assert (next(lines), engine.read) == ("3 ", 6)
    assert [*lines][-1] == "19 "
    assert engine.read == 20


def test_a_picture_without_lines_has_none_and_a_sliver_is_given_room() -> None:
    """The finder takes nothing that is thinner than a letter."""
    engine = Engine(0)
    assert list(RapidOcrRuntime(engine, LookupError).lines(Image.new("L", (90, 3)))) == []
    assert engine.shape == (32, 90, 3)


def test_what_is_missing_is_said_with_the_remedy() -> None:
    """Whether it is installed here or not."""
    assert missing_part() == "" or "sealgate[ocr]" in missing_part()


def _picture(text: str, *, chinese: bool = False, ink: int = 0) -> Image.Image:
    font = ImageFont.truetype(str(CHINESE), 40) if chinese else ImageFont.load_default(size=40)
    picture = Image.new("RGB", (700, 300), "white")
    ImageDraw.Draw(picture).text((60, 100), text, font=font, fill=(ink,) * 3)
    return picture


@pytest.mark.extras
def test_real_pictures_are_read_with_the_network_cut(tmp_path: Path) -> None:
    """Chinese and English, upright and turned, pale, and nothing in noise."""
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    english, chinese = "buy illegal drugs now", "人工智能生成"
    pictures = [
        (_picture(english), english),
        (_picture(english).rotate(90, expand=True), english),
        (_picture(english).rotate(180), english),
        (_picture(english, ink=200), english),
        (_picture(chinese, chinese=True), chinese),
        (_picture(chinese, chinese=True).rotate(270, expand=True), chinese),
        (Image.fromarray(noise), ""),
    ]
    names = [str(tmp_path / f"{number}.png") for number in range(len(pictures))]
    for name, (picture, _) in zip(names, pictures, strict=True):
        picture.save(name)
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, *names], capture_output=True, check=True, timeout=250
    )  # fmt: skip
    read = ["".join("".join(lines).split()).lower() for lines in json.loads(done.stdout)]
    assert read == ["".join(text.split()) for _, text in pictures]
