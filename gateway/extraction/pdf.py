"""PDF files (ISO 32000-2): the text of each page, and what stands beside it.

Text is what the page's content stream says, whether it can be seen or not (white, covered, drawn
invisibly): a model that is given the text meets it all. Beside it: fields of forms, notes, titles
of bookmarks, the description of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from gateway.extraction.passages import Passages, ReadFault
from gateway.ports.media import Fault

_SPOKEN = ("/Contents", "/RC", "/T", "/TU", "/V", "/DV", "/Subj", "/Alt", "/ActualText", "/Title")
_PICTURES = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING)
_JOINS = dict.fromkeys(map(ord, "\x02\ufffe"))
"""What the library puts where a hyphen parts a word at the end of a line."""

_UNREADABLE = re.compile("[\x00\ufffd\ue000-\uf8ff]")
_MOST_SHAPES = 3_000
"""A page of more shapes than these is a drawing, whatever text it has."""

_DEEPEST = 40
_MOST_OBJECTS = 200_000
_SHOWN_PIXELS = 1_200
_FAULTS = (
    pikepdf.PdfError, pdfium.PdfiumError, ValueError, KeyError, TypeError, AttributeError,
    IndexError, RuntimeError, OverflowError, NotImplementedError,
)  # fmt: skip


class Pictured(NamedTuple):
    """A page that shows more than its text, and as a picture (of the first few such pages)."""

    place: str
    picture: Image.Image | None


def read_pdf(content: bytes, passages: Passages) -> Iterator[Pictured]:
    """Take the texts of a file, and yield the pages that show more. Raises ReadFault; at the end,
    too, if there are other files inside."""
    with _opened(content) as document:
        if len(document) > passages.bounds.pages:
            raise ReadFault(Fault.TOO_LARGE)
        files = pdfium_c.FPDFDoc_GetAttachmentCount(document.raw)
        yield from _pages(document, passages)
    _read_beside(content, passages)
    if files:
        raise ReadFault(Fault.FILES_INSIDE)


def _pages(document: Any, passages: Passages) -> Iterator[Pictured]:
    rendered = 0
    for number in range(len(document)):
        page = document[number]
        text = _text_of(page)
        place = f"page {number + 1}"
        passages.add(place, text)
        if _shows_more(page, text):
            rendered += 1
            asked = rendered <= passages.bounds.frames
            yield Pictured(place, _picture_of(page) if asked else None)
        page.close()


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", 0) == pdfium_c.FPDF_ERR_PASSWORD
        raise ReadFault(Fault.ENCRYPTED if locked else Fault.BROKEN) from None
    try:
        yield document
    except ReadFault:
        raise
    except _FAULTS:
        raise ReadFault(Fault.BROKEN) from None
    finally:
        document.close()


def _text_of(page: Any) -> str:
    text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    text_page.close()
    return text.translate(_JOINS)


def _shows_more(page: Any, text: str) -> bool:
    """Say whether a page shows what is no text of its: a picture, letters that stand for nothing
    known, or drawn shapes and no text at all."""
    if _UNREADABLE.search(text):
        return True
    bare = not text.strip()
    for number, each in enumerate(page.get_objects(max_depth=3)):
        if number >= _MOST_SHAPES or bare or each.type in _PICTURES:
            return True
    return False


def _picture_of(page: Any) -> Image.Image:
    """Return a page as it looks, its longer side at most so many pixels."""
    scale = _SHOWN_PIXELS / max(page.get_width(), page.get_height(), 1.0)
    picture: Image.Image = page.render(scale=min(scale, 4.0)).to_pil().convert("RGB")
    return picture


def _read_beside(content: bytes, passages: Passages) -> None:
    """Take the strings of notes, fields, bookmarks and the description. Raises ReadFault."""
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            passages.add("properties", "\n".join(_description(pdf)))
            passages.add("notes and fields", "\n".join(_strings(pdf)))
    except pikepdf.PasswordError:
        raise ReadFault(Fault.ENCRYPTED) from None
    except ReadFault:
        raise
    except _FAULTS:
        raise ReadFault(Fault.BROKEN) from None


def _description(pdf: pikepdf.Pdf) -> Iterator[str]:
    for value in pdf.docinfo.values():
        if isinstance(value, pikepdf.String):
            yield str(value)


def _strings(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Yield what notes, fields, bookmarks and structure say, wherever they hang in the file."""
    for number, each in enumerate(pdf.objects):
        if number > _MOST_OBJECTS:
            raise ReadFault(Fault.TOO_LARGE)
        yield from _said(each, 0)


def _said(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, pikepdf.Array):
        for each in value:
            if isinstance(each, (pikepdf.Array, pikepdf.Dictionary)) and not each.is_indirect:
                yield from _said(each, depth + 1)
    elif isinstance(value, pikepdf.Dictionary):
        for key, each in value.items():
            if key in _SPOKEN and isinstance(each, pikepdf.String):
                yield str(each)
            elif not getattr(each, "is_indirect", True) or (depth == 0 and key == "/Opt"):
                yield from _said(each, depth + 1)
