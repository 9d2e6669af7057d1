"""Labels of drawings."""

from __future__ import annotations

import re

import pytest
from defusedxml.ElementTree import fromstring

from gateway.wire import svg, svg_label
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import LINE, SVG

GROUP = f"{{{svg.NAMESPACE}}}g"


def test_the_label_is_painted_last_and_needs_no_font() -> None:
    """A plate and outlines, with the words as title for those who cannot see."""
    written = svg_label.drawn(SVG, LINE, "bottom-right", 0.7)
    assert written is not None
    group = list(fromstring(written))[-1]
    assert (group.tag, group.get("id")) == (GROUP, svg.LABEL_ID)
    assert [each.tag.partition("}")[2] for each in group] == ["title", "rect", "path"]
    assert group[0].text == LINE
    assert b"font" not in written


@pytest.mark.parametrize("position", ["top-left", "top", "bottom-right"])
def test_the_plate_is_inside_the_view(position: str) -> None:
    """In the units of the root's view box."""
    document = SVG.replace(b"0 0 400 300", b"-20 -30 4 3")
    written = svg_label.drawn(document, LINE, position, 0.7) or b""
    rect = list(fromstring(written))[-1][1]
    x, y, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    assert x >= -20
    assert x + width <= -16 + 1e-6
    assert y >= -30
    assert y + height <= -27 + 1e-6


def test_letters_are_tall_enough() -> None:
    """The outlines of one line reach over 5 % of the shorter side of the view."""
    written = svg_label.drawn(SVG, "人工智能生成", "bottom", 0.7) or b""
    path = re.search(r'<path d="([^"]*)"', written.decode())
    assert path is not None
    numbers = [float(each) for each in re.findall(r"-?[0-9.]+(?:e-?[0-9]+)?", path[1])]
    assert max(numbers[1::2]) - min(numbers[1::2]) >= 0.05 * 300


@pytest.mark.parametrize(
    ("size", "fit", "seen"),
    [("100 400", "xMidYMid slice", (162.5, 0, 237.5, 300)), ("100 400", "xMinYMin slice",
     (0, 0, 75, 300)), ("800 100", "xMaxYMax slice", (0, 250, 400, 300)),
     ("100 400", "xMidYMid", (0, 0, 400, 300)), ("100 400", "none", (0, 0, 400, 300))],
)  # fmt: skip
def test_the_plate_is_where_the_frame_shows_it(
    size: str, fit: str, seen: tuple[float, float, float, float]
) -> None:
    """A root whose view box is cut to its frame shows a part of it; one that is fitted in is small
    in its frame, and the letters are measured by that."""
    width, height = size.split()
    more = f'<svg width="{width}" height="{height}" preserveAspectRatio="{fit}" '
    document = re.sub(rb"<svg ", more.encode(), SVG)
    written = svg_label.drawn(document, "人工智能生成", "bottom-right", 0.7) or b""
    _, rect, path = list(fromstring(written))[-1]
    left, top, wide, high = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    assert left >= seen[0] - 0.01
    assert top >= seen[1] - 0.01
    assert left + wide <= seen[2] + 0.01
    assert top + high <= seen[3] + 0.01
    numbers = [float(each) for each in re.findall(r"-?[0-9.]+(?:e-?[0-9]+)?", path.get("d"))]
    frame = 400.0 if fit == "xMidYMid" else min(seen[2] - seen[0], seen[3] - seen[1])
    assert max(numbers[1::2]) - min(numbers[1::2]) >= 0.05 * frame


def test_a_new_label_replaces_ours() -> None:
    """Two exchanges draw one label."""
    once = svg_label.drawn(SVG, "AI生成", "top", 0.7) or b""
    twice = svg_label.drawn(once, LINE, "bottom", 0.7) or b""
    assert twice.count(svg.LABEL_ID.encode()) == 1
    assert LINE.encode() in twice


@pytest.mark.parametrize(
    "inside",
    [
        "<script>document.documentElement.lastChild.remove()</script>",
        '<g onclick="parent.lastChild.remove()"/>',
        '<a href=" java&#10;script:alert(1)"><rect/></a>',
        '<a xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)"/>',
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="x"/></foreignObject>',
        '<?xml-stylesheet type="text/xsl" href="#t"?>',
    ],
)
def test_a_drawing_with_a_script_is_refused(inside: str) -> None:
    """It could take its label away when it is shown."""
    document = SVG.replace(b"<rect", inside.encode() + b"<rect", 1)
    with pytest.raises(MediaFault, match="has_script"):
        svg_label.drawn(document, LINE, "bottom", 0.7)


def test_what_only_looks_like_a_script_is_no_script() -> None:
    """Words, animations, and names that begin with the same letters."""
    words = b'<text xmlns:on="urn:on" on:x="1">javascript: onclick</text><set attributeName="x"/>'
    document = SVG.replace(b"<rect", words + b"<rect", 1)
    assert svg_label.drawn(document, LINE, "bottom", 0.7)
