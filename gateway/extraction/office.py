"""Office documents (ISO/IEC 29500): every part that holds text is read, and named by what it is.

The main texts come in the order in which a reader meets them; then all that stands beside: notes,
comments, headers, charts, layouts, styles, properties. What a part is called says nothing of what
stands in it, so whatever is text is read. Names of parts and sheets are content, so places are
numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.extraction.passages import Passages, ReadFault
from gateway.extraction.plain import decoded, speaks_plainly
from gateway.extraction.sheets import StringTable, read_sheet
from gateway.extraction.web_page import read_web_page
from gateway.extraction.xml_text import take_xml
from gateway.extraction.xml_walk import XmlWalk
from gateway.nouns.media import MediaFormat
from gateway.ports.media import Fault
from gateway.wire.ooxml import Package
from gateway.wire.xml_places import XmlError, find_elements
from gateway.wire.zip_members import ArchiveError

_MUTE = re.compile(
    r".*\.(?:odttf|fntdata|[ot]tf)|.*/printerSettings\d*\.bin|docProps/thumbnail\.\w+",
    re.IGNORECASE,
)
"""Parts that say nothing, if they are no text: fonts, settings of printers, a picture of the whole
document."""

_BESIDE = re.compile(
    r"(?:.*/)?(header|footer|footnotes|endnotes|comments|notesSlide|chart|drawing|diagram|table"
    r"|core|app|custom|item|glossary|document)\w*?(\d*)\.xml",
    re.IGNORECASE,
)
_PICTURES = re.compile(r".*/media/[^/]+", re.IGNORECASE)
_FILES = re.compile(r".*/embeddings/.*|.*vbaProject\.bin", re.IGNORECASE)
_TYPES = "[Content_Types].xml"
_RELATION_ID = " id"
_MOST_RATIO = 100
_LEAST_UNPACKED = 1024 * 1024
"""A document may unpack to so many times its size, or to so many bytes in any case."""

Pictured = tuple[str, bytes]
"""A picture in a document: its place and its file."""


def read_office(content: bytes, found: MediaFormat, passages: Passages) -> Iterator[Pictured]:
    """Take the texts of a document, and yield the pictures in it. Raises ReadFault; at the end,
    too, if there are other files inside."""
    with _faults():
        reader = _main(content, found, passages)
        reader.rest()
        yield from reader.pictures()
    if reader.holds_files or any(_FILES.fullmatch(name) for name in reader.package.names):
        raise ReadFault(Fault.FILES_INSIDE)


def read_main(content: bytes, found: MediaFormat, passages: Passages) -> None:
    """Take the text of a document, its slides or its sheets alone. Raises ReadFault."""
    with _faults():
        _main(content, found, passages)


def _main(content: bytes, found: MediaFormat, passages: Passages) -> _Reader:
    reader = _Reader(Package(content, to_change=False), passages, len(content))
    _MAINS[found](reader)
    return reader


@contextmanager
def _faults() -> Iterator[None]:
    """Make a ReadFault of what a broken package raises."""
    try:
        yield
    except ArchiveError as error:
        raise ReadFault(_ARCHIVE_FAULTS.get(str(error), Fault.BROKEN)) from error
    except (XmlError, ValueError, KeyError, RecursionError) as error:
        raise ReadFault(Fault.BROKEN) from error


class _Reader:
    """Reads parts, each once, within the bound of what they unpack to."""

    def __init__(self, package: Package, passages: Passages, size: int) -> None:
        self.package = package
        self.passages = passages
        self.main = package.main_part()
        self.holds_files = False
        self._read: set[str] = set()
        self._left = min(passages.bounds.unpacked, max(_LEAST_UNPACKED, _MOST_RATIO * size))

    def part(self, name: str) -> bytes:
        """Return a part's bytes. Raises ReadFault, ArchiveError."""
        self._read.add(name)
        content = self.package.read(name)
        self._left -= len(content)
        if self._left < 0:
            raise ReadFault(Fault.TOO_LARGE)
        return content

    def text(self, place: str, name: str) -> None:
        """Take all that a part says."""
        take_xml(place, self.part(name), self.passages)

    def listed(self, element: str) -> Iterator[tuple[int, dict[str, str], str]]:
        """Yield number, attributes and part of what the main part lists (slides, sheets)."""
        parts = {relation.id: relation.part for relation in self.package.relations(self.main)}
        listed = find_elements(self.package.read(self.main), [element])
        if len(listed) > self.passages.bounds.pages:
            raise ReadFault(Fault.TOO_LARGE)
        for number, each in enumerate(listed, 1):
            ids = [v for k, v in each.attributes.items() if k.endswith(_RELATION_ID)]
            part = parts.get(ids[0], "") if ids else ""
            if self.package.has(part):
                yield number, each.attributes, part

    def rest(self) -> None:
        """Take the texts of all parts that were not read yet."""
        for number, name in enumerate(self.package.names, 1):
            if name in self._read or name == _TYPES or _PICTURES.fullmatch(name):
                continue
            named = _BESIDE.fullmatch(name)
            place = f"{named[1].lower()} {named[2]}".strip() if named else f"part {number}"
            if name.endswith(".rels"):
                self.passages.add(f"{place}, links", "\n".join(_Links(self.part(name)).found))
            elif name.lower().endswith(".xml"):
                self.text(place, name)
            else:
                self._other(place, name)

    def _other(self, place: str, name: str) -> None:
        """Take a part that does not say that it is XML: it may be, or a web page, or text."""
        text = decoded(content := self.part(name))
        if text is None:
            self.holds_files |= not _MUTE.fullmatch(name)
            return
        try:
            take_xml(place, content, self.passages)
        except ValueError:
            read_web_page(text, self.passages, place=f"{place}, ")
            self.holds_files |= not speaks_plainly(text)

    def pictures(self) -> Iterator[Pictured]:
        """Yield the pictures, in the order of the archive; take the words of drawings."""
        names = [name for name in self.package.names if _PICTURES.fullmatch(name)]
        for number, name in enumerate(names, 1):
            if number > self.passages.bounds.frames:
                raise ReadFault(Fault.TOO_MANY)
            if decoded(picture := self.part(name)) is not None:
                self._other(f"picture {number}", name)
            yield f"picture {number}", picture


