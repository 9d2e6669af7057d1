"""PDF files opened strictly and written plainly."""

from __future__ import annotations

import io

import pikepdf
import pytest

from gateway.wire.pdf_file import PdfFileError, opened_pdf, written_pdf
from tests.document_kit import pdf


def _saved(made: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **how)
    return out.getvalue()


def _encrypted(user: str) -> bytes:
    made = pikepdf.open(io.BytesIO(pdf()))
    return _saved(made, encryption=pikepdf.Encryption(owner="a", user=user))


def test_streams_stay_as_they_are_and_objects_are_plain() -> None:
    """Also of a file whose objects were packed; the same file gives the same bytes."""
    made = pikepdf.open(io.BytesIO(pdf()))
    packed = _saved(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    with pikepdf.open(io.BytesIO(packed)) as before:
        raw = before.pages[0].Contents[1].read_raw_bytes()
    with opened_pdf(packed) as opened:
        opened.docinfo["/Mine"] = "plain"
        written = written_pdf(opened)
    with opened_pdf(packed) as opened:
        opened.docinfo["/Mine"] = "plain"
        assert written_pdf(opened) == written
    assert b"/ObjStm" not in written
    assert b"(plain)" in written
    with pikepdf.open(io.BytesIO(written)) as after:
        assert after.pages[0].Contents[1].read_raw_bytes() == raw


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "pdf_broken"),
        (b"%PDF-1.7\n%%EOF", "pdf_broken"),
        (pdf()[:-40], "pdf_broken"),
        (pdf().replace(b"/Count 2", b"/Count 3"), "pdf_broken"),
        (pdf() + b"/ByteRange", "digitally_signed"),
        (_encrypted("b"), "encrypted"),
        (_encrypted(""), "encrypted"),
    ],
)
def test_files_that_may_not_be_changed(content: bytes, why: str) -> None:
    """Broken, signed or encrypted, each with its word."""
    with pytest.raises(PdfFileError, match=why), opened_pdf(content):
        pass


def test_a_signed_file_can_be_read() -> None:
    """Reading breaks no signature."""
    with opened_pdf(pdf().replace(b"%%EOF", b"%/ByteRange\n%%EOF"), to_change=False) as opened:
        assert len(opened.pages) == 2
