"""SVG documents."""

from __future__ import annotations

import pytest

from gateway.wire import svg, xmp
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import SVG

OWED = {xmp.AIGC: "label", xmp.SOURCE_TYPE: xmp.TRAINED}


@pytest.mark.parametrize(
    ("root", "view"),
    [
        (b'viewBox="0 0 400 300"', (0, 0, 400, 300, 300)),
        (b'viewBox="-5,-6 40,30" width="9"', (-5, -6, 40, 30, 30)),
        (b'viewBox="0 0 40 30" width="20" height="30"', (0, 0, 40, 30, 40)),
        (b'width="2in" height="96pt"', (0, 0, 192, 128, 128)),
        (b'width="100%" height="50%"', (0, 0, 300, 150, 150)),
        (b"", (0, 0, 300, 150, 150)),
    ],
)
def test_the_view_is_read(root: bytes, view: tuple[float, ...]) -> None:
    """The view box, else the size in pixels, else that of unsized content in CSS."""
    document = b'<svg xmlns="http://www.w3.org/2000/svg" ' + root + b"/>"
    assert tuple(svg.read_drawing(document).view) == view


@pytest.mark.parametrize(
    "document",
    [
        SVG,
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" a="/>" ></s:svg>',
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd"><svg></svg>',
    ],
)
def test_properties_go_into_the_metadata(document: bytes) -> None:
    """Whatever the root looks like; twice is once."""
    written = svg.merged(document, OWED)
    assert svg.carried(written)[0].values(xmp.AIGC) == ["label"]
    assert svg.merged(written, OWED) == written


def test_a_manifest_leaves() -> None:
    """The element of C2PA goes with its contents."""
    manifest = b'<c:manifest xmlns:c="http://c2pa.org/manifest">AAAA</c:manifest>'
    signed = SVG.replace(b"<rect", b"<metadata>" + manifest + b"</metadata><rect")
    assert svg.carried(signed)[1]
    assert manifest not in svg.merged(signed, OWED)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<svg", "broken_svg"),
        (b"<html/>", "broken_svg"),
        (b'<svg viewBox="0 0 nan 1"/>', "broken_svg"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "xml_entities"),
        (b"<svg>" + b"<g>" * 2000 + b"</g>" * 2000 + b"</svg>", "xml_too_deep"),
    ],
)
def test_what_is_no_drawing_is_a_fault(document: bytes, reason: str) -> None:
    """Broken, something else, hostile."""
    with pytest.raises(MediaFault, match=reason):
        svg.merged(document, OWED)
