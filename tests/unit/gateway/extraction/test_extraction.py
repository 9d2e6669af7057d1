"""What is read in a file, and what becomes of one that cannot be."""

from __future__ import annotations

import base64
import io
import zipfile

import numpy as np
import pikepdf
import pytest
from PIL import Image

from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.nouns.media import MediaFormat as F
from gateway.nouns.media import MediaKind
from gateway.ports.media import Fault, Reading, ReadOrder
from gateway.wire.picture_limit import bound_pictures
from tests.document_kit import mutations
from tests.input_kit import (
    FILES,
    TERM,
    bare_book,
    blank,
    book,
    code,
    data_url,
    deck,
    page,
    pdf,
    with_member,
    word,
)

READ = FileReader(Bounds())
SMALL = FileReader(Bounds(chars=8, pages=2, pixels=10_000, frames=2, unpacked=100_000))


def _read(content: bytes | str, hint: str = "", **wanted: bool) -> Reading:
    return READ(ReadOrder(content, hint, **wanted))


def _place_of(reading: Reading, text: str = TERM) -> str:
    return next((each.place for each in reading.passages if text in each.text), "")


@pytest.mark.parametrize(
    ("found", "place"),
    [(F.TXT, "text"), (F.MARKDOWN, "text"), (F.HTML, "text"), (F.DOCX, "document"),
     (F.XLSX, "sheet 2"), (F.PPTX, "slide 2"), (F.PDF, "page 2")],
)  # fmt: skip
def test_documents_say_what_stands_in_them(found: F, place: str) -> None:
    """The words are found as they read, however the file parts them, and the place is told."""
    content = FILES[found](TERM)
    for given in (content, data_url(content, found.mime), base64.b64encode(content).decode()):
        reading = _read(given, f"x.{found.value}")
        assert (reading.format, reading.kind, reading.fault) == (found, "document", "")
        assert _place_of(reading) == place
        if isinstance(given, str):  # as it comes over a socket
            assert READ(ReadOrder(given.encode(), f"x.{found.value}", coded=True)) == reading


