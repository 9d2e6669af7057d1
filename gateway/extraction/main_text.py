"""Main text: what a reader reads of a document, in order, whatever kind of file it is.

Pages, slides, sheets, the visible words of a web page, a mail, a rich text. So a text is known
again that was put into another kind of file. What stands beside (notes, properties, pictures) is
left out; for all that a model could read there is `gateway.extraction.reader`.
"""

from __future__ import annotations

from gateway.extraction.mail import mail_text
from gateway.extraction.office import read_main
from gateway.extraction.passages import Bounds, Passages, ReadFault
from gateway.extraction.pdf import read_pages
from gateway.extraction.rich_text import rich_text
from gateway.extraction.web_page import visible_text
from gateway.extraction.xml_text import take_xml
from gateway.nouns.media import MediaFormat
from gateway.ports.media import Fault
from gateway.wire.disguises import Disguise, disguise
from gateway.wire.media_type import sniff
from gateway.wire.zip_members import Archive, ArchiveError

_OFFICE = frozenset({MediaFormat.DOCX, MediaFormat.XLSX, MediaFormat.PPTX})
_LARGEST_PART = 16 * 1024 * 1024
MOST_SAID = 50_000
"""Code points of a document that are kept to know it again: as many are looked up."""

_LONGEST = 4 * 1024 * 1024
"""Bytes of a web page, a mail or rich text that are read: a hostile one takes a second for each
million."""

_BESIDE = (", as seen", ", deleted", ", descriptions")


def main_text(content: bytes, name: str, *, most: int) -> tuple[str, bool]:
    """Return a document's text, at most so many code points, and whether it is all of it: false if
    it says more, or is broken somewhere. Empty for plain text, which says what stands there, and
    for what is no document. ``name`` is a hint (see `gateway.wire.media_type.sniff`)."""
    passages = Passages(Bounds(chars=most))
    try:
        _take(content, name, passages)
    except (ReadFault, ArchiveError, ValueError, LookupError, RecursionError):
        return _joined(passages), False
    return _joined(passages), True


def said(content: bytes, found: MediaFormat) -> str:
    """Return what a document of a known format says, plain text too, at most `MOST_SAID`."""
    if found in (MediaFormat.TXT, MediaFormat.MARKDOWN):
        return content.decode("utf-8", "replace")[:MOST_SAID]
    return main_text(content, found.value, most=MOST_SAID)[0]


def _take(content: bytes, name: str, passages: Passages) -> None:
    """Take the main text. Raises ReadFault, ArchiveError, ValueError and LookupError."""
    found = sniff(content, name)
    if found is MediaFormat.PDF:
        read_pages(content, passages)
        return
    if found in _OFFICE:
        read_main(content, found, passages)
        return
    how = disguise(content, name)
    if how is not None and how is not Disguise.OPEN and len(content) > _LONGEST:
        _take(content[:_LONGEST].decode("utf-8", "ignore").encode(), name, passages)
        raise ReadFault(Fault.TOO_LARGE)
    if how is Disguise.OPEN:
        take_xml("document", Archive(content).read("content.xml", _LARGEST_PART), passages)
    elif how is Disguise.RICH:
        passages.add("document", rich_text(content))
    elif how is Disguise.MAIL:
        passages.add("document", mail_text(content))
    elif how is Disguise.PAGE:
        passages.add("document", visible_text(content.decode("utf-8", "replace")))


def _joined(passages: Passages) -> str:
    return "\n".join(each.text for each in passages.found if not each.place.endswith(_BESIDE))
