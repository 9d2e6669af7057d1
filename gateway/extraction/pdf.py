"""PDF files (ISO 32000-2): the text of each page, and what stands beside it.

Text is what the page's content stream says, whether it can be seen or not (white, covered, drawn
invisibly): a model that is given the text meets it all; and what notes and fields draw upon it.
Beside it stand fields, notes, bookmarks, the description of the document (`pdf_beside`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from gateway.extraction.passages import Passages, ReadFault
from gateway.extraction.pdf_beside import Beside, read_beside
from gateway.ports.media import Fault

_PICTURES = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING)
_JOINS = dict.fromkeys(map(ord, "\x02\ufffe"))
"""What the library puts where a hyphen parts a word at the end of a line."""

_UNREADABLE = re.compile("[\x00\ufffd\ue000-\uf8ff]")
_MOST_SHAPES = 3_000
"""A page of more shapes than these is a drawing, whatever text it has."""

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
    beside = _read_beside(content, passages)
    if beside.bare:
        _read_bare(beside.bare, passages)
    if files or beside.holds_files:
        raise ReadFault(Fault.FILES_INSIDE)


def read_pages(content: bytes, passages: Passages) -> None:
    """Take the text of each page alone. Raises ReadFault."""
    with _opened(content) as document:
        for number in range(min(len(document), passages.bounds.pages)):
            page = document[number]
            passages.add(f"page {number + 1}", _text_of(page))
            page.close()


def _pages(document: Any, passages: Passages) -> Iterator[Pictured]:
    rendered = 0
    for number in range(len(document)):
        page = document[number]
        text = _text_of(page)
        place = f"page {number + 1}"
        passages.add(place, text)
        page, noted = _with_notes(document, page, number)
        passages.add(f"{place}, with notes", "" if noted == text else noted)
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


def _with_notes(document: Any, page: Any, number: int) -> tuple[Any, str]:
    """Return the page with what notes and fields draw upon it, and its text then; no text if there
    are none."""
    if pdfium_c.FPDFPage_GetAnnotCount(page.raw) < 1:
        return page, ""
    pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
    page.close()
    page = document[number]
    return page, _text_of(page)


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


def _read_beside(content: bytes, passages: Passages) -> Beside:
    """Take the strings of notes, fields, bookmarks and the description. Raises ReadFault."""
    try:
        beside = read_beside(content)
    except pikepdf.PasswordError:
        raise ReadFault(Fault.ENCRYPTED) from None
    except ReadFault:
        raise
    except _FAULTS:
        raise ReadFault(Fault.BROKEN) from None
    passages.add("properties", "\n".join(beside.properties))
    passages.add("notes and fields", "\n".join(beside.strings))
    return beside


def _read_bare(content: bytes, passages: Passages) -> None:
    """Take the pages once more, without the texts that stand in place of their letters, where they
    then say something else."""
    known = {each.text for each in passages.found}
    with _opened(content) as document:
        for number, page in enumerate(document, 1):
            text = _text_of(page)
            passages.add(f"page {number}, letters", "" if text in known else text)
            page.close()
