"""Office Open XML packages (ISO/IEC 29500-2): their parts, relations, content types, properties.

A package is edited part by part, each by splices; everything else stays byte for byte. Both the
transitional and the strict vocabulary are read, and what is added speaks the file's own.
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from gateway.wire.xml_places import (
    Element,
    appended,
    escaped,
    find_elements,
    splice,
    text_of,
)
from gateway.wire.zip_members import Archive, ArchiveError

LARGEST_PART = 64 * 1024 * 1024
LARGEST_PACKAGE = 1024 * 1024 * 1024
"""Most bytes that all parts of a package may unpack to."""

_TYPES = "[Content_Types].xml"
_ROOT_RELATIONS = "_rels/.rels"
_CUSTOM_PART = "docProps/custom.xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATIONS_TYPE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""The set of user-defined properties (MS-OLEPS), which the property list always names."""
_FIRST_PROPERTY = 2
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Relation(NamedTuple):
    """One relation: its id, the last word of its type, and the part that it leads to."""

    id: str
    kind: str
    part: str


class Package:
    """A package being edited. Raises ArchiveError or XmlError if it cannot be.

    ``to_change`` refuses signed ones: reading them is no harm.
    """

    def __init__(self, content: bytes, *, to_change: bool = True) -> None:
        self._archive = Archive(content)
        self._changed: dict[str, bytes] = {}
        folded = [name.lower() for name in self._archive.names]
        if len(set(folded)) != len(folded):
            raise ArchiveError("member_twice")
        if _TYPES not in self._archive.names:
            raise ArchiveError("no_package")
        if to_change and any(name.startswith("_xmlsignatures/") for name in folded):
            raise ArchiveError("digitally_signed")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its parts as they came."""
        return self._archive.names

    def has(self, part: str) -> bool:
        """Say whether there is a part of this name."""
        return part in self._changed or part in self._archive.names

    def read(self, part: str) -> bytes:
        """Return a part as it is now. Raises ArchiveError if there is none."""
        if part in self._changed:
            return self._changed[part]
        if part not in self._archive.names:
            raise ArchiveError("part_missing")
        return self._archive.read(part, LARGEST_PART)

    def write(self, part: str, content: bytes, content_type: str = "") -> None:
        """Replace a part, or add one; ``content_type`` is told in the list of types if it is new.

        A part that would stay the same is not touched.
        """
        known = self.has(part)
        if not known or self.read(part) != content:
            self._changed[part] = content
        if content_type and not known:
            self._tell_type(part, content_type)

    def content(self) -> bytes:
        """Return the edited package. Raises ArchiveError if any part of it is damaged."""
        self._archive.check(LARGEST_PACKAGE)
        return self._archive.with_members(self._changed)

    @property
    def strict(self) -> bool:
        """True for the strict vocabulary (ISO/IEC 29500-1, against the transitional of -4)."""
        return _STRICT.encode() in self.read(_ROOT_RELATIONS)

    def type_of(self, kind: str) -> str:
        """Return a relation's type in the vocabulary of this file (``worksheet``)."""
        if self.strict:
            word = {"custom-properties": "customProperties"}.get(kind, kind)
            return f"{_STRICT}relationships/{word}"
        return f"{_TRANSITIONAL}relationships/{kind}"

    def main_part(self) -> str:
        """Return the part of the document, workbook or presentation itself."""
        for relation in self.relations(""):
            if relation.kind == "officeDocument":
                return relation.part
        raise ArchiveError("no_main_part")

    def relations(self, part: str) -> list[Relation]:
        """Return a part's relations into the package; of the package itself for an empty name."""
        name = _relations_of(part)
        if not self.has(name):
            return []
        found = []
        for each in find_elements(self.read(name), ["Relationship"]):
            said = each.attributes
            if said.get("TargetMode", "Internal") != "Internal":
                continue
            kind = said.get("Type", "").rpartition("/")[2].replace("customP", "custom-p")
            target = _resolved(part, said.get("Target", ""))
            found.append(Relation(said.get("Id", ""), kind, target))
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation from a part to another and return its id."""
        name = _relations_of(part)
        if not self.has(name):
            empty = f'<Relationships xmlns="{_RELATIONS_TYPE}"></Relationships>'.encode()
            self.write(name, _DECLARATION + empty)
        taken = {
            each.attributes.get("Id") for each in find_elements(self.read(name), ["Relationship"])
        }
        number = next(i for i in range(1, len(taken) + 2) if f"rIdSealgate{i}" not in taken)
        identifier = f"rIdSealgate{number}"
        document = self.read(name)
        root = _one(document, "Relationships")
        path = posixpath.relpath(target, posixpath.dirname(part) or ".")
        child = (
            f'<{root.qualified}Relationship Id="{identifier}" Type="{self.type_of(kind)}" '
            f'Target="{escaped(path)}"/>'
        )
        self.write(name, splice(document, [appended(document, root, child.encode())]))
        return identifier

    def _tell_type(self, part: str, content_type: str) -> None:
        document = self.read(_TYPES)
        wanted = f"/{part}".lower()
        for each in find_elements(document, ["Override"]):
            if each.attributes.get("PartName", "").lower() == wanted:
                return
        root = _one(document, "Types")
        child = f'<{root.qualified}Override PartName="/{part}" ContentType="{content_type}"/>'
        self.write(_TYPES, splice(document, [appended(document, root, child.encode())]))


def custom_properties(package: Package, name: str) -> list[str]:
    """Return the values of all custom properties of a name, compared without case."""
    part = _custom_part(package)
    if part is None or not package.has(part):
        return []
    document = package.read(part)
    return [text_of(document, each).strip() for each in _properties(document, name)]


def set_custom_property(package: Package, name: str, value: str) -> None:
    """Make a custom property (22.3 of part 1) hold this text, as the only one of its name."""
    part = _custom_part(package)
    new = part is None
    part = part or _CUSTOM_PART
    types = (
        "http://purl.oclc.org/ooxml/" if package.strict else "http://schemas.openxmlformats.org/"
    )
    year = "" if package.strict else "2006/"
    if not package.has(part):
        space = f"{types}officeDocument/{year}" + (
            "customProperties" if package.strict else "custom-properties"
        )
        root = f'<Properties xmlns="{space}" xmlns:vt="{types}officeDocument/{year}docPropsVTypes">'
        package.write(part, _DECLARATION + f"{root}</Properties>".encode(), _CUSTOM_TYPE)
    document = package.read(part)
    gone = [(each.start, each.end, b"") for each in _properties(document, name)]
    document = splice(document, gone)
    root_place = _one(document, "Properties")
    head = document[root_place.start : root_place.inner]
    space = f"{types}officeDocument/{year}docPropsVTypes"
    declared = "" if f'xmlns:vt="{space}"'.encode() in head else f' xmlns:vt="{space}"'
    numbers = [
        int(each.attributes["pid"])
        for each in find_elements(document, ["property"])
        if each.attributes.get("pid", "").isdecimal()
    ]
    child = (
        f'<{root_place.qualified}property fmtid="{_FORMAT_ID}" '
        f'pid="{max([_FIRST_PROPERTY - 1, *numbers]) + 1}" name="{name}">'
        f"<vt:lpwstr{declared}>{escaped(value)}</vt:lpwstr></{root_place.qualified}property>"
    )
    package.write(part, splice(document, [appended(document, root_place, child.encode())]))
    if new:
        package.relate("", "custom-properties", part)


def _properties(document: bytes, name: str) -> list[Element]:
    return [
        each
        for each in find_elements(document, ["property"])
        if each.attributes.get("name", "").lower() == name.lower()
    ]


def _custom_part(package: Package) -> str | None:
    for relation in package.relations(""):
        if relation.kind == "custom-properties":
            return relation.part
    return None


def _one(document: bytes, name: str) -> Element:
    found = find_elements(document, [name])
    if not found or found[0].above:
        raise ArchiveError("part_unreadable")
    return found[0]


def _relations_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels") if part else _ROOT_RELATIONS


def _resolved(part: str, target: str) -> str:
    target = unquote(target)
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
