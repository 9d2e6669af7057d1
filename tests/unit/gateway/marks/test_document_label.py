"""The visible label of documents: where a reader meets it, and nowhere else."""

from __future__ import annotations

import io

import docx
import openpyxl
import pikepdf
import pptx
import pytest

from gateway.marks import DocumentLabel
from gateway.nouns.mark import FileMarksOrder, LabelPosition, Receipt
from gateway.nouns.media import MediaFormat as F
from tests.document_kit import HTML, MARKDOWN, OTHER_EXCHANGE, book, claim, deck, pdf, word

START, END, BOTH = (DocumentLabel(FileMarksOrder(at=at)) for at in LabelPosition)
LINE = claim().line


def _stamped(mark: DocumentLabel, content: bytes, found: F) -> bytes:
    out, receipt = mark.stamp(content, claim()._replace(format=found))
    assert receipt.status == "written", receipt
    return out


def test_a_text_gets_lines_of_their_own() -> None:
    """With a blank line beside them."""
    assert _stamped(BOTH, b"One.\nTwo.", F.TXT).decode() == f"{LINE}\n\nOne.\nTwo.\n\n{LINE}\n"
    assert _stamped(END, b"a\r\nb\r\n", F.TXT).decode() == f"a\r\nb\r\n\r\n{LINE}\r\n"
    assert _stamped(START, b"", F.TXT).decode() == f"{LINE}\n"


def test_markdown_keeps_its_front_matter_first() -> None:
    """The label is the first line of the text behind it."""
    text = _stamped(START, MARKDOWN.encode(), F.MARKDOWN).decode()
    assert text == MARKDOWN.replace("# 题目", f"{LINE}\n\n# 题目")


@pytest.mark.parametrize("tail", ["```\nx", "~~~~\n~~~", "<!-- note", "<pre>\nx", "````md\n```\n"])
def test_an_end_label_never_stands_in_code_or_a_comment(tail: str) -> None:
    """The text ends inside one, so the label stands at the start, and the receipt says so."""
    out, receipt = END.stamp(f"Hi.\n\n{tail}".encode(), claim()._replace(format=F.MARKDOWN))
    assert out.decode() == f"{LINE}\n\nHi.\n\n{tail}"
    assert receipt == Receipt("document_label", "written", "at_the_start")
    assert END.stamp(out, claim()._replace(format=F.MARKDOWN))[0] == out


def test_an_old_line_of_ours_gives_way_and_a_foreign_one_stays() -> None:
    """Ours ends in a valid code."""
    once = _stamped(START, b"Hi.", F.TXT)
    other = claim(OTHER_EXCHANGE)
    assert START.stamp(once, other)[0].decode() == f"{other.line}\n\nHi."
    foreign = "由AI生成\n\nHi.".encode()
    assert _stamped(START, foreign, F.TXT).decode() == f"{LINE}\n\n由AI生成\n\nHi."


def test_html_gets_an_element_at_the_ends_of_its_body() -> None:
    """Not in the script that holds the same words."""
    text = _stamped(BOTH, HTML.encode(), F.HTML).decode()
    assert text.index('<body class="x"><div data-sealgate-label="start"') < text.index("<p>正文")
    assert text.index('"</body>"') < text.index('data-sealgate-label="end"')
    assert text.count(LINE) == 2


def test_a_page_of_frames_keeps_them() -> None:
    """Browsers drop a set of frames behind words: the words would be all that is left."""
    page = b"<html><head></head><frameset cols=50%,50%><frame src=a><frame src=b></frameset></html>"
    assert BOTH.stamp(page, claim()._replace(format=F.HTML)) == (
        page, Receipt("document_label", "failed", "frameset"),
    )  # fmt: skip


def test_word_gets_paragraphs_inside_its_last_section() -> None:
    """Another reader finds them first and last; table and footer are there."""
    made = docx.Document(io.BytesIO(_stamped(BOTH, word(), F.DOCX)))
    words = [each.text for each in made.paragraphs]
    assert (words[0], words[-1]) == (LINE, LINE)
    assert made.tables[0].cell(0, 0).text == "a"
    assert made.sections[0].footer.paragraphs[0].text == "footer"


def test_a_workbook_opens_on_the_label_and_its_sheets_are_as_before() -> None:
    """Formulas, charts and the order of sheets stay; one sheet alone is selected."""
    made = openpyxl.load_workbook(io.BytesIO(_stamped(START, book(), F.XLSX)))
    assert made.sheetnames == ["数据", "Second", "AI生成"]
    assert made.active["A1"].value == LINE
    assert [bool(sheet.sheet_view.tabSelected) for sheet in made] == [False, False, True]
    assert made["数据"]["C1"].value == "=SUM(B1:B5)"
    assert len(made["数据"]._charts) == 1
    at_end = openpyxl.load_workbook(io.BytesIO(_stamped(END, book(), F.XLSX)))
    assert at_end.active.title == "数据"
    assert at_end.worksheets[-1]["A1"].value == LINE


def test_slides_get_a_box_on_the_first_and_the_last_that_show() -> None:
    """A hidden slide is none that a reader meets."""
    made = pptx.Presentation(io.BytesIO(deck()))
    made.slides[0]._element.set("show", "0")
    out = io.BytesIO()
    made.save(out)
    labelled = pptx.Presentation(io.BytesIO(_stamped(BOTH, out.getvalue(), F.PPTX)))
    texts = [[s.text_frame.text for s in slide.shapes] for slide in labelled.slides]
    assert [LINE in each for each in texts] == [False, True, True]
    numbers = [shape.shape_id for shape in labelled.slides[1].shapes]
    assert len(set(numbers)) == len(numbers)


def test_stamps_on_a_pdf_cost_a_few_kilobytes() -> None:
    """The font in the file holds the letters of the label only."""
    before = pdf()
    assert len(_stamped(BOTH, before, F.PDF)) - len(before) < 10_000


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_pdf_keeps_its_own_content_between_q_and_q(rotate: int) -> None:
    """Other pages are not touched; the same font is inside once for each stamp."""
    before = pdf(3, rotate=rotate)
    with pikepdf.open(io.BytesIO(_stamped(BOTH, before, F.PDF))) as made:
        contents = [page.Contents for page in made.pages]
        assert b"".join(each.read_bytes() for each in contents[0]).startswith(b"q\n")
        assert [len(each) for each in contents] == [4, 2, 4]
        assert "/SealgateLabelStart" in made.pages[0].Resources.XObject
        assert "/SealgateLabelEnd" in made.pages[2].Resources.XObject


def test_words_that_cannot_be_drawn_or_are_no_label_fail() -> None:
    """Rather than a label that nobody can read."""
    strange = claim()._replace(line="AI generated \U0001f600")
    assert START.stamp(pdf(), strange) == (
        pdf(),
        Receipt("document_label", "failed", "font_lacks_letters"),
    )
    for line in ("", "Hello", "由AI生成\n第二行"):
        assert START.stamp(b"Hi.", claim()._replace(line=line))[1].detail == "no_wording"


def test_what_is_no_document_is_refused() -> None:
    """A picture has a mark of its own."""
    content = b"\x89PNG\r\n\x1a\n"
    assert START.stamp(content, claim())[1] == Receipt("document_label", "failed", "no_document")
    assert START.verify(content) == []
