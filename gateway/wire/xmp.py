"""XMP packets (ISO 16684-1) that carry the implicit label: read them, and add to them by splices.

A packet is edited where it must be and nowhere else: every property that stands in it stays, to the
byte. The label is ``TC260:AIGC`` (TC260-PG-20259A, clause 6), beside it stands
``Iptc4xmpExt:DigitalSourceType`` (IPTC Photo Metadata, a full URI). An SVG document is XML with RDF
in its ``metadata`` element, so the same functions serve it.

Hostile XML: a declared entity ends the reading at once, as defusedxml does it (whose parsers do not
tell where in the bytes they stand, which splices need); sizes and depths are bounded, no tree is
built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from gateway.wire.media_fault import MediaFault

Name = tuple[str, str]
"""A property: the address of its namespace and its local name."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
AIGC: Name = ("http://www.tc260.org.cn/ns/AIGC/1.0/", "AIGC")
SOURCE_TYPE: Name = ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType")
DRAWN: Name = ("urn:sealgate:marks:1.0:", "VisibleLabel")
PROVENANCE: Name = ("http://purl.org/dc/terms/", "provenance")
ORIENTATION: Name = ("http://ns.adobe.com/tiff/1.0/", "Orientation")
GAIN_MAP: Name = ("http://ns.adobe.com/hdr-gain-map/1.0/", "Version")
"""``DRAWN`` is ours: which label was drawn into the picture, and where. ``GAIN_MAP`` says that a
further picture behind this one makes it brighter (Ultra HDR)."""

PREFIXES = {
    AIGC[0]: "TC260",
    SOURCE_TYPE[0]: "Iptc4xmpExt",
    DRAWN[0]: "sealgate",
}
_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = _SOURCES + "trainedAlgorithmicMedia"
COMPOSITE = _SOURCES + "compositeWithTrainedAlgorithmicMedia"

LONGEST = 16 * 1024 * 1024
_DEEPEST = 200
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}">'
    '{body}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
TAG_END = re.compile(rb"""(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_LEFT_EMPTY = re.compile(
    rb'<rdf:Description xmlns:rdf="[^"]*"(?: xmlns:(?:TC260|Iptc4xmpExt|sealgate)="[^"]*")+'
    rb' rdf:about="[^"]*"></rdf:Description>'
)
_ATTRIBUTE = rb"""\s+%s\s*=\s*(?:"[^"]*"|'[^']*')"""


class Property(NamedTuple):
    """One property met, and the splice (start, end) in bytes that takes it out."""

    name: Name
    value: str
    start: int
    end: int


class Reading(NamedTuple):
    """What a document says and where it may be added to.

    ``close`` is where the first ``rdf:RDF`` ends (before its end tag), None if there is none or it
    is empty. ``about`` is what its descriptions are about.
    """

    found: tuple[Property, ...]
    close: int | None
    about: str

    def values(self, name: Name) -> list[str]:
        """Return the values of a property, in the order of the document."""
        return [each.value for each in self.found if each.name == name]


def read(document: bytes) -> Reading:
    """Return the properties of a packet that we know by name.

    Raises MediaFault if it is no well-formed XML, too large, too deep or declares entities.
    """
    if len(document) > LONGEST:
        raise MediaFault("xmp_too_large")
    reader = _Reader(document)
    walk(reader.parser, document, "broken_xmp")
    return Reading(tuple(reader.found), reader.close, reader.about)


def walk(parser: Any, document: bytes, broken: str) -> None:
    """Parse a document with a parser of expat's whose handlers are set.

    Raises MediaFault: ``broken`` if it is no well-formed XML, and if it declares entities.
    """
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse_entity
    try:
        parser.Parse(document, 1)
    except MediaFault:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MediaFault(broken) from error


def plain(packet: bytes) -> bytes:
    """Return a packet in UTF-8 without zero bytes behind it. Raises MediaFault if it cannot be."""
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"<\0?\0", "utf-16-le"),
        (b"\0<\0?", "utf-16-be"),
    ):
        if packet.startswith(mark):
            try:
                packet = packet.decode(encoding).encode()
            except UnicodeError as error:
                raise MediaFault("broken_xmp") from error
            break
    return packet.removeprefix(b"\xef\xbb\xbf").strip(b"\0")


