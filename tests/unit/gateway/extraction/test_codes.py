"""Codes in pictures, of every kind and however they are shown."""

from __future__ import annotations

import io
import zipfile

import pytest
import zxingcpp
from PIL import Image, ImageOps

from gateway.extraction.codes import codes_in
from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.ports.media import ReadOrder
from tests.input_kit import pdf

KINDS = (
    "QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417", "MaxiCode", "Code128",
)  # fmt: skip


def _code(kind: str, text: str = "BAD") -> Image.Image:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    return Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=8)).convert("RGB")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_code_is_read(kind: str) -> None:
    """Those that a camera reads are read here."""
    assert codes_in(_code(kind)) == ["BAD"]


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Aztec"])
def test_codes_are_read_however_they_lie(kind: str) -> None:
    """In negative, mirrored, turned by any angle; several in one picture."""
    code = _code(kind)
    shown = [ImageOps.invert(code), code.rotate(90), code.rotate(180)]
    shown.append(code.rotate(30, expand=True, fillcolor="white"))
    if kind == "QRCode":
        shown.append(ImageOps.mirror(code))
    assert [codes_in(each) for each in shown] == [["BAD"]] * len(shown)
    both = Image.new("RGB", (1200, 700), "white")
    both.paste(code, (20, 20))
    both.paste(_code("QRCode", "TWO"), (700, 300))
    assert sorted(codes_in(both)) == ["BAD", "TWO"]


def test_a_code_that_is_shown_for_an_instant_is_read() -> None:
    """In an animated PNG and WebP; beyond the frames that are read the file is not judged."""
    still = Image.new("RGB", (300, 300), "green")
    shown = _code("QRCode").resize((300, 300))
    for kind in ("PNG", "WEBP"):
        out = io.BytesIO()
        options = {"lossless": True} if kind == "WEBP" else {}
        still.save(
            out, kind, save_all=True, append_images=[shown], duration=[9000, 10], **options
        )  # fmt: skip
        reading = FileReader(Bounds())(ReadOrder(out.getvalue()))
        assert ("frame 2, code", "BAD") in reading.passages, kind
        bounded = FileReader(Bounds(frames=1))(ReadOrder(out.getvalue()))
        assert bounded.fault == "too_many"


def test_an_archive_is_nobodys_picture() -> None:
    """A file in an archive is not looked for: the archive cannot be judged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.pdf", pdf("BAD"))
    assert FileReader(Bounds())(ReadOrder(out.getvalue())).fault == "format_unknown"
    still = io.BytesIO()
    _code("QRCode").save(still, "PNG")
    both = FileReader(Bounds())(ReadOrder(still.getvalue() + out.getvalue()))
    assert both.fault == "ambiguous"