_BESIDE = '<x xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{}</x>'


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (with_member(word("a"), "word/footnotes.xml", _BESIDE.format(TERM).encode()), "footnotes"),
        (with_member(word("a"), "word/x.xml", _BESIDE.format(TERM).encode()), "part 18"),
        (with_member(word("a"), "docProps/app.xml", _BESIDE.format(TERM).encode()), "app"),
        (with_member(word("a"), "word/comments.xml",
                     _BESIDE.format(f'<comment author="{TERM}"/>').encode()),
         "comments, descriptions"),
        (with_member(word("a"), "word/header1.xml",
                     _BESIDE.format(f"<delText>{TERM}</delText>").encode()), "header 1, deleted"),
        (bare_book("", f"<si><t>a</t></si><si><t>{TERM}</t></si>"), "unused strings"),
        (bare_book(f'<row><c><f>IF(A1,"{TERM}")</f><v>1</v></c></row>'), "sheet 1"),
        (bare_book(f'<dataValidation prompt="{TERM}"/>'), "sheet 1"),
        (bare_book(f"<oddHeader>{TERM}</oddHeader>"), "sheet 1"),
        (with_member(deck("a"), "ppt/notesSlides/notesSlide1.xml", f"<n>{TERM}</n>".encode()),
         "notesslide 1"),
        (pdf("a", note=TERM), "notes and fields"),
        (f"<html><!-- {TERM} -->".encode(), "source"),
        (f"<html><img alt='{TERM[:2]}&#x5927;&#x8c61;'>".encode(), "attributes"),
        (f"<html><p>{TERM[:2]}<i style='display: none'>x<i>x</i></i>{TERM[2:]}".encode(),
         "visible text"),
        (TERM.encode("gb18030"), "text"),
        (b"\xff\xfe" + TERM.encode("utf-16-le"), "text"),
        (f"data:text/plain,{TERM}", "text"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_text_is_read_too(content: bytes | str, place: str) -> None:
    """Notes, comments, properties, what was deleted, formulas, hidden and encoded words."""
    if isinstance(content, str):
        content = "data:text/plain," + "".join(f"%{byte:02X}" for byte in TERM.encode())
    assert _place_of(_read(content)) == place


def test_a_row_is_a_line() -> None:
    """Cells stand beside each other; phonetic hints are not the words."""
    strings = "<si><t>绿皮</t><rPh><t>x</t></rPh><t>大象</t></si>"
    cells = '<row><c t="s"><v>0</v></c><c><v>13800138000</v></c></row><row><c t="s"/></row>'
    sheet, *_ = _read(bare_book(cells, strings)).passages
    assert sheet.text == f"一\n{TERM}\t13800138000"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_codes_in_pictures_are_read(kind: str) -> None:
    """A QR code says its text; the picture itself is for somebody else to judge."""
    reading = _read(code(TERM, kind), pictures=True)
    assert (reading.kind, reading.fault, reading.shows) == ("image", "", 1)
    assert _place_of(reading) == "frame 1, code"
    with Image.open(io.BytesIO(reading.pictures[0].jpeg)) as shown:
        assert (shown.format, max(shown.size) <= 1024) == ("JPEG", True)


@pytest.mark.parametrize("depth", ["clear", "dark", "deep"])
def test_what_is_seen_only_on_one_ground_is_read(depth: str) -> None:
    """A code in the alpha channel, on white or on black, or in 16 bits, is a code."""
    with Image.open(io.BytesIO(code(TERM))) as opened:
        grey = opened.convert("L")
    if depth == "deep":
        made = Image.fromarray(np.asarray(grey, dtype=np.uint16) + 30_000)
    else:
        ink = 0 if depth == "clear" else 255
        cover = grey.point(lambda value: 255 - value if depth == "clear" else value)
        made = Image.merge("LA", (Image.new("L", grey.size, ink), cover))
    out = io.BytesIO()
    made.save(out, "PNG")
    assert _place_of(_read(out.getvalue())).endswith("code")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (with_member(word("a"), "word/media/image1.png", code(TERM)), "picture 1, code"),
        (with_member(deck("a"), "ppt/media/image1.jpg", code(TERM, "JPEG")), "picture 1, code"),
    ],
)
def test_pictures_in_documents_are_read(content: bytes, place: str) -> None:
    """They are shown too, and counted even where nobody can show them."""
    reading = _read(content, pictures=True)
    assert _place_of(reading) == place
    assert reading.shows == len(reading.pictures) >= 1
    other = _read(with_member(word("a"), "word/media/image1.emf", b"\x01\0\0\0"), pictures=True)
    assert (other.shows, other.pictures) == (1, ())


@pytest.mark.parametrize(
    ("content", "shows"),
    [(pdf("a"), 0), (pdf("a", "b", shaded=True), 2), (pdf("\ue000"), 1), (pdf("a\ufffd"), 1)],
)
def test_pages_that_show_more_than_text(content: bytes, shows: int) -> None:
    """A page with a picture, or with letters that stand for nothing, is a picture too."""
    reading = _read(content, pictures=True)
    assert (reading.shows, len(reading.pictures)) == (shows, shows)


def _archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def _with_file() -> bytes:
    made = pikepdf.open(io.BytesIO(pdf("a")))
    made.attachments["x.txt"] = b"x"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


_ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w>&b;</w>'
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "hint", "fault"),
    [
        ("!", "", Fault.NOT_BASE64),
        ("data:image/png;base64,AA", "", Fault.NOT_BASE64),
        ("data:;charset", "", Fault.NOT_BASE64),
        (b"\x00\x01\x02", "", Fault.FORMAT_UNKNOWN),
        (_archive(x=b"x"), "", Fault.FORMAT_UNKNOWN),
        (b"{\\rtf1 \\u32511?}", "", Fault.FORMAT_UNKNOWN),
        (_OLE + b"WordDocument", "x.doc", Fault.FORMAT_UNKNOWN),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "x.docx", Fault.ENCRYPTED),
        (pdf("a", password="p"), "", Fault.ENCRYPTED),
        (b"%PDF-1.7 no more", "", Fault.BROKEN),
        (blank()[:-30], "", Fault.BROKEN),
        (blank("JPEG", 64)[:400], "", Fault.BROKEN),
        (with_member(word("a"), "word/document.xml", _ENTITIES), "", Fault.BROKEN),
        (with_member(word("a"), "word/document.xml", b"<w>"), "", Fault.BROKEN),
        (with_member(word("a"), "word/document.xml", b"<w>" * 2000), "", Fault.BROKEN),
        (b"<svg><!DOCTYPE", "", Fault.BROKEN),
        (with_member(word("a"), "word/embeddings/x.xlsx", book("x")), "", Fault.FILES_INSIDE),
        (_with_file(), "", Fault.FILES_INSIDE),
        (blank() + b"\n" + _archive(x=b"x"), "", Fault.AMBIGUOUS),
        (blank() + pdf("a"), "", Fault.AMBIGUOUS),
        (pdf("a"), "x.png", Fault.AMBIGUOUS),
        (data_url(blank(), "application/pdf"), "", Fault.AMBIGUOUS),
        (b"just text", "x.docx", Fault.AMBIGUOUS),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "", Fault.UNSEEN),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(content: bytes | str, hint: str, fault: Fault) -> None:
    """One word, never an error."""
    assert _read(content, hint).fault == fault


@pytest.mark.parametrize(
    ("content", "fault", "kept"),
    [
        (b"a text too long", Fault.TOO_LARGE, "a text t"),
        (pdf("a", "b", "c"), Fault.TOO_LARGE, ""),
        (with_member(word("a"), "word/document.xml", b"<w>" + b" " * 2_000_000 + b"</w>"),
         Fault.TOO_LARGE, ""),
        (blank(side=101), Fault.TOO_LARGE, ""),
        (blank("GIF", save_all=True, append_images=[Image.new("RGB", (16, 16), c)
                                                    for c in ("red", "blue")]),
         Fault.TOO_MANY, ""),
    ],
)  # fmt: skip
def test_bounds_hold_and_what_fits_is_judged(content: bytes, fault: Fault, kept: str) -> None:
    """Characters, pages, unpacked bytes, pixels and frames."""
    reading = SMALL(ReadOrder(content))
    assert reading.fault == fault
    assert "".join(each.text for each in reading.passages) == kept


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """A picture of two gigapixels in a few hundred bytes."""
    bound_pictures(64_000_000)
    head = Image.new("1", (1, 1))
    out = io.BytesIO()
    head.save(out, "GIF")
    bomb = bytearray(out.getvalue())
    bomb[6:10] = b"\xff\xff\xff\xff"
    assert _read(bytes(bomb)).fault in {Fault.BROKEN, Fault.TOO_LARGE}


def test_a_sound_is_given_to_who_listens() -> None:
    """And to nobody else."""
    wav = b"RIFF\x24\0\0\0WAVEfmt "
    assert _read(data_url(wav, "audio/wav"), "wav", sound=True).sound == wav
    assert _read(wav) == Reading(MediaKind.AUDIO.value, F.WAV.value)


@pytest.mark.parametrize("found", FILES, ids=lambda found: found.value)
def test_broken_files_end_in_words(found: F) -> None:
    """Whatever is done to a file, the reader returns."""
    for content in mutations(FILES[found](TERM), 40, seed=7):
        reading = _read(content, f"x.{found.value}")
        assert reading.fault in {*Fault, ""}


def test_a_page_is_read_both_ways() -> None:
    """As a browser shows it, and as it is written."""
    places = [each.place for each in _read(page(TERM)).passages]
    assert places == ["source", "text"]


@pytest.mark.parametrize("encoding", ["nobody-knows", "base64", "utf-7"])
def test_xml_in_an_encoding_that_nobody_knows_is_broken(encoding: str) -> None:
    """It ends no process; what else stands in the document was read."""
    part = f'<?xml version="1.0" encoding="{encoding}"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    assert _read(part.encode()).fault == Fault.BROKEN
    reading = _read(with_member(word(TERM), "word/header1.xml", part.encode()))
    assert (reading.fault, _place_of(reading)) == (Fault.BROKEN, "document")
