"""PDF files (ISO 32000-2) opened strictly and written so that their streams stay as they are.

Refused is what a change would break or hide: encrypted files (their Info dictionary cannot be read
by others), digitally signed ones, and files whose cross-references do not fit, since a repair may
lose what an author put in. Objects are written one by one, not packed, so that readers of raw bytes
find the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

MOST_PAGES = 100_000

_FAULTS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError, OverflowError,
    NotImplementedError, SyntaxError,
)  # fmt: skip
"""What pikepdf raises, beside its own errors, for files that are not what they say, over its whole
surface."""


class PdfFileError(ValueError):
    """The file cannot be read, or not be changed safely; the message is one word."""


@contextmanager
def opened_pdf(content: bytes, *, to_change: bool = True) -> Iterator[pikepdf.Pdf]:
    """Open a PDF and close it again. Raises PdfFileError, also for faults met while it is open.

    ``to_change`` refuses signed files: reading them is no harm.
    """
    import pikepdf

    if to_change and b"/ByteRange" in content:
        raise PdfFileError("digitally_signed")
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise PdfFileError("encrypted")
            if to_change and "/Perms" in pdf.Root:
                raise PdfFileError("digitally_signed")
            if to_change and int(pdf.Root.Pages.get("/Count", -1)) != len(pdf.pages):
                raise PdfFileError("pdf_broken")  # a page that the library cannot read is left out
            yield pdf
    except PdfFileError:
        raise
    except pikepdf.PasswordError:
        raise PdfFileError("encrypted") from None
    except (pikepdf.PdfError, *_FAULTS):
        raise PdfFileError("pdf_broken") from None


def written_pdf(pdf: pikepdf.Pdf) -> bytes:
    """Return the file, its streams as they were. The same content gives the same bytes."""
    from pikepdf import ObjectStreamMode, StreamDecodeLevel

    out = BytesIO()
    pdf.save(
        out,
        object_stream_mode=ObjectStreamMode.disable,
        stream_decode_level=StreamDecodeLevel.none,
        compress_streams=False,
        deterministic_id=True,
        fix_metadata_version=False,
        min_version=pdf.pdf_version,
    )
    return out.getvalue()
