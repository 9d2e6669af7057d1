"""XMP packets: what is read, what is added, and that nothing is lost."""

from __future__ import annotations

import pytest
from defusedxml import EntitiesForbidden
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import xmp
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import XMP

LABEL = '{"Label":"1","ContentProducer":"<&>"}'
OWED = {xmp.AIGC: LABEL, xmp.SOURCE_TYPE: xmp.TRAINED}
ATTRIBUTE = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="' + xmp.RDF.encode() + b'">'
    b'<r:Description r:about="uuid:7" xmlns:t="http://www.tc260.org.cn/ns/AIGC/1.0/" '
    b"xmlns:d='u:d' t:AIGC='{&quot;Label&quot;:&quot;2&quot;}' d:kept=\"1 > 0\"/>"
    b"</r:RDF></x:xmpmeta>"
)
HOSTILE = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def test_a_new_packet_says_what_is_owed() -> None:
    """Without a packet, one is made that is well-formed and holds each property once."""
    packet = xmp.merged(None, OWED)
    assert fromstring(packet) is not None
    assert xmp.read(packet).values(xmp.AIGC) == [LABEL]
    assert xmp.read(packet).values(xmp.SOURCE_TYPE) == [xmp.TRAINED]


def test_merging_loses_nothing() -> None:
    """Taking out what was added gives the packet that was there, to the byte."""
    packet = xmp.merged(XMP, OWED)
    added = xmp.description(OWED).encode()
    assert packet.count(added) == 1
    assert packet.replace(added, b"") == xmp.plain(XMP)


def test_merging_twice_is_merging_once() -> None:
    """What is there in the right value stays where it is."""
    once = xmp.merged(XMP, OWED)
    assert xmp.merged(once, OWED) == once


@pytest.mark.parametrize("packet", [XMP, ATTRIBUTE], ids=["elements", "attributes"])
def test_another_value_replaces_the_first(packet: bytes) -> None:
    """There is one label after any number of merges, and no empty rest grows."""
    first = xmp.merged(packet, {xmp.AIGC: "one"})
    second = xmp.merged(first, {xmp.AIGC: "two"})
    assert xmp.read(second).values(xmp.AIGC) == ["two"]
    assert len(second) == len(first)


def test_the_attribute_form_is_read_and_replaced() -> None:
    """The label as an attribute of a description, as met in the wild; others stay."""
    assert xmp.read(ATTRIBUTE).values(xmp.AIGC) == ['{"Label":"2"}']
    packet = xmp.merged(ATTRIBUTE, {xmp.AIGC: "new"})
    assert xmp.read(packet).values(xmp.AIGC) == ["new"]
    assert b'd:kept="1 > 0"' in packet
    assert xmp.read(packet).about == "uuid:7"


def test_a_resource_is_a_value() -> None:
    """A source type may be written as an address of a resource."""
    element = (
        b'<I:DigitalSourceType xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        b'rdf:resource="' + xmp.TRAINED.encode() + b'"/></rdf:Description>'
    )
    packet = XMP.replace(b"</rdf:Description>", element)
    assert xmp.read(packet).values(xmp.SOURCE_TYPE) == [xmp.TRAINED]
    assert xmp.merged(packet, {xmp.SOURCE_TYPE: xmp.TRAINED}) == xmp.plain(packet)


def test_properties_can_be_dropped() -> None:
    """What no longer holds goes without a trace."""
    packet = xmp.merged(XMP, OWED)
    assert xmp.AIGC[0].encode() not in xmp.merged(packet, {}, OWED)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_other_encodings_become_utf_8(encoding: str) -> None:
    """XMP in UTF-16 and UTF-32 is legal."""
    packet = XMP.decode().encode(encoding)
    assert xmp.read(xmp.merged(packet, OWED)).values(xmp.AIGC) == [LABEL]


def test_entities_are_refused_as_the_careful_parser_does() -> None:
    """A document that declares an entity is read by neither."""
    with pytest.raises(EntitiesForbidden):
        fromstring(HOSTILE)
    with pytest.raises(MediaFault, match="xml_entities"):
        xmp.read(HOSTILE)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"<a", "broken_xmp"),
        (b"<a/>", "broken_xmp"),
        (b"<a>" * 300 + b"</a>" * 300, "xml_too_deep"),
        (b"<a>" + b" " * xmp.LONGEST + b"</a>", "xmp_too_large"),
    ],
)
def test_what_cannot_be_merged_is_a_fault(packet: bytes, reason: str) -> None:
    """Broken, without RDF, too deep, too large."""
    with pytest.raises(MediaFault, match=reason):
        xmp.merged(packet, OWED)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).map(str.strip))
def test_any_value_comes_back(value: str) -> None:
    """Whatever stands in a value, it is read as it was written."""
    packet = xmp.merged(XMP, {xmp.AIGC: value})
    assert xmp.read(packet).values(xmp.AIGC) == [value]
