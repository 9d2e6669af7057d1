"""Whether a file can be walked through to its metadata: one that was cut off mostly cannot."""

from __future__ import annotations

from gateway.nouns.media import MediaFormat
from gateway.wire import image_file
from gateway.wire.aigc_carrier import CARRIERS
from gateway.wire.media_fault import MediaFault
from gateway.wire.pdf_file import PdfFileError, opened_pdf
from gateway.wire.png import is_crumbled


def is_whole(content: bytes, found: MediaFormat) -> bool:
    """Return false for a file that is broken in a place, or of too many parts to be looked through.

    Texts, raw samples and packages that were recognised are always whole.
    """
    try:
        if found in image_file.FORMATS:
            image_file.read(content, found)
            return not is_crumbled(content)
        if found in CARRIERS:
            CARRIERS[found].read(content)
        elif found is MediaFormat.PDF:
            with opened_pdf(content, to_change=False):
                return True
    except (MediaFault, PdfFileError, StopIteration):
        return False
    return True
