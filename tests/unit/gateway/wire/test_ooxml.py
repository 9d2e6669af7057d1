"""Office packages: parts, relations, types and the custom property."""

from __future__ import annotations

import io
import zipfile

import pytest

from gateway.wire.ooxml import Package, custom_properties, set_custom_property
from gateway.wire.zip_members import ArchiveError
from tests.document_kit import book, deck, word


def _with(content: bytes, changes: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return out.getvalue()


@pytest.mark.parametrize("content", [word(), book(), deck()])
def test_a_property_is_added_once_and_nothing_else_changes(content: bytes) -> None:
    """Setting it again replaces it; only three parts differ."""
    package = Package(content)
    set_custom_property(package, "AIGC", "first")
    package = Package(package.content())
    set_custom_property(package, "AIGC", '<&"二')
    written = package.content()
    assert custom_properties(Package(written), "aigc") == ['<&"二']
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(io.BytesIO(written)) as new:
        differ = {
            n for n in new.namelist() if n not in old.namelist() or old.read(n) != new.read(n)
        }
    assert differ == {"docProps/custom.xml", "[Content_Types].xml", "_rels/.rels"}


def test_other_properties_stay_and_get_no_second_number() -> None:
    """A list that is there, at another place and with other prefixes, is added to."""
    package = Package(word())
    set_custom_property(package, "Mine", "kept")
    moved = package.content()
    with zipfile.ZipFile(io.BytesIO(moved)) as archive:
        old = (
            archive.read("docProps/custom.xml").replace(b"<vt:", b"<q:").replace(b"</vt:", b"</q:")
        )
        old = old.replace(b"xmlns:vt=", b"xmlns:q=")
    package = Package(_with(moved, {"docProps/custom.xml": old}))
    set_custom_property(package, "AIGC", "x")
    assert custom_properties(package, "Mine") == ["kept"]
    assert custom_properties(package, "AIGC") == ["x"]
    numbers = package.read("docProps/custom.xml").split(b'pid="')[1:]
    assert [each[:1] for each in numbers] == [b"2", b"3"]


def test_the_strict_vocabulary_is_kept() -> None:
    """What is added to a strict file is strict."""
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{strict}" Target="/word/document.xml"/></Relationships>'
    )
    package = Package(_with(word(), {"_rels/.rels": relations.encode()}))
    assert package.main_part() == "word/document.xml"
    set_custom_property(package, "AIGC", "x")
    assert b"ooxml/officeDocument/relationships/customProperties" in package.read("_rels/.rels")
    assert b"schemas.openxmlformats.org" not in package.read("docProps/custom.xml")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"_xmlsignatures/origin.sigs": b""}, "digitally_signed"),
        ({"WORD/document.xml": b""}, "member_twice"),
    ],
)
def test_packages_that_may_not_be_changed(changes: dict[str, bytes], why: str) -> None:
    """A signature would break; two parts of one name are one part to some readers."""
    with pytest.raises(ArchiveError, match=why):
        Package(_with(word(), changes))


def test_relations_outside_the_package_are_not_followed() -> None:
    """Neither links nor a main part that is not there."""
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    package = Package(_with(word(), {"_rels/.rels": empty}))
    with pytest.raises(ArchiveError, match="no_main_part"):
        package.main_part()
    with pytest.raises(ArchiveError, match="part_missing"):
        package.read("word/none.xml")
