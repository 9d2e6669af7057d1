"""Files as people send them in prompts, made by other programs' libraries, with words in them."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import numpy as np
import openpyxl
import pikepdf
import pptx
import zxingcpp
from PIL import Image

from gateway.nouns.media import MediaFormat

TERM = "绿皮大象"


def word(text: str) -> bytes:
    """Return a text document in which the words are parted into runs."""
    made = docx.Document()
    paragraph = made.add_paragraph("前言 ")
    for letter in text:
        paragraph.add_run(letter).bold = True
    return _saved(made.save)


def book(text: str) -> bytes:
    """Return a workbook with the words in a shared string of its second sheet."""
    made = openpyxl.Workbook()
    made.active["A1"] = 1
    made.create_sheet("二")["B2"] = text
    return _saved(made.save)


def bare_book(sheet: str, strings: str = "") -> bytes:
    """Return a workbook of these cells and shared strings, as little as makes one."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = [("rels", "xl/workbook.xml", "officeDocument")]
    inner = [("r1", "worksheets/sheet1.xml", "worksheet"), ("r2", "strings.xml", "sharedStrings")]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        for name, each in (("_rels/.rels", links), ("xl/_rels/workbook.xml.rels", inner)):
            rows = "".join(
                f'<Relationship Id="{id}" Target="{target}" Type="{relation}/{kind}"/>'
                for id, target, kind in each
            )
            made.writestr(name, f"<Relationships>{rows}</Relationships>")
        listed = f'<workbook xmlns:r="{relation}"><sheet name="一" r:id="r1"/></workbook>'
        made.writestr("xl/workbook.xml", listed)
        made.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{sheet}</worksheet>")
        made.writestr("xl/strings.xml", f"<sst>{strings}</sst>")
    return out.getvalue()


def deck(text: str) -> bytes:
    """Return a presentation with the words on its second slide."""
    made = pptx.Presentation()
    for title in ("一", text):
        made.slides.add_slide(made.slide_layouts[1]).shapes.title.text = title
    return _saved(made.save)


def pdf(*texts: str, note: str = "", password: str = "", shaded: bool = False) -> bytes:
    """Return a PDF with a text on each page; ``note`` is an annotation on the first, and with
    ``shaded`` each page shows a picture."""
    made = pikepdf.new()
    font = made.make_indirect(_font())
    for text in texts:
        made.add_blank_page(page_size=(595, 842))
        page = made.pages[-1]
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        codes = text.encode("utf-16-be").hex()
        page.contents_add(f"BT /F1 24 Tf 72 700 Td <{codes}> Tj ET".encode())
        if shaded:
            page.contents_add(b"q 99 0 0 99 9 9 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI Q")
    if note:
        made.pages[0].obj.Annots = pikepdf.Array([_note(note)])
    encryption: Any = pikepdf.Encryption(owner="o", user=password) if password else False
    return _saved(lambda out: made.save(out, encryption=encryption))


def _font() -> pikepdf.Dictionary:
    base = pikepdf.Name("/STSong-Light")
    system = pikepdf.Dictionary(
        Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("GB1"), Supplement=2
    )
    below = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType0, BaseFont=base,
        CIDSystemInfo=system,
    )  # fmt: skip
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=base,
        Encoding=pikepdf.Name("/UniGB-UCS2-H"), DescendantFonts=pikepdf.Array([below]),
    )  # fmt: skip


def _note(text: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9],
        Contents=pikepdf.String(text),
    )  # fmt: skip


def page(text: str) -> bytes:
    """Return a web page in which tags part the words."""
    marked = "<b>".join(text)
    return f"<!DOCTYPE html><html><body><p>前言 {marked}</p></body></html>".encode()


def code(text: str, kind: str = "PNG") -> bytes:
    """Return a picture of a QR code."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(np.asarray(made.to_image(scale=4)))
    return _saved(lambda out: picture.convert("RGB").save(out, kind))


def plain(colour: tuple[int, int, int]) -> bytes:
    """Return a picture of one colour."""
    made = Image.new("RGB", (64, 64), colour)
    return _saved(lambda out: made.save(out, "PNG"))


def blank(kind: str = "PNG", side: int = 16, **save: Any) -> bytes:
    """Return a picture that says nothing."""
    made = Image.linear_gradient("L").resize((side, side)).convert("RGB")
    return _saved(lambda out: made.save(out, kind, **save))


FILES: dict[MediaFormat, Callable[[str], bytes]] = {
    MediaFormat.TXT: str.encode,
    MediaFormat.MARKDOWN: str.encode,
    MediaFormat.HTML: page,
    MediaFormat.DOCX: word,
    MediaFormat.XLSX: book,
    MediaFormat.PPTX: deck,
    MediaFormat.PDF: lambda text: pdf("一", text),
}
"""Files with words in them, by format."""


def data_url(content: bytes, mime: str) -> str:
    """Return the content as a data URL."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    """Return an archive with one more member, or with another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as made:
        for each in source.namelist():
            if each != name:
                made.writestr(each, source.read(each), zipfile.ZIP_DEFLATED)
        made.writestr(name, member, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()
