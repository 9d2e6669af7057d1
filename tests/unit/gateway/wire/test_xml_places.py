"""Elements found by their bytes, edited by splices; hostile XML refused."""

from __future__ import annotations

import pytest
from defusedxml import ElementTree

from gateway.wire.xml_places import (
    XmlError,
    appended,
    escaped,
    find_elements,
    splice,
    text_of,
    with_attribute,
)

DOCUMENT = (
    '<?xml version="1.0"?><w:a xmlns:w="urn:x" q="1&gt;2"><!-- <w:b/> --><w:b name=\'a>b\'>文 '
    '<c w:id="7"/>&amp;</w:b ><w:b/></w:a>'
).encode()


def test_places_are_bytes_of_the_document() -> None:
    """Also behind Chinese text, comments and values that hold a bracket."""
    first, second = find_elements(DOCUMENT, ["b"])
    assert DOCUMENT[first.start : first.inner] == b"<w:b name='a>b'>"
    assert DOCUMENT[first.close : first.end] == b"</w:b >"
    assert DOCUMENT[second.start : second.end] == b"<w:b/>"
    assert (first.uri, first.prefix, first.qualified) == ("urn:x", "w", "w:")
    assert first.above == ("a",)
    assert first.attributes == {"name": "a>b"}
    assert (first.empty, second.empty) == (False, True)
    assert text_of(DOCUMENT, first) == "文 &"
    assert find_elements(DOCUMENT, ["c"])[0].attributes == {"urn:x id": "7"}


def test_a_child_is_appended_also_to_an_empty_tag() -> None:
    """Another reader finds it as the last child."""
    for element in find_elements(DOCUMENT, ["b"]):
        edited = splice(DOCUMENT, [appended(DOCUMENT, element, b"<new/>")])
        tree = ElementTree.fromstring(edited)
        assert sum(child[-1].tag == "new" for child in tree if len(child)) == 1


def test_an_attribute_is_set_or_added() -> None:
    """The other attributes stay as they are written."""
    first, second = find_elements(DOCUMENT, ["b"])
    assert with_attribute(DOCUMENT, first, "name", "x&y") == b'<w:b name="x&amp;y">'
    assert with_attribute(DOCUMENT, second, "name", "1") == b'<w:b name="1"/>'
    assert with_attribute(DOCUMENT, first, "me", "1") == b"<w:b name='a>b' me=\"1\">"


def test_text_is_escaped() -> None:
    """Nothing of it is taken for a tag."""
    assert escaped("a<b>&c") == "a&lt;b&gt;&amp;c"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "xml_broken"),
        (b"<a>", "xml_broken"),
        (b"<a/><b/>", "xml_broken"),
        (b"<a>\xff</a>", "xml_broken"),
        (b"<x:a/>", "xml_broken"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml_doctype"),
        (b'<?xml version="1.0" encoding="gb18030"?><a/>', "xml_encoding"),
        ("<a/>".encode("utf-16"), "xml_encoding"),
        (b"<a>" * 2000 + b"</a>" * 2000, "xml_too_deep"),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", "xml_too_large"),
    ],
)
def test_hostile_and_broken_xml_is_refused(document: bytes, why: str) -> None:
    """Before anything of it is resolved."""
    with pytest.raises(XmlError, match=why):
        find_elements(document, ["a", "b"])
