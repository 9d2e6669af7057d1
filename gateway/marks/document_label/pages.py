"""The label of a PDF: a stamp on its first page (along the top) or its last (along the bottom).

Black on a white plate, with a subset of a font inside the file, so that Chinese shows on every
reader and the words can be searched and read aloud. It is a form of its own among the page's
resources, whose name tells ours apart; the page's own content is put between ``q`` and ``Q`` and
otherwise stays as it is.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

from gateway.marks.document_label.writer import LabelError, Shown
from gateway.nouns.mark import LabelPosition
from gateway.wire.label_font import FONT
from gateway.wire.pdf_file import MOST_PAGES, PdfFileError, opened_pdf, written_pdf
from gateway.wire.truetype import TrueType

_NAMES = {
    LabelPosition.START: "/SealgateLabelStart",
    LabelPosition.END: "/SealgateLabelEnd",
}
_LINE = "/SealgateLine"
_LEAST_SIZE, _LARGEST_SIZE = 8.0, 14.0
_DEEPEST = 50


class PagesWriter:
    """Stamps pages; a Writer."""

    both = True

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our stamps on the first and the last page."""
        try:
            with opened_pdf(content, to_change=False) as pdf:
                return _stamps(pdf)
        except PdfFileError as error:
            raise LabelError(str(error)) from error

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Put the stamps on; one that is there gets new words, or none if it is not wanted."""
        try:
            with opened_pdf(content) as pdf:
                _put(pdf, {shown.at: shown.line for shown in wanted})
                return written_pdf(pdf)
        except PdfFileError as error:
            raise LabelError(str(error)) from error


class _Box(NamedTuple):
    """A page as it is shown: the matrix from there to its own space, and its size in points."""

    matrix: str
    width: float
    height: float


@cache
def _font() -> TrueType:
    return TrueType(FONT.read_bytes())


def _stamps(pdf: pikepdf.Pdf) -> list[Shown]:
    found = []
    for at, page in _ends(pdf):
        form = _forms(page).get(_NAMES[at])
        if form is not None and _LINE in form:
            found.append(Shown(at, str(form[_LINE])))
    return found


def _put(pdf: pikepdf.Pdf, lines: dict[LabelPosition, str]) -> None:
    for at, page in _ends(pdf):
        if _NAMES[at] in _forms(page) or at in lines:
            _stamp(pdf, page, at, lines.get(at, ""))


def _ends(pdf: pikepdf.Pdf) -> list[tuple[LabelPosition, pikepdf.Page]]:
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        raise PdfFileError("no_pages")
    return [(LabelPosition.START, pdf.pages[0]), (LabelPosition.END, pdf.pages[-1])]


def _inherited(page: pikepdf.Page, key: str) -> pikepdf.Object | None:
    """Return an attribute of a page, its own or that of a node above (7.7.3.4)."""
    node: pikepdf.Object = page.obj
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    raise PdfFileError("pdf_broken")


def _copied(found: pikepdf.Object | None) -> Dictionary:
    """Return a dictionary of one's own with the same entries; empty for what is none."""
    return Dictionary(dict(found.items()) if isinstance(found, Dictionary) else {})


def _forms(page: pikepdf.Page) -> Dictionary:
    return _copied(_copied(_inherited(page, "/Resources")).get("/XObject"))


def _stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, at: LabelPosition, line: str) -> None:
    """Make the form and, if the page has none of the name, show it. An empty line shows nothing."""
    known = _NAMES[at] in _forms(page)
    form = _form(pdf, _box(page), at, line)
    resources = _copied(_inherited(page, "/Resources"))
    forms = _forms(page)
    forms[_NAMES[at]] = form
    resources["/XObject"] = forms
    page.obj["/Resources"] = resources
    if not known:
        page.contents_add(b"q\n", prepend=True)
        shown = f"\nQ\nq {_box(page).matrix} cm {_NAMES[at]} Do Q\n"
        page.contents_add(shown.encode(), prepend=False)