def merged(packet: bytes | None, add: Mapping[Name, str], drop: Iterable[Name] = ()) -> bytes:
    """Return the packet with each property of ``add`` exactly once and none of ``drop``.

    What is already there in the right value, once, stays where it is. Raises MediaFault if the
    packet cannot be read.
    """
    if packet is None or not packet.strip():
        return _EMPTY.format(rdf=RDF, body=description(add)).encode() if add else b""
    packet = plain(packet)
    reading = read(packet)
    missing = {name: value for name, value in add.items() if reading.values(name) != [value]}
    if missing and reading.close is None:
        raise MediaFault("broken_xmp")
    gone = {*missing, *drop}
    splices = [(each.start, each.end, b"") for each in reading.found if each.name in gone]
    if missing and reading.close is not None:
        body = description(missing, reading.about).encode()
        splices.append((reading.close, reading.close, body))
    return _LEFT_EMPTY.sub(b"", spliced(packet, splices)) if splices else packet


def description(properties: Mapping[Name, str], about: str = "") -> str:
    """Return an ``rdf:Description`` with these properties as elements, declaring what it uses."""
    spaces = sorted({name[0] for name in properties})
    declared = "".join(f" xmlns:{PREFIXES[space]}={quoteattr(space)}" for space in spaces)
    body = "".join(
        f"<{PREFIXES[space]}:{local}>{escape(value)}</{PREFIXES[space]}:{local}>"
        for (space, local), value in properties.items()
    )
    about = quoteattr(about)
    return (
        f'<rdf:Description xmlns:rdf="{RDF}"{declared} rdf:about={about}>{body}</rdf:Description>'
    )


def spliced(document: bytes, splices: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return the document with stretches replaced; those inside another one go with it."""
    out: list[bytes] = []
    done = 0
    for start, end, body in sorted(splices, key=lambda each: (each[0], -each[1])):
        if start < done:
            continue
        out += (document[done:start], body)
        done = end
    return b"".join(out) + document[done:]


class _Reader:
    """Walks a document once and notes where the properties stand."""

    def __init__(self, document: bytes) -> None:
        self.found: list[Property] = []
        self.close: int | None = None
        self.about = ""
        self._document = document
        self._path: list[str] = []
        self._open: tuple[Name, int, list[str], int] | None = None
        self.parser: Any = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, raw: str, attributes: list[str]) -> None:
        name, place = _named(raw), self.parser.CurrentByteIndex
        if len(self._path) >= _DEEPEST:
            raise MediaFault("xml_too_deep")
        inside = len(self._path) > 1 and self._path[-1] == f"{RDF} Description"
        self._path.append(f"{name[0]} {name[1]}")
        if name == (RDF, "Description"):
            self._read_attributes(attributes, place)
        elif self._open is None and inside and name in _KNOWN:
            resource = [
                value
                for key, value in zip(attributes[::2], attributes[1::2], strict=True)
                if _named(key) == (RDF, "resource")
            ]
            self._open = (name, place, resource, len(self._path))

    def _read_attributes(self, attributes: list[str], place: int) -> None:
        tag = TAG_END.match(self._document, place + 1)
        for raw, value in zip(attributes[::2], attributes[1::2], strict=True):
            name = _named(raw)
            if name == (RDF, "about") and self.close is None and not self.about:
                self.about = value
            if name not in _KNOWN or tag is None:
                continue
            written = raw.split(" ")
            key = ":".join(reversed(written[1:])) if len(written) > 2 else written[-1]
            spot = re.compile(_ATTRIBUTE % re.escape(key.encode())).search(
                self._document, place, tag.end()
            )
            if spot is None:
                raise MediaFault("broken_xmp")
            self.found.append(Property(name, value, *spot.span()))

    def _text(self, text: str) -> None:
        if self._open is not None:
            self._open[2].append(text)

    def _end(self, raw: str) -> None:
        name, place = _named(raw), self.parser.CurrentByteIndex
        if self._open is not None and self._open[3] == len(self._path):
            _, start, parts, _ = self._open
            end = self._document.find(b">", place) + 1
            if place == start:  # an empty element tag: the parser reports both at its start
                tag = TAG_END.match(self._document, place + 1)
                end = tag.end() if tag else end
            self.found.append(Property(name, "".join(parts).strip(), start, end))
            self._open = None
        self._path.pop()
        if (
            name == (RDF, "RDF")
            and self.close is None
            and self._document[place : place + 2] == b"</"
        ):
            self.close = place


_KNOWN = frozenset({AIGC, SOURCE_TYPE, DRAWN, PROVENANCE, ORIENTATION, GAIN_MAP})


def _refuse_entity(*_: Any) -> NoReturn:
    raise MediaFault("xml_entities")


def _named(raw: str) -> Name:
    parts = raw.split(" ")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
