"""The visible label of a drawing: outlines, so that no font is needed to show it."""

from __future__ import annotations

from xml.sax.saxutils import escape

from gateway.wire import lettering, outlines, svg, xmp
from gateway.wire.media_fault import MediaFault

_SHORT_SIDE = 1000
_FIRM = (
    "display:inline!important;visibility:visible!important;opacity:1!important;"
    "transform:none!important;clip-path:none!important;mask:none!important;filter:none!important"
)
"""What style sheets of the document cannot take back."""


def drawn(document: bytes, text: str, position: str, opacity: float) -> bytes | None:
    """Return the document with the label as the last thing that is painted.

    A label drawn by us before goes. None if there is no room for it. Raises MediaFault, also for a
    drawing with a script, which could take the label away.
    """
    drawing = svg.read_drawing(document)
    if drawing.scripted:
        raise MediaFault("has_script")
    if drawing.label is not None:
        document = xmp.spliced(document, [(*drawing.label, b"")])
        drawing = svg.read_drawing(document)
    if drawing.label is not None:
        raise MediaFault("broken_svg")
    group = _group(drawing.view, text, position, opacity)
    if group is None:
        return None
    place = drawing.inside if drawing.close is None else drawing.close
    return svg.inserted(document, place, group.encode())


def _group(view: svg.View, text: str, position: str, opacity: float) -> str | None:
    unit = min(view.width, view.height) / _SHORT_SIDE
    width, height = int(view.width / unit), int(view.height / unit)
    share = lettering.SHARE * view.frame / min(view.width, view.height)
    layout = lettering.lay_out(text, width, height, share=share)
    if layout is None:
        return None
    box = lettering.place(layout, position, width, height)
    left, top = view.left + box.left * unit, view.top + box.top * unit
    scale = layout.size * unit / outlines.units_per_em()
    paths = []
    for number, line in enumerate(layout.lines):
        long = sum(outlines.advance(letter) for letter in line) * scale
        pen = left + (layout.width * unit - long) / 2
        base = top + (layout.padding + layout.ascent + number * layout.pitch) * unit
        for letter in line:
            paths.append(outlines.path(letter, pen, base, scale))
            pen += outlines.advance(letter) * scale
    plate = (
        f'<rect x="{left:.6g}" y="{top:.6g}" width="{layout.width * unit:.6g}" '
        f'height="{layout.height * unit:.6g}" '
        f'style="{_FIRM};fill:#000!important;fill-opacity:{opacity}!important;stroke:none!important"/>'
    )
    letters = (
        f'<path d="{"".join(paths)}" style="{_FIRM};fill:#fff!important;stroke:none!important"/>'
    )
    return (
        f'<g xmlns="{svg.NAMESPACE}" id="{svg.LABEL_ID}" role="img" style="{_FIRM}">'
        f"<title>{escape(text)}</title>{plate}{letters}</g>"
    )
