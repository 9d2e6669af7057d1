"""Where each format of document keeps the implicit label (TC260-PG-20258A): read and written.

Office documents: a custom property ``AIGC``. PDF: ``/AIGC`` of the Info dictionary. Markdown: the
mapping ``AIGC`` of the front matter. HTML, which the guide does not name: ``<meta name="AIGC">``.
A place raises PlaceError, with one word, for a file that it cannot read or not change.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from gateway.nouns.mark import AigcLabel
from gateway.wire.aigc_label import bare_json, members, parse
from gateway.wire.front_matter import FrontMatterError, read_key, with_key
from gateway.wire.html_places import Tag, attributes, find_places, tags
from gateway.wire.ooxml import Package, custom_properties, set_custom_property
from gateway.wire.pdf_file import PdfFileError, opened_pdf, written_pdf
from gateway.wire.xml_places import XmlError
from gateway.wire.zip_members import ArchiveError

if TYPE_CHECKING:
    import pikepdf

KEY = "AIGC"
_XMP_KEY = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
_LONGEST_XMP = 4 * 1024 * 1024
_LONGEST_PACKED_XMP = 64 * 1024
"""A thousandfold of it, the most that deflate can hide, is still bounded."""


class PlaceError(ValueError):
    """The file cannot be read, or not be changed safely; the message is one word."""


class Found(NamedTuple):
    """The labels of a file. ``astray`` counts those that stand where the guide has no place."""

    labels: tuple[AigcLabel, ...]
    astray: int = 0


class Place(Protocol):
    """One format's place. Both methods raise PlaceError."""

    def read(self, content: bytes) -> Found:
        """Return every label in the file."""
        ...

    def write(self, content: bytes, label: AigcLabel) -> bytes:
        """Return the file with this label as its only one."""
        ...


class OfficePlace:
    """The custom property of a package; a Place."""

    def read(self, content: bytes) -> Found:
        """Return the labels of all properties of this name."""
        try:
            values = custom_properties(Package(content), KEY)
        except (ArchiveError, XmlError) as error:
            raise PlaceError(str(error)) from error
        return Found(_labels(values))

    def write(self, content: bytes, label: AigcLabel) -> bytes:
        """Set the property."""
        try:
            package = Package(content)
            package.read(package.main_part())
            set_custom_property(package, KEY, bare_json(label).decode())
            return package.content()
        except (ArchiveError, XmlError) as error:
            raise PlaceError(str(error)) from error


class PdfPlace:
    """The Info dictionary; a Place. A label in the XMP of the file is one too many there."""

    def read(self, content: bytes) -> Found:
        """Return the labels of Info dictionary and XMP."""
        try:
            with opened_pdf(content, to_change=False) as pdf:
                value = str(pdf.docinfo.get("/AIGC", "")) if "/Info" in pdf.trailer else ""
                astray = _xmp_label(pdf)
        except PdfFileError as error:
            raise PlaceError(str(error)) from error
        return Found(_labels([value, astray]), astray=int(bool(astray)))

    def write(self, content: bytes, label: AigcLabel) -> bytes:
        """Set the entry, and take out a label in the XMP."""
        try:
            with opened_pdf(content) as pdf:
                _label_pdf(pdf, bare_json(label).decode())
                return written_pdf(pdf)
        except PdfFileError as error:
            raise PlaceError(str(error)) from error


class MarkdownPlace:
    """The front matter; a Place."""

    def read(self, content: bytes) -> Found:
        """Return the labels of the block, also one written as JSON in one value."""
        try:
            values = read_key(_text(content), KEY)
        except FrontMatterError as error:
            raise PlaceError(str(error)) from error
        return Found(_labels([each if isinstance(each, str) else _json(each) for each in values]))

    def write(self, content: bytes, label: AigcLabel) -> bytes:
        """Set the mapping of the seven members."""
        try:
            return with_key(_text(content), KEY, members(label)).encode()
        except FrontMatterError as error:
            raise PlaceError(str(error)) from error


class HtmlPlace:
    """A ``meta`` element of the head; a Place."""

    def read(self, content: bytes) -> Found:
        """Return the labels of all such elements."""
        return Found(
            _labels([attributes(tag).get("content", "") for tag in _metas(_text(content))])
        )

    def write(self, content: bytes, label: AigcLabel) -> bytes:
        """Put the element at the end of the head."""
        text = _text(content)
        for tag in reversed(_metas(text)):
            text = text[: tag.start] + text[tag.end :]
        at = find_places(text).head
        value = escape(bare_json(label).decode(), quote=True)
        return (text[:at] + f'<meta name="{KEY}" content="{value}"/>' + text[at:]).encode()


def _metas(text: str) -> list[Tag]:
    return [
        tag
        for tag in tags(text)
        if tag.name == "meta"
        and not tag.closing
        and attributes(tag).get("name", "").strip().lower() == KEY.lower()
    ]


def _label_pdf(pdf: pikepdf.Pdf, value: str) -> None:
    from pikepdf import String

    if not pdf.pages:
        raise PdfFileError("no_pages")
    pdf.docinfo["/AIGC"] = String(value)
    if _xmp_label(pdf):
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            del metadata[_XMP_KEY]


def _xmp_label(pdf: pikepdf.Pdf) -> str:
    """Return the label's value in the XMP of a PDF, empty if there is none that can be read."""
    from pikepdf import Stream

    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream):
        return ""
    longest = _LONGEST_PACKED_XMP if "/Filter" in stream else _LONGEST_XMP
    if len(stream.read_raw_bytes()) > longest or b"tc260" not in stream.read_bytes().lower():
        return ""
    return str(pdf.open_metadata().get(_XMP_KEY, ""))


def _labels(values: list[str]) -> tuple[AigcLabel, ...]:
    return tuple(label for label in map(parse, values) if label is not None)


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError):
        return ""


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise PlaceError("not_utf8") from None
    if "\0" in text:
        raise PlaceError("not_text")
    return text