def _box(page: pikepdf.Page) -> _Box:
    """Return how the page is turned and cut when it is shown."""
    media = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    if media is None:
        raise PdfFileError("no_page_size")
    numbers = [float(each) for each in media]
    left, right = sorted((numbers[0], numbers[2]))
    low, high = sorted((numbers[1], numbers[3]))
    width, height = right - left, high - low
    if not (1 <= width <= 1e6 and 1 <= height <= 1e6):
        raise PdfFileError("no_page_size")
    turned = int(_inherited(page, "/Rotate") or 0) % 360
    matrix, swapped = {
        90: (f"0 1 -1 0 {right:.3f} {low:.3f}", True),
        180: (f"-1 0 0 -1 {right:.3f} {high:.3f}", False),
        270: (f"0 -1 1 0 {left:.3f} {high:.3f}", True),
    }.get(turned, (f"1 0 0 1 {left:.3f} {low:.3f}", False))
    return _Box(matrix, *((height, width) if swapped else (width, height)))


def _form(pdf: pikepdf.Pdf, box: _Box, at: LabelPosition, line: str) -> pikepdf.Object:
    font = _font()
    glyphs = [font.glyph(letter) for letter in line]
    if not all(glyphs):
        raise PdfFileError("font_lacks_letters")
    advance = sum(font.width(glyph) for glyph in glyphs) / 1000
    size = max(_LEAST_SIZE, min(_LARGEST_SIZE, box.height * 0.018))
    size = min(size, 0.94 * box.width / advance) if advance else size
    wide, high = advance * size + size, 1.5 * size
    left = (box.width - wide) / 2
    low = box.height - high - 0.4 * size if at is LabelPosition.START else 0.4 * size
    text = "".join(f"{glyph:04X}" for glyph in glyphs)
    drawn = (
        f"1 g {left:.2f} {low:.2f} {wide:.2f} {high:.2f} re f\n"
        f"0 g BT /F {size:.2f} Tf {left + size / 2:.2f} {low + 0.4 * size:.2f} Td <{text}> Tj ET\n"
    )
    form = pdf.make_stream(drawn.encode() if line else b"")
    form["/Type"], form["/Subtype"] = Name.XObject, Name.Form
    form["/BBox"] = Array([0, 0, round(box.width, 2), round(box.height, 2)])
    if line:
        form[_LINE] = pikepdf.String(line)
        form["/Resources"] = Dictionary(Font=Dictionary(F=_font_object(pdf, font, line)))
    return pdf.make_indirect(form)


def _font_object(pdf: pikepdf.Pdf, font: TrueType, line: str) -> pikepdf.Object:
    """Return a composite font (9.7) whose codes are the font's own glyph numbers."""
    letters = {font.glyph(letter): letter for letter in line}
    content = font.embedded(set(letters))
    packed = pdf.make_stream(zlib.compress(content, 9))
    packed["/Filter"], packed["/Length1"] = Name.FlateDecode, len(content)
    widths = Array([])
    for glyph in sorted(letters):
        widths.append(glyph)
        widths.append(Array([font.width(glyph)]))
    name = Name("/SEALGT+SealgateLabels")
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=4, FontBBox=Array(list(font.box)),
        ItalicAngle=0, Ascent=font.ascent, Descent=font.descent, CapHeight=font.ascent,
        StemV=80, FontFile2=packed,
    )  # fmt: skip
    system = Dictionary(
        Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
    )
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, CIDSystemInfo=system,
        FontDescriptor=pdf.make_indirect(descriptor), W=widths, DW=1000,
        CIDToGIDMap=Name.Identity,
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=name, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_unicode_map(letters)),
        )
    )  # fmt: skip


def _unicode_map(letters: dict[int, str]) -> bytes:
    """Return the character map from glyphs to text (9.10.3), for search and copying."""
    pairs = [
        f"<{g:04X}> <{c.encode('utf-16-be').hex().upper()}>" for g, c in sorted(letters.items())
    ]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    ranges = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{ranges}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode()
