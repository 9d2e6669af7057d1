"""Words in the places of documents where nobody looks, or only those who use a certain program."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest

from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.ports.media import Fault, Reading, ReadOrder
from tests.input_kit import TERM, bare_book, book, deck, pdf, with_member, word

READ = FileReader(Bounds())
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = pikepdf.String
_N = pikepdf.Name


def _says(content: bytes, text: str = TERM) -> bool:
    return text in _bare(READ(ReadOrder(content)))


def _bare(reading: Reading) -> str:
    return "\f".join("".join(each.text.split()) for each in reading.passages)


def _document(*runs: str) -> bytes:
    """A document in which each letter of the term is followed by one of ``runs``, in turn."""
    body = "".join(f"<w:r><w:t>{c}</w:t></w:r>{runs[n % len(runs)]}" for n, c in enumerate(TERM))
    return _with("word/document.xml", f"<w:body><w:p>{body}</w:p></w:body>")


def _with(name: str, inside: str) -> bytes:
    return with_member(word("a"), name, f"<w:x {_W}>{inside}</w:x>".encode())


_T = f"<w:p><w:r><w:t>{TERM}</w:t></w:r></w:p>"
_RUN = "<w:r>{}<w:t>xx</w:t></w:r>"


@pytest.mark.parametrize(
    "content",
    [
        _document(_RUN.format("<w:rPr><w:vanish/></w:rPr>")),
        _document(f"<w:moveFrom>{_RUN.format('')}</w:moveFrom>"),
        _document(f"<w:r><w:ruby><w:rt>{_RUN.format('')}</w:rt></w:ruby></w:r>"),
        _document(f"<w:del>{_RUN.format('').replace('w:t>', 'w:delText>')}</w:del>"),
        _with("word/document.xml", f'<w:listItem w:displayText="{TERM}"/>'),
        _with("word/document.xml", f'<w:alias w:val="{TERM}"/>'),
        _with("word/document.xml", f'<w:helpText w:val="{TERM}"/>'),
        _with("word/document.xml", f'<w:fldSimple w:instr="QUOTE {TERM}"/>'),
        _with("word/document.xml", f'<w:docPr name="{TERM}"/>'),
        _with("word/document.xml", f"<w:pict><w:txbxContent>{_T}</w:txbxContent></w:pict>"),
        _with("word/numbering.xml", f'<w:lvlText w:val="{TERM}"/>'),
        _with("word/settings.xml", f'<w:docVar w:val="{TERM}"/>'),
        _with("word/styles.xml", f'<w:name w:val="{TERM}"/>'),
        _with("word/theme/theme7.xml", _T),
        _with("word/header1.dat", _T),
        _with("customXml/item1.xml", f'<x a="{TERM}"/>'),
        _with("docProps/custom.xml", f'<property name="{TERM}"/>'),
        _with("docProps/custom.xml", f"<lpwstr>{TERM}</lpwstr>"),
        _with("package/services/metadata/core-properties/1.psmdcp", f"<title>{TERM}</title>"),
        _with("word/_rels/header1.xml.rels",
              f'<Relationship Target="https://x/{TERM}" TargetMode="External"/>'),
        _with("word/media/image1.svg", f"<text>{TERM}</text>"),
        with_member(word("a"), "word/afchunk.html", f"<html><br><b>{TERM}".encode()),
        with_member(word("a"), "word/afchunk.fntdata", TERM.encode()),
        with_member(word("a"), "word/vmlDrawing1.vml", f"<xml><br>{TERM}</xml>".encode()),
    ],
)  # fmt: skip
def test_words_in_text_documents(content: bytes) -> None:
    """What is hidden between letters, choices, variables, bullets, parts under any name."""
    assert _says(content)


@pytest.mark.parametrize(
    "content",
    [
        with_member(deck("a"), f"ppt/{name}.xml", f"<x>{inside.format(TERM)}</x>".encode())
        for name, inside in (
            ("slideMasters/slideMaster9", "<t>{}</t>"), ("slideLayouts/slideLayout99", "<t>{}</t>"),
            ("notesMasters/notesMaster1", "<t>{}</t>"), ("comments/comment1", "<text>{}</text>"),
            ("notesSlides/notesSlide1", "<t>{}</t>"), ("slides/slide9", '<cNvPr descr="{}"/>'),
            ("tags/tag1", '<tag val="{}"/>'), ("commentAuthors", '<cmAuthor name="{}"/>'),
            ("sections", '<section name="{}"/>'), ("diagrams/data1", "<t>{}</t>"),
        )
    ],
)  # fmt: skip
def test_words_in_presentations(content: bytes) -> None:
    """Masters, layouts, notes, comments and their authors, descriptions, tags, sections."""
    assert _says(content)


@pytest.mark.parametrize(
    "content",
    [
        bare_book(f'<row><c t="inlineStr"><is><r><t>{TERM}</t></r></is></c></row>'),
        bare_book(f'<hyperlink ref="A1" tooltip="{TERM}"/>'),
        bare_book(f'<cfRule type="containsText" text="{TERM}"/>'),
        bare_book(f'<cfRule><formula>"{TERM}"</formula></cfRule>'),
        bare_book(f'<formula1><f>"{TERM}"</f></formula1>'),
        bare_book(f"<row><c><f>{TERM}+1</f><v>1</v></c></row>"),
        bare_book(f'<scenario name="{TERM}"/>'),
        *(
            with_member(book("a"), f"xl/{name}", f"<x>{inside.format(TERM)}</x>".encode())
            for name, inside in (
                ("styles.xml", '<numFmt formatCode="&quot;{}&quot;"/>'),
                ("names.xml", '<definedName name="{}">1</definedName>'),
                ("names.xml", '<definedName name="x">"{}"</definedName>'),
                ("comments1.xml", "<text><r><t>{}</t></r></text>"),
                ("threadedComments/threadedComment1.xml", "<text>{}</text>"),
                ("persons/person.xml", '<person displayName="{}"/>'),
                ("tables/table1.xml", '<tableColumn name="{}"/>'),
                ("pivotCache/pivotCacheRecords1.xml", '<s v="{}"/>'),
                ("externalLinks/externalLink1.xml", '<sheetName val="{}"/>'),
                ("drawings/drawing1.xml", "<t>{}</t>"),
                ("drawings/vmlDrawing1.vml", "<br><font>{}</font>"),
            )
        ),
    ],
)  # fmt: skip
def test_words_in_workbooks(content: bytes) -> None:
    """Links, rules, formats of numbers, names, comments, tables, pivots, drawings."""
    assert _says(content)


def test_a_part_that_nobody_can_read_is_a_file() -> None:
    """What no reader of ours knows may be anything; fonts and thumbnails are not."""
    strange = with_member(word("a"), "word/activeX/activeX1.bin", b"\x00\xff" * 9)
    assert READ(ReadOrder(strange)).fault == Fault.FILES_INSIDE
    font = with_member(word("a"), "word/fonts/font1.odttf", b"\x00\xff" * 9)
    assert READ(ReadOrder(font)).fault == ""


Edit = Callable[[pikepdf.Pdf], object]


def _edited(edit: Edit) -> bytes:
    with pikepdf.open(io.BytesIO(pdf("a", "b"))) as made:
        edit(made)
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def _root(**entries: object) -> Edit:
    return lambda made: made.Root.update(pikepdf.Dictionary(**entries))


def _field(**entries: object) -> Edit:
    def edit(made: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(Type=_N.Annot, Subtype=_N.Widget, Rect=[0, 0, 9, 9], **entries)
        made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(note)])
        made.Root.AcroForm = pikepdf.Dictionary(Fields=made.pages[0].obj.Annots)

    return edit


def _drawn(text: str) -> str:
    return f"BT /F1 24 Tf 9 9 Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _page(content: str) -> Edit:
    def edit(made: pikepdf.Pdf) -> None:
        made.pages[0].obj.Contents = made.make_stream(content.encode())

    return edit


def _drawn_note(made: pikepdf.Pdf) -> None:
    look = made.make_stream(_drawn(TERM).encode())
    look.Type, look.Subtype, look.BBox = _N.XObject, _N.Form, [0, 0, 300, 99]
    look.Resources = made.pages[0].obj.Resources
    _field(Contents=_S("a"), AP=pikepdf.Dictionary(N=look), F=4)(made)


def _form(made: pikepdf.Pdf) -> None:
    look = made.make_stream(f"/S <</ActualText (a)>> BDC {_drawn(TERM)} EMC".encode())
    look.Type, look.Subtype, look.BBox = _N.XObject, _N.Form, [0, 0, 600, 800]
    look.Resources = pikepdf.Dictionary(Font=made.pages[0].obj.Resources.Font)
    made.pages[0].obj.Resources.XObject = pikepdf.Dictionary(X1=look)
    _page("/X1 Do")(made)


def _described(made: pikepdf.Pdf) -> None:
    with made.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as description:
        description["dc:title"] = TERM


_HEX = f"<feff{TERM.encode('utf-16-be').hex()}>"


@pytest.mark.parametrize(
    "edit",
    [
        _described,
        _drawn_note,
        _form,
        _page(f"/Span <</ActualText (a)>> BDC {_drawn(TERM)} EMC"),
        _page(f"/Span <</Actual#54ext (a)>> BDC {_drawn(TERM)} EMC"),
        _page(f"/Span <</ActualText {_HEX}>> BDC {_drawn('a')} EMC"),
        _page(f"/Span <</Alt {_HEX}>> BDC {_drawn('a')} EMC"),
        _field(V=_S(TERM)),
        _field(Opt=pikepdf.Array([_S(TERM)])),
        _field(Opt=pikepdf.Array([pikepdf.Array([_S("1"), _S(TERM)])])),
        _field(MK=pikepdf.Dictionary(CA=_S(TERM))),
        _field(A=pikepdf.Dictionary(S=_N.URI, URI=_S(f"https://x/{TERM}"))),
        lambda made: _field(V=made.make_stream(TERM.encode()))(made),
        lambda made: _root(AcroForm=pikepdf.Dictionary(XFA=made.make_stream(TERM.encode())))(made),
        _root(OpenAction=pikepdf.Dictionary(S=_N.JavaScript, JS=_S(f"alert('{TERM}')"))),
        _root(PageLabels=pikepdf.Dictionary(Nums=pikepdf.Array([0, {"/P": TERM}]))),
        _root(OCProperties=pikepdf.Dictionary(OCGs=pikepdf.Array([{"/Name": TERM}]))),
        _root(Outlines=pikepdf.Dictionary(First=pikepdf.Dictionary(Title=_S(TERM)))),
        _root(StructTreeRoot=pikepdf.Dictionary(K=pikepdf.Dictionary(S=_N.P, E=_S(TERM)))),
        lambda made: made.docinfo.__setitem__("/Keywords", TERM),
        lambda made: made.docinfo.__setitem__(f"/{TERM}", "a"),
    ],
)
def test_words_in_pdf_files(edit: Edit) -> None:
    """Descriptions, what notes draw, replacement texts and what they replace, forms, scripts."""
    assert _says(_edited(edit))


def test_a_file_that_hangs_on_a_note_is_a_file() -> None:
    """Not only those in the list of attachments."""
    def edit(made: pikepdf.Pdf) -> None:
        file = pikepdf.Dictionary(Type=_N.Filespec, EF=pikepdf.Dictionary(F=made.make_stream(b"x")))
        _field(FS=file)(made)

    assert READ(ReadOrder(_edited(edit))).fault == Fault.FILES_INSIDE


def _page_of(between: str, before: str = "") -> bytes:
    return f"<html>{before}<p>{between.join(TERM)}{between}".encode()


_ESCAPED = "".join(rf"\{ord(c):x} " for c in TERM)


@pytest.mark.parametrize(
    "content",
    [
        _page_of("<b class='x h'>no</b>", "<style>i, .h{color:red;display:none}</style>"),
        _page_of("<b id=h>no</b>", "<style>@media all{b#h{opacity: 0}}</style>"),
        _page_of("<b>no</b>", "<style>p>b{font-size:0px}</style>"),
        _page_of("<b style='font-size:0'>no</b>"),
        _page_of("<b style='opacity:.0'>no</b>"),
        _page_of("<b hidden>no</b>"),
        _page_of("<template>no</template>"),
        _page_of("<noscript>no</noscript>"),
        _page_of("<iframe>no</iframe>"),
        _page_of("<ruby>x<rt>no</ruby>").replace(b"<ruby>x", b"<ruby>"),
        _page_of("<!-- no -->"),
        _page_of("<script>no</script>"),
        f"<html><style>p::before{{content:'{_ESCAPED}'}}".encode(),
        f"<html><math>{''.join(f'<mi>{c}</mi>' for c in TERM)}</math>".encode(),
        f"<html><svg><text>{''.join(f'<tspan>{c}</tspan>' for c in TERM)}</svg>".encode(),
    ],
)
def test_words_in_web_pages(content: bytes) -> None:
    """What styles hide between letters, small print above them, styles that speak themselves."""
    assert _says(content)


@pytest.mark.parametrize(
    "styles", ["a" * 250_000 + "}", "{" * 250_000, "opacity:" + "0" * 250_000 + "1"]
)
def test_styles_that_never_end_are_read_once(styles: str) -> None:
    """Whatever is left open in them."""
    assert READ(ReadOrder(f"<html><style>{styles}".encode())).fault == ""


def test_a_small_size_hides_nothing() -> None:
    """A number that only begins with zero is none."""
    places = [each.place for each in READ(ReadOrder(_page_of("<b style='opacity:0.9'>"))).passages]
    assert places == ["source", "text"]


@pytest.mark.parametrize("before", ["", "<html><meta charset=big5>"])
def test_texts_in_big5(before: str) -> None:
    """Nothing in the bytes says whether a text is GB 18030 or Big5, so both are judged."""
    assert _says(f"{before}今天的綠皮大象".encode("big5"), "綠皮大象")


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("Subject: x\r\nX-Y: a\r\n b\r\nMIME-Version: 1.0", Fault.FORMAT_UNKNOWN),
        ("Content-transfer-encoding: quoted-printable", Fault.FORMAT_UNKNOWN),
        ("Subject: x\r\n\r\nMIME-Version: 1.0", ""),
        ("MIME-Version and others are headers", ""),
    ],
)
def test_mail_says_its_words_in_ways_of_its_own(head: str, fault: str) -> None:
    """Whatever its first line is; a text about mail is a text."""
    body = "".join(f"={byte:02X}" for byte in TERM.encode())
    assert READ(ReadOrder(f"{head}\r\n\r\n{body}".encode())).fault == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("~{BLF$4sOs~}", Fault.FORMAT_UNKNOWN),
        ("\x1b$B:#E7\x1b(B", Fault.FORMAT_UNKNOWN),
        ("so:\nbegin 644 x\n,Y[N_YYJNY:2GZ+&A\n`\nend\n", Fault.FORMAT_UNKNOWN),
        ("BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:=E7=BB=BF", Fault.FORMAT_UNKNOWN),
        ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>", Fault.FORMAT_UNKNOWN),
        ('a log in \x1b[31mred\x1b(B, (format t "~{~a~^, ~}"), begin 644', ""),
        ("how to write <!ENTITY b 'x'>", ""),
        ("BEGIN:VCARD\nFN:a", ""),
        ("<?xml version='1.0'?><a>b</a>", ""),
    ],
)
def test_texts_that_spell_words_in_another_way(text: str, fault: str) -> None:
    """What nobody here spells out is not judged; what only looks like it is a text."""
    assert READ(ReadOrder(text.encode())).fault == fault


def test_words_in_what_a_drawing_is_called() -> None:
    """A drawing is described by attributes too."""
    assert _says(f'<svg xmlns="http://www.w3.org/2000/svg" aria-label="{TERM}"/>'.encode())
