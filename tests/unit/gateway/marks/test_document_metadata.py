"""The implicit label of documents: at the guide's place, once, or not at all."""

from __future__ import annotations

import io
from xml.parsers.expat import ParserCreate

import pikepdf
import pytest

from gateway.engine.stamping import Stamper
from gateway.marks import Credentials, DocumentLabel, DocumentMetadata
from gateway.nouns.mark import FileMarksOrder, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from gateway.wire.aigc_label import bare_json
from tests.document_kit import HTML, MARKDOWN, claim, pdf, signing, word

MARK = DocumentMetadata()
NAME = MARK.name
JSON = bare_json(claim().label).decode()


def test_without_a_provider_code_nothing_is_written() -> None:
    """No code is invented."""
    nobody = claim()._replace(label=None)
    assert MARK.stamp(word(), nobody) == (word(), Receipt(NAME, "not_possible", "no_provider_code"))


def test_plain_text_has_no_place() -> None:
    """Its visible label is all that it can bear."""
    content, receipt = MARK.stamp("你好。".encode(), claim())
    assert (content.decode(), receipt.detail) == ("你好。", "no_place_in_format")


def test_html_gets_one_meta_at_the_end_of_its_head() -> None:
    """Behind the character set, which must stand in the first kilobyte."""
    text = MARK.stamp(HTML.encode(), claim()._replace(format=MediaFormat.HTML))[0].decode()
    assert text.index("charset") < text.index('<meta name="AIGC" content="{&quot;Label') < 900
    assert text.replace(text[text.index('<meta name="AIGC"') : text.index("</head>")], "") == HTML


def test_a_page_that_is_xml_stays_well_formed() -> None:
    """Browsers show nothing of an XHTML page with an element that is not closed."""
    head = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title>'
    page = f"{head}</head><body><p>words</p></body></html>".encode()
    label = DocumentLabel(FileMarksOrder(label=True))
    stamper = Stamper([label, MARK, Credentials(signing())], list(MarkFamily))
    done = stamper.stamp(page, claim(), hint="a.xhtml")
    assert done.complete
    ParserCreate().Parse(done.content, True)
    (found,) = MARK.verify(done.content)
    assert found.exchange == claim().exchange


def test_two_labels_in_a_file_become_one_and_are_called_altered_before() -> None:
    """GB 45438-2025, 6.1 c; the first that names a producer counts."""
    twice = HTML.replace("</head>", f"<meta name=aigc content='{JSON}'>" * 2 + "</head>").encode()
    assert [each.state for each in MARK.verify(twice)] == [ClaimState.ALTERED] * 2
    once, receipt = MARK.stamp(twice, claim()._replace(format=MediaFormat.HTML))
    assert receipt.status == "written"
    assert [each.state for each in MARK.verify(once)] == [ClaimState.INTACT]


def test_a_label_in_the_xmp_of_a_pdf_moves_to_its_place() -> None:
    """The Info dictionary; the XMP keeps everything else."""
    made = pikepdf.open(io.BytesIO(pdf()))
    with made.open_metadata() as metadata:
        metadata["{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"] = JSON.replace('"1"', '"2"')
        metadata["dc:title"] = "kept"
    out = io.BytesIO()
    made.save(out)
    assert MARK.verify(out.getvalue())[0].label.Label == "2"
    content, receipt = MARK.stamp(out.getvalue(), claim())
    assert receipt.status == "written"
    assert [each.label for each in MARK.verify(content)] == [claim().label]
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert opened.open_metadata()["dc:title"] == "kept"
        assert b"TC260" not in opened.Root.Metadata.read_bytes()


@pytest.mark.parametrize(
    ("content", "found", "why"),
    [
        (b"PK\x03\x04" + bytes(30), MediaFormat.DOCX, "directory_missing"),
        (pdf() + b"/ByteRange", MediaFormat.PDF, "digitally_signed"),
        (b"+++\nx = 1\n+++\n", MediaFormat.MARKDOWN, "front_matter_not_yaml"),
        (b"\xff\xfe", MediaFormat.HTML, "not_utf8"),
        (b"<p>\0", MediaFormat.HTML, "not_text"),
    ],
)
def test_what_cannot_be_marked_is_said(content: bytes, found: MediaFormat, why: str) -> None:
    """The file is as it was; the receipt has the word."""
    assert MARK.stamp(content, claim()._replace(format=found)) == (
        content,
        Receipt(NAME, "failed", why),
    )


def test_labels_of_careless_writers_are_read() -> None:
    """Numbers without quotes, JSON in one value."""
    loose = "---\nAIGC:\n  Label: 1\n  ContentProducer: X Y\n  ProduceID: 0142\n---\n"
    assert MARK.verify(loose.encode())[0].label.ProduceID == "0142"
    assert MARK.verify(f"---\naigc: '{JSON}'\n---\n".encode())[0].label == claim().label
    assert MARK.verify(MARKDOWN.encode()) == []
