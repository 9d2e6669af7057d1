"""The reader: one file in, all that it says out, whatever kind of file it is.

What a file is, its own bytes say. Where they let two readers take it for different things (a
picture that is a PDF further in, a document with a ZIP archive behind it), or where its name or
media type says something else, nobody knows what a model will make of it: then it is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from gateway.extraction.codes import codes_in
from gateway.extraction.office import read_office
from gateway.extraction.passages import Bounds, Passages, ReadFault
from gateway.extraction.pdf import read_pdf
from gateway.extraction.picture import as_jpeg, frames
from gateway.extraction.picture_notes import take_notes
from gateway.extraction.plain import decoded, has_mark, other_reading, speaks_plainly
from gateway.extraction.web_page import read_web_page
from gateway.extraction.words import LineReader, WordHunt
from gateway.extraction.xml_text import take_xml
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.media import Fault, Reading, ReadOrder, Shown
from gateway.wire.held_file import Held, HeldFileError, held_file
from gateway.wire.media_type import named_format, sniff
from gateway.wire.picture import RASTERS

_TEXTS = frozenset({MediaFormat.TXT, MediaFormat.MARKDOWN, MediaFormat.HTML})
_OFFICE = frozenset({MediaFormat.DOCX, MediaFormat.XLSX, MediaFormat.PPTX})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PDF_HEAD = 1024
_ZIP_TAIL = 66_000


class FileReader:
    """Reads files, one after the other. ``lines`` reads the words in pictures, if anybody does."""

    def __init__(self, bounds: Bounds, lines: LineReader | None = None) -> None:
        self._bounds = bounds
        self._lines = lines

    def __call__(self, order: ReadOrder) -> Reading:
        """Return what was read; a fault is part of it, never an error."""
        try:
            held = _held(order)
        except HeldFileError:
            return Reading(fault=Fault.NOT_BASE64)
        found, fault = recognised(held, order.hint)
        if found is None or fault:
            return Reading(fault=fault, kind=found.kind.value if found else "")
        work = _Work(Passages(self._bounds), order, self._hunt(order))
        try:
            work.read(held.content, found)
        except ReadFault as reason:
            fault = reason.fault
        if not fault and work.words is not None and work.words.unread:
            fault = Fault.WORDS_UNREAD
        sound = held.content if order.sound and found.kind is MediaKind.AUDIO else b""
        return Reading(
            found.kind.value, found.value, work.passages.found, fault,
            work.shows, tuple(work.pictures), sound,
        )  # fmt: skip

    def _hunt(self, order: ReadOrder) -> WordHunt | None:
        bounds = self._bounds
        if self._lines is None or not order.words:
            return None
        return WordHunt(self._lines, bounds.words_side, bounds.words_s)


def _held(order: ReadOrder) -> Held:
    content = order.content
    if isinstance(content, bytes):
        if not order.coded:
            return Held(content)
        content = content.decode("utf-8", "surrogatepass")
    return held_file(content)


def recognised(held: Held, hint: str) -> tuple[MediaFormat | None, str]:
    """Return what a file is, or the fault for which that cannot be told."""
    content = held.content
    names = [found for each in (hint, held.media_type) if (found := named_format(each))]
    if content.startswith(_OLE):
        encrypted = _ENCRYPTED_PACKAGE in content
        return None, Fault.ENCRYPTED if encrypted else Fault.FORMAT_UNKNOWN
    found = None if has_mark(content) else sniff(content, hint or held.media_type)
    if found is None and decoded(content) is not None:
        found = next((each for each in names if each in _TEXTS), MediaFormat.TXT)
    if found is None:
        return None, Fault.FORMAT_UNKNOWN
    contradicted = any(not _fits(named, found) for named in names)
    return found, Fault.AMBIGUOUS if contradicted or _is_two(content, found) else ""


def _fits(named: MediaFormat, found: MediaFormat) -> bool:
    """Say whether a name may belong to a file: any name of the same sort of file does."""
    if found.kind is MediaKind.DOCUMENT:
        return named is found or (named in _TEXTS and found in _TEXTS)
    return named.kind is found.kind or {named.kind, found.kind} <= {
        MediaKind.AUDIO, MediaKind.VIDEO
    }  # fmt: skip


def _is_two(content: bytes, found: MediaFormat) -> bool:
    """Say whether another reader could take the file for a PDF or for an archive: the one looks
    for its mark in the first kilobyte, the other at the end."""
    pdf = b"%PDF-" in content[:_PDF_HEAD] and b"startxref" in content
    archive = b"PK\x05\x06" in content[-_ZIP_TAIL:] and b"PK\x01\x02" in content
    return (pdf and found is not MediaFormat.PDF) or (archive and found not in _OFFICE)


class _Work:
    """One file being read."""

    def __init__(self, passages: Passages, order: ReadOrder, words: WordHunt | None) -> None:
        self.passages = passages
        self.words = words
        self.pictures: list[Shown] = []
        self.shows = 0
        self._wanted = order.pictures

    def read(self, content: bytes, found: MediaFormat) -> None:
        """Take everything that a file of this format says. Raises ReadFault."""
        if found in RASTERS:
            self._picture("", content, found)
        elif found is MediaFormat.SVG:
            self._drawing(content)
        elif found in _OFFICE:
            self._office(content, found)
        elif found is MediaFormat.PDF:
            self._pdf(content)
        elif found in _TEXTS:
            self._text(content, found)
        elif found.kind is MediaKind.VIDEO:
            raise ReadFault(Fault.UNSEEN)

    def _text(self, content: bytes, found: MediaFormat) -> None:
        text = decoded(content)
        if text is None:
            raise ReadFault(Fault.FORMAT_UNKNOWN)
        other = other_reading(content) or ""
        if found is MediaFormat.HTML:
            read_web_page(text, self.passages)
            if other:
                read_web_page(other, self.passages, place="in Big5, ")
            return
        self.passages.add("text", text)
        self.passages.add("text in Big5", other)
        if not speaks_plainly(text):
            raise ReadFault(Fault.FORMAT_UNKNOWN)

    def _drawing(self, content: bytes) -> None:
        """A drawing is read, and not shown: nothing here draws it."""
        self.shows = 1
        try:
            take_xml("text", content, self.passages)
        except ValueError:
            raise ReadFault(Fault.BROKEN) from None

    def _office(self, content: bytes, found: MediaFormat) -> None:
        for place, picture in read_office(content, found, self.passages):
            kind, before = sniff(picture), self.shows
            try:
                if kind in RASTERS:
                    self._picture(place, picture, kind)
            except ReadFault as reason:
                if reason.fault is not Fault.BROKEN:
                    raise
            self.shows = max(self.shows, before + 1)

    def _pdf(self, content: bytes) -> None:
        for place, picture in read_pdf(content, self.passages):
            self._show(place, () if picture is None else (picture,))
            self.shows += picture is None

    def _picture(self, place: str, content: bytes, found: MediaFormat) -> None:
        """Read the metadata of a picture, and what it shows, though the other be broken."""
        fault: ReadFault | None = None
        try:
            take_notes(place, content, found, self.passages)
        except ReadFault as reason:
            fault = reason
        self._show(place, frames(content, found, self.passages.bounds))
        if fault is not None:
            raise fault

    def _show(self, place: str, seen: Iterable[Image.Image]) -> None:
        """Read the codes and the words in pictures, and keep the pictures for whoever looks at
        them."""
        for number, picture in enumerate(seen, 1):
            self.shows += 1
            here = place or f"frame {number}"
            for text in codes_in(picture):
                self.passages.add(f"{here}, code", text)
            if self.words is not None:
                self.passages.add(f"{here}, text in image", self.words.words(picture))
            if self._wanted:
                self.pictures.append(Shown(here, as_jpeg(picture)))
