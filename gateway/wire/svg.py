"""SVG documents (SVG 2) as XML with RDF in their ``metadata`` element; edited by splices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from xml.parsers import expat

from gateway.wire import xmp
from gateway.wire.media_fault import MediaFault

NAMESPACE = "http://www.w3.org/2000/svg"
LABEL_ID = "sealgate-label"
_MANIFEST = "manifest"
_LENGTH = re.compile(r"\s*([+]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|)\s*\Z")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_RUNS = frozenset({"script", "handler", "listener", "iframe", "frame", "object", "embed"})
_ADDRESSES = ("javascript:", "data:text/html")
_DEFAULT_SIZE = (300.0, 150.0)
_DEEPEST = 1000


class View(NamedTuple):
    """The part of the plane that the root shows: what a picture's frame is to a raster.

    ``frame`` is the shorter side of the frame around it, in the same units: it may be longer.
    """

    left: float
    top: float
    width: float
    height: float
    frame: float


class Drawing(NamedTuple):
    """Where things stand in a document, in bytes.

    ``inside`` is behind the root's start tag, ``close`` before its end tag (None: the root is an
    empty tag, which ends at ``inside``). ``gone`` are the spans of C2PA manifests, ``label`` the
    span of the label drawn by us. ``scripted``: a script may run in it, and change what is drawn.
    """

    view: View
    inside: int
    close: int | None
    root: str
    gone: tuple[tuple[int, int], ...]
    label: tuple[int, int] | None
    scripted: bool = False


def read_drawing(document: bytes) -> Drawing:
    """Return where things stand. Raises MediaFault if it is no SVG, or hostile XML."""
    if len(document) > xmp.LONGEST:
        raise MediaFault("too_large")
    reader = _Reader(document)
    xmp.walk(reader.parser, document, "broken_svg")
    return reader.drawing()


def carried(document: bytes) -> tuple[xmp.Reading, bool]:
    """Return the properties in the document, and whether it holds a manifest."""
    return xmp.read(document), bool(read_drawing(document).gone)


def merged(document: bytes, add: Mapping[xmp.Name, str], drop: Iterable[xmp.Name] = ()) -> bytes:
    """Return the document with the properties in its metadata, and no manifest.

    Raises MediaFault.
    """
    drawing = read_drawing(document)
    if drawing.gone:
        document = xmp.spliced(document, [(*span, b"") for span in drawing.gone])
    reading = xmp.read(document)
    if reading.close is not None or not add:
        return xmp.merged(document, add, drop)
    for name in drop:
        if reading.values(name):
            document = xmp.merged(document, {}, drop)
            break
    inside = read_drawing(document).inside
    packet = f'<rdf:RDF xmlns:rdf="{xmp.RDF}">{xmp.description(add)}</rdf:RDF>'
    body = f'<metadata xmlns="{NAMESPACE}">{packet}</metadata>'.encode()
    return inserted(document, inside, body)


def inserted(document: bytes, place: int, body: bytes) -> bytes:
    """Return the document with elements put in at ``inside`` or ``close`` of its drawing."""
    drawing = read_drawing(document)
    if drawing.close is None:  # <svg/> becomes <svg>...</svg>
        head = document[: drawing.inside].rstrip(b">").rstrip(b"/")
        tail = f"</{drawing.root}>".encode() + document[drawing.inside :]
        return head + b">" + body + tail
    return document[:place] + body + document[place:]


class _Reader:
    def __init__(self, document: bytes) -> None:
        self._document = document
        self._depth = 0
        self._root = ""
        self._view: View | None = None
        self._inside = 0
        self._close: int | None = None
        self._gone: list[tuple[int, int]] = []
        self._label: tuple[int, int] | None = None
        self._scripted = False
        self._open: list[tuple[str, int, int]] = []
        self.parser: Any = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.ProcessingInstructionHandler = self._instruction

    def drawing(self) -> Drawing:
        if self._view is None:
            raise MediaFault("broken_svg")
        gone = tuple(self._gone)
        return Drawing(
            self._view, self._inside, self._close, self._root, gone, self._label, self._scripted
        )  # fmt: skip

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        place = self.parser.CurrentByteIndex
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MediaFault("xml_too_deep")
        space, _, local = raw.rpartition(" ") if raw.count(" ") < 2 else _first_two(raw)
        self._scripted = self._scripted or _is_scripted(local, attributes)
        if self._depth == 1:
            if local != "svg" or space not in {NAMESPACE, ""}:
                raise MediaFault("broken_svg")
            tag = xmp.TAG_END.match(self._document, place + 1)
            if tag is None:
                raise MediaFault("broken_svg")
            self._inside = tag.end()
            self._root = self._document[place + 1 : tag.end()].split()[0].rstrip(b"/>").decode()
            self._view = _view(attributes)
        elif local == _MANIFEST and "c2pa" in space:
            self._open.append((_MANIFEST, place, self._depth))
        elif attributes.get("id") == LABEL_ID:
            self._open.append((LABEL_ID, place, self._depth))

    def _instruction(self, target: str, words: str) -> None:
        self._scripted = self._scripted or (target == "xml-stylesheet" and "xsl" in words.lower())

    def _end(self, _raw: str) -> None:
        place = self.parser.CurrentByteIndex
        if self._open and self._open[-1][2] == self._depth:
            what, start, _ = self._open.pop()
            tag = xmp.TAG_END.match(self._document, place + 1)
            span = (start, tag.end() if tag else place)
            if what == _MANIFEST:
                self._gone.append(span)
            else:
                self._label = span
        if self._depth == 1 and self._document[place : place + 2] == b"</":
            self._close = place
        self._depth -= 1


def _is_scripted(local: str, attributes: dict[str, str]) -> bool:
    """True for an element that a script comes with: itself, a document in it that may have one, a
    handler of events, or an address that is a script (SVG 2, 15; HTML, 8.1)."""
    if local.lower() in _RUNS:
        return True
    return any(
        (" " not in name and name.lower().startswith("on"))  # handlers have no namespace
        or "".join(value[:200].split()).lower().startswith(_ADDRESSES)
        for name, value in attributes.items()
    )


def _first_two(raw: str) -> tuple[str, str, str]:
    space, local, _ = raw.split(" ", 2)
    return space, " ", local


def _view(attributes: dict[str, str]) -> View:
    """Return the root's view box as far as it shows, else its size in pixels, else what CSS takes
    for unsized ones."""
    wide, high = _length(attributes.get("width", "")), _length(attributes.get("height", ""))
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    try:
        left, top, width, height = (float(each) for each in box)
    except ValueError:
        left = top = 0.0
        width, height = wide or _DEFAULT_SIZE[0], high or _DEFAULT_SIZE[1]
    if not (0 < width < 1e9 and 0 < height < 1e9 and abs(left) < 1e9 and abs(top) < 1e9):
        raise MediaFault("broken_svg")
    fit = attributes.get("preserveAspectRatio", "").strip()
    if not (wide and high) or fit.startswith("none"):
        return View(left, top, width, height, min(width, height))
    if "slice" not in fit:
        return View(left, top, width, height, min(wide, high) / min(wide / width, high / height))
    scale = max(wide / width, high / height)
    shown = wide / scale, high / scale
    left += (width - shown[0]) * _share(fit, "x")
    top += (height - shown[1]) * _share(fit, "Y")
    return View(left, top, *shown, min(shown))


def _share(fit: str, axis: str) -> float:
    """Return how much of what is cut off lies before what shows (SVG 2, 8.6)."""
    return 0.0 if f"{axis}Min" in fit else 1.0 if f"{axis}Max" in fit else 0.5


def _length(text: str) -> float:
    found = _LENGTH.match(text)
    return float(found[1]) * _PIXELS[found[2]] if found else 0.0
