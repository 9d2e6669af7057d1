"""The label of a presentation (PresentationML): a text box on its first or last slide to be shown.

It stands along the bottom edge, above everything else; its name tells ours apart.
"""

from __future__ import annotations

from typing import NamedTuple

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

_NAME = "sealgate label"
_TREE = ("sld", "cSld", "spTree")
_USUAL = (12_192_000, 6_858_000)
_EMU_OF_POINT = 12_700
_LEAST_POINTS = 12


class _Slides(NamedTuple):
    """The slides that are shown, in order, and the size of one (EMU)."""

    parts: list[str]
    width: int
    height: int


class SlidesWriter:
    """Puts a shape with a text into slides; a Writer."""

    both = True

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our shapes on the first and the last slide."""
        try:
            package = Package(content)
            slides = _slides(package)
            return [
                Shown(at, text_of(document, shape).strip())
                for at, part in _ends(slides)
                for document in [package.read(part)]
                for shape in _ours(document, at)
            ]
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Take our old shapes out and put the new ones in."""
        try:
            package = Package(content)
            slides = _slides(package)
            for at, part in _ends(slides):
                document = package.read(part)
                gone = [(each.start, each.end, b"") for each in _ours(document, at)]
                package.write(part, splice(document, gone))
            for shown in wanted:
                part = dict(_ends(slides))[shown.at]
                document = package.read(part)
                package.write(part, splice(document, [_insertion(document, shown, slides)]))
            return package.content()
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error


def _ends(slides: _Slides) -> list[tuple[LabelPosition, str]]:
    return [(LabelPosition.START, slides.parts[0]), (LabelPosition.END, slides.parts[-1])]


def _slides(package: Package) -> _Slides:
    main = package.main_part()
    found = find_elements(package.read(main), ["sldId", "sldSz"])
    targets = {each.id: each.part for each in package.relations(main)}
    parts = []
    for each in found:
        named = [value for key, value in each.attributes.items() if key.endswith(" id")]
        if each.name == "sldId" and named and named[0] in targets:
            parts.append(targets[named[0]])
    shown = [part for part in parts if not _hidden(package.read(part))]
    if not parts:
        raise LabelError("no_slides")
    sizes = [each.attributes for each in found if each.name == "sldSz"]
    numbers = [sizes[0].get("cx", ""), sizes[0].get("cy", "")] if sizes else []
    good = len(numbers) == 2 and all(each.isdecimal() and len(each) < 10 for each in numbers)
    width, height = (int(numbers[0]), int(numbers[1])) if good else _USUAL
    return _Slides(shown or parts, width, height)


def _hidden(slide: bytes) -> bool:
    root = find_elements(slide, ["sld"])
    return bool(root) and root[0].attributes.get("show") in {"0", "false"}


def _ours(document: bytes, at: LabelPosition) -> list[Element]:
    name = f"{_NAME} {at.value}"
    if name.encode() not in document:
        return []
    found = find_elements(document, ["sp", "cNvPr"])
    names = [each.start for each in found if each.attributes.get("name") == name]
    return [
        each
        for each in found
        if each.name == "sp"
        and each.above == _TREE
        and any(each.start < n < each.end for n in names)
    ]


def _insertion(document: bytes, shown: Shown, slides: _Slides) -> tuple[int, int, bytes]:
    found = find_elements(document, ["spTree", "cNvPr", "extLst"])
    tree = next((each for each in found if each.name == "spTree" and each.above == _TREE[:2]), None)
    if tree is None:
        raise LabelError("no_shapes")
    numbers = [
        int(each.attributes["id"])
        for each in found
        if each.name == "cNvPr" and each.attributes.get("id", "").isdecimal()
    ]
    shape = _shape(tree.uri, shown, max(numbers, default=1) % 2**30 + 1, slides)
    last = [each for each in found if each.name == "extLst" and each.above == _TREE]
    if last:
        return last[-1].start, last[-1].start, shape
    return appended(document, tree, shape)


def _shape(uri: str, shown: Shown, number: int, slides: _Slides) -> bytes:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    if uri.startswith("http://purl.oclc.org/"):
        drawing = "http://purl.oclc.org/ooxml/drawingml/main"
    high = max(slides.height // 18, 2 * _LEAST_POINTS * _EMU_OF_POINT)
    points = max(_LEAST_POINTS, high // _EMU_OF_POINT // 2)
    return (
        f'<p:sp xmlns:p="{uri}" xmlns:a="{drawing}"><p:nvSpPr>'
        f'<p:cNvPr id="{number}" name="{_NAME} {shown.at.value}"/>'
        f'<p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="0" y="{slides.height - high}"/>'
        f'<a:ext cx="{slides.width}" cy="{high}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="FFFFFF"/>'
        f'</a:solidFill></p:spPr><p:txBody><a:bodyPr wrap="square" anchor="ctr"/><a:lstStyle/><a:p>'
        f'<a:pPr algn="ctr"/><a:r><a:rPr lang="zh-CN" sz="{points * 100}"><a:solidFill>'
        f'<a:srgbClr val="262626"/></a:solidFill></a:rPr><a:t>{escaped(shown.line)}</a:t></a:r>'
        f"</a:p></p:txBody></p:sp>"
    ).encode()
