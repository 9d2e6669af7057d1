"""What a reader reads of a document, in order and within bounds."""

from __future__ import annotations

import pytest

from gateway.extraction.main_text import MOST_SAID, main_text, said
from gateway.nouns.media import MediaFormat
from tests.document_kit import DOCUMENTS, word_of

MOST = 1_000
MAIL = b"From: a@example.org\nSubject: Hello\nMIME-Version: 1.0\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (rb"{\rtf1\ansicpg936{\fonttbl{\f0 F;}}\f0 \'d6\'d0\'ce\'c4\par End.}", "中文\nEnd."),
        (rb"{\rtf1{\*\generator x;}\uc2 \u8212??a\~b\{c\}\emdash{\pict 0102}}", "—a b{c}—"),
        (rb"{\rtf1 \u-10179?\u-8704?}", "😀"),
        (rb"{\rtf1\ansicpg99999 caf\'e9}}}", "café"),
        (MAIL + b"Content-Type: text/plain; charset=gb18030\n\n\xd6\xd0", "Hello\n\n中"),
        (MAIL + b"Content-Type: text/plain; charset=none\n\nabc", "Hello\n\nabc"),
        (MAIL + b"Content-Type: text/html\n\n<p>a&amp;<b>b</b><style>p{}", "Hello\n\n\na&b"),
        (b"<!DOCTYPE html><p>a<p hidden>b</p><p>c", "a\nc"),
        (b"plain text", ""),
        (b"\x89PNG\r\n\x1a\n", ""),
    ],
)
def test_what_is_told(content: bytes, told: str) -> None:
    """The words alone, of what does not say them as they stand there."""
    text, whole = main_text(content, "", most=MOST)
    assert (text.strip(), whole) == (told.strip(), True)


@pytest.mark.parametrize("kind", [MediaFormat.DOCX, MediaFormat.PPTX, MediaFormat.XLSX])
def test_office_documents_say_their_main_part(kind: MediaFormat) -> None:
    """Not what stands beside it."""
    text, whole = main_text(DOCUMENTS[kind](), "", most=MOST)
    assert whole
    assert {"docx": "正文 text", "pptx": "body", "xlsx": "数据"}[kind.value] in text
    assert "footer" not in text


@pytest.mark.parametrize(
    "content",
    [
        word_of("a" * (MOST + 1)),
        b"%PDF-1.7\nbroken",
        b"<!DOCTYPE html>" + b"<p>a</p>" * 600_000,
        MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
        rb"{\rtf1 " + b"{" * 5_000_000,
        bytes(30) + b"mimetypeapplication/vnd.oasis.opendocument.text",
    ],
    ids=["long", "broken", "page", "mail", "rich", "open"],
)
def test_what_is_not_all_read(content: bytes) -> None:
    """More than may be, or broken: said so, with what there is."""
    text, whole = main_text(content, "", most=MOST)
    assert not whole
    assert len(text) <= MOST


def test_what_a_record_keeps_of_a_document() -> None:
    """Plain text as it is, cut."""
    assert said("中".encode(), MediaFormat.TXT) == "中"
    assert len(said(b"a" * (MOST_SAID + 1), MediaFormat.MARKDOWN)) == MOST_SAID
    assert said(b"<!DOCTYPE html><p>a", MediaFormat.HTML).strip() == "a"