class _Links(XmlWalk):
    """``found`` is where relations lead that leave the document."""

    def __init__(self, document: bytes) -> None:
        super().__init__(len(document))
        self.found: list[str] = []
        self.walk(document)

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 -- all are alike
        """Take an address."""
        if attributes.get("TargetMode") == "External":
            self.found += self.heard({"Target": attributes.get("Target", "")})


def _word(reader: _Reader) -> None:
    reader.text("document", reader.main)


def _slides(reader: _Reader) -> None:
    for number, _, part in reader.listed("sldId"):
        reader.text(f"slide {number}", part)


def _book(reader: _Reader) -> None:
    strings = StringTable.of(reader.package, reader.main, reader.part, most=reader.passages.left)
    for number, attributes, part in reader.listed("sheet"):
        content = reader.part(part)
        name = attributes.get("name", "")
        rows, cut = read_sheet(content, strings, most=reader.passages.left)
        reader.passages.add(f"sheet {number}", f"{name}\n{rows}")
        if cut:
            raise ReadFault(Fault.TOO_LARGE)
    reader.passages.add("unused strings", strings.unused)


_MAINS: dict[MediaFormat, Callable[[_Reader], None]] = {
    MediaFormat.DOCX: _word,
    MediaFormat.PPTX: _slides,
    MediaFormat.XLSX: _book,
}
_ARCHIVE_FAULTS = {
    "encrypted": Fault.ENCRYPTED,
    "member_too_large": Fault.TOO_LARGE,
    "unpacks_too_large": Fault.TOO_LARGE,
    "zip64": Fault.TOO_LARGE,
    "prefix": Fault.AMBIGUOUS,
    "member_twice": Fault.AMBIGUOUS,
    "members_overlap": Fault.AMBIGUOUS,
}
