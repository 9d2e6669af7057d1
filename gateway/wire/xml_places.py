"""Where elements stand in an XML document, as bytes, so that it can be edited by splices.

Re-writing a parsed document loses what its author chose (prefixes, order, white space, unknown
parts); a splice changes what it means to change and nothing else. Document types are refused, and
with them entities of any kind; the encoding must be UTF-8 (or ASCII, its part).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_SEPARATOR = "\n"
MOST_FOUND = 200_000
DEEPEST = 1000


class XmlError(ValueError):
    """The document cannot be read, or not be edited safely; the message is one word."""


class Element(NamedTuple):
    """One element. ``name`` is its local name, ``above`` its ancestors' local names.

    Bytes: ``start`` is its ``<``, ``inner`` is behind its start tag, ``close`` is its end tag, and
    ``end`` behind that; of an empty tag, inner, close and end are the same. Attributes of no
    namespace have their name, others ``uri local``.
    """

    name: str
    uri: str
    prefix: str
    attributes: dict[str, str]
    above: tuple[str, ...]
    start: int
    inner: int
    close: int
    end: int

    @property
    def qualified(self) -> str:
        """The prefix with its colon, to write a sibling with; empty for the default namespace."""
        return f"{self.prefix}:" if self.prefix else ""

    @property
    def empty(self) -> bool:
        """True if it is one tag, ``<a/>``."""
        return self.inner == self.end


class _Open(NamedTuple):
    name: str
    uri: str
    prefix: str
    attributes: dict[str, str]
    start: int
    wanted: bool


class _Finder:
    def __init__(self, document: bytes, names: Collection[str]) -> None:
        self._document = document
        self._names = frozenset(names)
        self._open: list[_Open] = []
        self.found: list[Element] = []
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.namespace_prefixes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declared
        self._parser = parser

    def run(self) -> None:
        try:
            self._parser.Parse(self._document, True)  # noqa: FBT003 -- expat's form
        except expat.ExpatError:
            raise XmlError("xml_broken") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise XmlError("xml_too_deep")
        uri, name, prefix = _split(tag)
        wanted = name in self._names
        kept = {_plain_key(key): value for key, value in attributes.items()} if wanted else {}
        start = self._parser.CurrentByteIndex
        self._open.append(_Open(name, uri, prefix, kept, start, wanted))

    def _end(self, tag: str) -> None:
        del tag
        one = self._open.pop()
        if not one.wanted:
            return
        if len(self.found) >= MOST_FOUND:
            raise XmlError("xml_too_large")
        inner = _behind_tag(self._document, one.start)
        close = self._parser.CurrentByteIndex
        if self._document[inner - 2 : inner] == b"/>":
            close = end = inner
        else:
            end = self._document.find(b">", close) + 1
        above = tuple(each.name for each in self._open)
        named = (one.name, one.uri, one.prefix, one.attributes)
        self.found.append(Element(*named, above, one.start, inner, close, end))

    def _doctype(self, *_: object) -> None:
        raise XmlError("xml_doctype")

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        del version, standalone
        if (encoding or "utf-8").lower() not in {"utf-8", "us-ascii", "ascii"}:
            raise XmlError("xml_encoding")


def find_elements(document: bytes, names: Collection[str]) -> list[Element]:
    """Return the elements of these local names, in the order of their start tags.

    Raises XmlError: ``xml_broken``, ``xml_doctype``, ``xml_encoding``, ``xml_too_large``.
    """
    if document.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")):
        raise XmlError("xml_encoding")
    finder = _Finder(document, names)
    finder.run()
    return sorted(finder.found, key=lambda each: each.start)


def text_of(document: bytes, element: Element) -> str:
    """Return the text below an element, without its tags."""
    parts: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = parts.append
    declared = b"<a>" + document[element.inner : element.close] + b"</a>"
    try:
        parser.Parse(declared, True)  # noqa: FBT003 -- expat's form
    except expat.ExpatError:
        raise XmlError("xml_broken") from None
    return "".join(parts)


def splice(document: bytes, edits: Collection[tuple[int, int, bytes]]) -> bytes:
    """Return the document with the spans replaced. Spans do not overlap."""
    out = document
    for start, end, new in sorted(edits, reverse=True):
        out = out[:start] + new + out[end:]
    return out


def appended(document: bytes, parent: Element, child: bytes) -> tuple[int, int, bytes]:
    """Return the edit that makes ``child`` the last child of an element, also of an empty tag."""
    if not parent.empty:
        return parent.close, parent.close, child
    tag = document[parent.start : parent.end]
    name = f"</{parent.qualified}{parent.name}>".encode()
    return parent.start, parent.end, tag[:-2].rstrip() + b">" + child + name


def with_attribute(document: bytes, element: Element, name: str, value: str) -> bytes:
    """Return an element's start tag with an unprefixed attribute set to a value."""
    tag = document[element.start : element.inner].decode()
    stop = len(tag) - (2 if tag.endswith("/>") else 1)
    at = _attribute_span(tag, name)
    if at is not None:
        return (tag[: at[0]] + f"{name}={quoteattr(value)}" + tag[at[1] :]).encode()
    return (tag[:stop].rstrip() + f" {name}={quoteattr(value)}" + tag[stop:]).encode()


def escaped(text: str) -> str:
    """Return a text as it stands between tags."""
    return escape(text)


def _attribute_span(tag: str, name: str) -> tuple[int, int] | None:
    at = 0
    while True:
        equals = tag.find("=", at)
        if equals < 0:
            return None
        quote_at = next(i for i in range(equals, len(tag)) if tag[i] in "\"'")
        close = tag.find(tag[quote_at], quote_at + 1)
        key = tag[at:equals].rsplit(maxsplit=1)[-1]
        if key == name:
            return equals - len(tag[at:equals]) + tag[at:equals].rindex(key), close + 1
        at = close + 1


def _split(tag: str) -> tuple[str, str, str]:
    parts = tag.split(_SEPARATOR)
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _plain_key(key: str) -> str:
    uri, name, _ = _split(key)
    return f"{uri} {name}" if uri else name


def _behind_tag(document: bytes, start: int) -> int:
    """Return the place behind a start tag's ``>``, which may also stand inside a value."""
    at = start
    while True:
        close = document.find(b">", at)
        quotes = [
            q for q in (document.find(b'"', at, close), document.find(b"'", at, close)) if q >= 0
        ]
        if not quotes:
            return close + 1
        first = min(quotes)
        at = document.find(document[first : first + 1], first + 1) + 1
