"""Marked pictures before programs that are not ours: exiftool, ffmpeg, Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gateway.marks.image_label import ImageLabel
from gateway.marks.image_metadata import ImageMetadata
from gateway.nouns.mark import FileMarksOrder
from gateway.wire import xmp
from tests.picture_kit import CLAIM, OTHER_PRODUCER, PRODUCER, SVG, opened, pictures

pytestmark = pytest.mark.judges
PACKAGES = {
    "exiftool": "libimage-exiftool-perl",
    "ffmpeg": "ffmpeg",
    "chromium": "chromium",
}
MARKED = [ImageLabel(FileMarksOrder(label=True)), ImageMetadata()]
names = pytest.mark.parametrize("name", pictures())


def _run(program: str, *arguments: str) -> str:
    assert shutil.which(program), f"apt-get install {PACKAGES[program]}"
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _file(folder: Path, name: str, content: bytes) -> str:
    path = folder / f"{name.replace(' ', '_')}.{name.split(' ', maxsplit=1)[0]}"
    path.write_bytes(content)
    return str(path)


def _stamped(name: str) -> bytes:
    content = pictures()[name]
    for mark in MARKED:
        content, receipt = mark.stamp(content, CLAIM)
        assert receipt.status == "written"
    return content


@names
def test_exiftool_reads_one_label_and_the_source_type(name: str, tmp_path: Path) -> None:
    """In the namespace of TC260 and of IPTC, and it has nothing to complain about.

    It names a property of a packet inside an SVG's metadata ``SvgMetadataAigc``.
    """
    path = _file(tmp_path, name, _stamped(name))
    (found,) = json.loads(_run("exiftool", "-j", "-G1", "-a", path))
    labels = [value for key, value in found.items() if key.lower().endswith("aigc")]
    told = msgspec.json.encode(CLAIM.label).decode()
    assert labels in ([told], [json.loads(told)])  # JSON is shown as what it says
    assert [key for key in found if key.startswith("XMP-TC260:")]
    sources = [value for key, value in found.items() if key.endswith("DigitalSourceType")]
    assert [each.rpartition("/")[2] for each in sources] == [xmp.TRAINED.rpartition("/")[2]]
    assert not [key for key in found if key.endswith((":Warning", ":Error"))]


@names
def test_a_player_shows_every_frame(name: str, tmp_path: Path) -> None:
    """ffmpeg decodes what it knows; drawings are Chromium's matter below, and the AVIF decoder of
    Debian's ffmpeg is checked on the picture that came."""
    if name.startswith("svg"):
        return
    before = _file(tmp_path, name, pictures()[name])
    command = ["-v", "error", "-xerror", "-i", before, "-f", "null", "-"]
    clean = subprocess.run(["ffmpeg", *command], capture_output=True, timeout=120, check=False)
    if clean.returncode or clean.stderr:
        assert name.startswith(("avif", "webp moving", "tiff", "png 16")), clean.stderr
        return
    path = _file(tmp_path, name, _stamped(name))
    assert _run("ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-") == ""


def test_exiftool_writes_and_we_carry_on(tmp_path: Path) -> None:
    """A label of another producer, written by exiftool, keeps its production members."""
    config = tmp_path / "tc260.config"
    config.write_text(
        "%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' => { TC260 => {"
        " SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } } });\n"
        "%Image::ExifTool::UserDefined::TC260 = (GROUPS => {0=>'XMP',1=>'XMP-TC260',2=>'Other'},"
        " NAMESPACE => {'TC260'=>'http://www.tc260.org.cn/ns/AIGC/1.0/'}, WRITABLE => 'string',"
        " AIGC => {});\n1;\n"
    )
    theirs = f'{{"Label":"1","ContentProducer":"{OTHER_PRODUCER}","ProduceID":"5"}}'
    for name in ("png", "jpeg of a camera", "webp", "gif", "tiff pages"):
        path = Path(_file(tmp_path, name, pictures()[name]))
        _run("exiftool", "-config", str(config), "-q", "-overwrite_original",
             f"-XMP-TC260:AIGC={theirs}", str(path))  # fmt: skip
        content, receipt = ImageMetadata().stamp(path.read_bytes(), CLAIM)
        assert receipt.status == "written", name
        (found,) = ImageMetadata().verify(content)
        assert found.label is not None
        assert found.label.ContentProducer == OTHER_PRODUCER
        assert found.label.ContentPropagator == PRODUCER


def test_a_browser_shows_the_label_of_a_drawing(tmp_path: Path) -> None:
    """Letters in Chromium's pixels are at least 5 % of the shorter side."""
    content, _ = ImageLabel(FileMarksOrder(label=True)).stamp(
        SVG.replace(b"<svg ", b'<svg width="800" height="600" '),
        CLAIM._replace(line="人工智能生成"),
    )
    path, picture = _file(tmp_path, "svg", content), tmp_path / "shot.png"
    _run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}",
         "--window-size=800,600", f"file://{path}")  # fmt: skip
    grey = np.asarray(opened(picture.read_bytes()).convert("L"))[450:600, 300:800]
    plate = grey < 120
    rows, columns = np.flatnonzero(plate.sum(axis=1) > 100), np.flatnonzero(plate.any(axis=0))
    inside = grey[rows[0] : rows[-1], columns[0] : columns[-1]] > 245
    heights = np.flatnonzero(inside.any(axis=1))
    assert heights[-1] - heights[0] + 1 >= 0.05 * 600
    assert opened(picture.read_bytes()).size == (800, 600)
