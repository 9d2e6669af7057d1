"""The label of a workbook (SpreadsheetML): a sheet of its own, behind the others.

At the start it is the sheet that shows when the workbook is opened; at the end it is only the last
one. No cell, formula, chart or name of another sheet moves: rows put in would shift references, and
a box over cells would hide them.
"""

from __future__ import annotations

import posixpath

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
    with_attribute,
)
from gateway.wire.zip_members import ArchiveError

_FILE = "worksheets/sealgate-label.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_TITLES = {True: "AI生成", False: "AI-generated"}
_SHEET_KINDS = frozenset({"worksheet", "chartsheet", "dialogsheet"})


class SheetsWriter:
    """Adds a sheet with the words; a Writer."""

    both = False

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our sheet, once; at the start if it is the one that shows."""
        try:
            package = Package(content)
            main = package.main_part()
            part = _part(main)
            listed = any(each.part == part for each in package.relations(main))
            if not (listed and package.has(part)):
                return []
            sheet = package.read(part)
            cells = find_elements(sheet, ["t"])
            index = _place(package, main, part)
            if index < 0 or not cells:
                return []
            at = LabelPosition.START if _active(package, main) == index else LabelPosition.END
            return [Shown(at, text_of(sheet, cells[0]))]
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Write the sheet anew, and let it show if it is wanted at the start."""
        try:
            package = Package(content)
            main = package.main_part()
            part = _part(main)
            root = _first(package.read(main), "workbook")
            first = wanted[0]
            known = any(each.part == part for each in package.relations(main))
            if not known:
                self._list(package, main, part, root, first.line)
            show = first.at is LabelPosition.START
            if show:
                self._deselect(package, main, part)
                self._activate(package, main, _place(package, main, part))
            package.write(part, _sheet(root.uri, first.line, selected=show), _TYPE)
            return package.content()
        except (ArchiveError, XmlError) as error:
            raise LabelError(str(error)) from error

    @staticmethod
    def _list(package: Package, main: str, part: str, root: Element, line: str) -> None:
        identifier = package.relate(main, "worksheet", part)
        document = package.read(main)
        sheets = _first(document, "sheets")
        listed = [
            each for each in find_elements(document, ["sheet"]) if each.above[-1:] == ("sheets",)
        ]
        numbers = [
            int(each.attributes["sheetId"])
            for each in listed
            if each.attributes.get("sheetId", "").isdecimal()
        ]
        taken = {each.attributes.get("name", "").lower() for each in listed}
        title = _TITLES[any("\u4e00" <= letter <= "\u9fff" for letter in line)]
        free = next(
            name
            for name in (title, *(f"{title} ({n})" for n in range(2, len(taken) + 3)))
            if name.lower() not in taken
        )
        space = package.type_of("worksheet").rpartition("/")[0]
        child = (
            f'<s:sheet xmlns:s="{root.uri}" xmlns:r="{space}" name="{escaped(free)}" '
            f'sheetId="{max(numbers, default=0) % 65_000 + 1}" r:id="{identifier}"/>'
        )
        package.write(main, splice(document, [appended(document, sheets, child.encode())]))

    @staticmethod
    def _deselect(package: Package, main: str, own: str) -> None:
        """Two selected sheets would be a group, in which typing on one changes the other."""
        for relation in package.relations(main):
            if relation.kind not in _SHEET_KINDS or relation.part == own:
                continue
            sheet = package.read(relation.part)
            if b"tabSelected" not in sheet:
                continue
            edits = [
                (each.start, each.inner, with_attribute(sheet, each, "tabSelected", "0"))
                for each in find_elements(sheet, ["sheetView"])
                if each.attributes.get("tabSelected") in {"1", "true"}
            ]
            package.write(relation.part, splice(sheet, edits))

    @staticmethod
    def _activate(package: Package, main: str, index: int) -> None:
        document = package.read(main)
        views = find_elements(document, ["workbookView"])
        edits = [
            (each.start, each.inner, with_attribute(document, each, "activeTab", str(index)))
            for each in views
        ]
        if not views:
            sheets = _first(document, "sheets")
            view = f'<s:workbookView activeTab="{index}"/>'
            listed = f'<s:bookViews xmlns:s="{sheets.uri}">{view}</s:bookViews>'
            edits = [(sheets.start, sheets.start, listed.encode())]
        package.write(main, splice(document, edits))


def _part(main: str) -> str:
    return posixpath.join(posixpath.dirname(main), _FILE)


def _place(package: Package, main: str, part: str) -> int:
    """Return the index of a part among the sheets, -1 if it is none."""
    targets = {each.id: each.part for each in package.relations(main)}
    sheets = [
        each
        for each in find_elements(package.read(main), ["sheet"])
        if each.above[-1:] == ("sheets",)
    ]
    for index, each in enumerate(sheets):
        named = [value for key, value in each.attributes.items() if key.endswith(" id")]
        if named and targets.get(named[0]) == part:
            return index
    return -1


def _active(package: Package, main: str) -> int:
    views = find_elements(package.read(main), ["workbookView"])
    said = views[0].attributes.get("activeTab", "0") if views else "0"
    return int(said) if said.isdecimal() and len(said) < 6 else 0


def _first(document: bytes, name: str) -> Element:
    found = find_elements(document, [name])
    if not found:
        raise LabelError("workbook_unreadable")
    return found[0]


def _sheet(uri: str, line: str, *, selected: bool) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{uri}"><sheetViews><sheetView showGridLines="0" '
        f'tabSelected="{int(selected)}" workbookViewId="0"/></sheetViews>'
        '<cols><col min="1" max="1" width="60" customWidth="1"/></cols><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve">'
        f"{escaped(line)}</t></is></c></row></sheetData></worksheet>"
    ).encode()
