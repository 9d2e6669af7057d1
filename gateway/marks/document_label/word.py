"""The label of a text document (WordprocessingML): a paragraph of its own, first or last.

A hidden bookmark (its name begins with an underscore) around the words tells ours apart.
"""

from __future__ import annotations

from gateway.marks.document_label.writer import LabelError, Shown
from gateway.nouns.mark import LabelPosition
from gateway.wire.ooxml import Package
from gateway.wire.xml_places import (
    Element,
    XmlError,
    appended,
    escaped,
    find_elements,
    splice,
    text_of,
)
from gateway.wire.zip_members import ArchiveError

_NAMES = {
    "_sealgate_label_start": LabelPosition.START,
    "_sealgate_label_end": LabelPosition.END,
}
_BODY = ("document", "body")


class WordWriter:
    """Puts a centred paragraph into the body; a Writer."""

    both = True

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our paragraphs."""
        try:
            package = Package(content)
            document = package.read(package.main_part())
            return [Shown(at, text_of(document, paragraph)) for at, paragraph in _ours(document)]
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Take our old paragraphs out and put the new ones in."""
        try:
            package = Package(content)
            part = package.main_part()
            document = package.read(part)
            document = splice(
                document, [(each.start, each.end, b"") for _, each in _ours(document)]
            )
            for shown in wanted:
                document = splice(document, [_insertion(document, shown)])
            package.write(part, document)
            return package.content()
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error


def _ours(document: bytes) -> list[tuple[LabelPosition, Element]]:
    """Return our paragraphs with their positions, by the bookmarks in them."""
    if not any(name.encode() in document for name in _NAMES):
        return []
    found = find_elements(document, ["p", "bookmarkStart"])
    paragraphs = [each for each in found if each.name == "p" and each.above == _BODY]
    ours = []
    for mark in found:
        at = next((_NAMES[v] for v in mark.attributes.values() if v in _NAMES), None)
        if mark.name != "bookmarkStart" or at is None:
            continue
        ours += [(at, each) for each in paragraphs if each.start < mark.start < each.end]
    return ours


def _insertion(document: bytes, shown: Shown) -> tuple[int, int, bytes]:
    found = find_elements(document, ["body", "sectPr", "bookmarkStart"])
    body = next((each for each in found if each.above == _BODY[:1] and each.name == "body"), None)
    if body is None:
        raise LabelError("no_body")
    marks = [each for each in found if each.name == "bookmarkStart"]
    numbers = [int(v) for each in marks for v in each.attributes.values() if v.isdecimal()]
    name = next(name for name, at in _NAMES.items() if at is shown.at)
    paragraph = _paragraph(body.uri, shown.line, name, max(numbers, default=0) % 2**30 + 1)
    if body.empty:
        return appended(document, body, paragraph)
    if shown.at is LabelPosition.START:
        return body.inner, body.inner, paragraph
    section = [each for each in found if each.name == "sectPr" and each.above == _BODY]
    place = section[-1].start if section else body.close
    return place, place, paragraph


def _paragraph(uri: str, line: str, name: str, number: int) -> bytes:
    return (
        f'<w:p xmlns:w="{uri}"><w:pPr><w:jc w:val="center"/></w:pPr>'
        f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
        f'<w:r><w:rPr><w:color w:val="404040"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr>'
        f'<w:t xml:space="preserve">{escaped(line)}</w:t></w:r>'
        f'<w:bookmarkEnd w:id="{number}"/></w:p>'
    ).encode()
