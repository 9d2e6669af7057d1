"""The label of an HTML page: an element of its own, first or last in the body.

Its style stands on the element, so that it shows without the page's own; an attribute tells it
apart.
"""

from __future__ import annotations

from html import escape, unescape

from gateway.marks.document_label.writer import LabelError, Shown, plain_text
from gateway.nouns.mark import LabelPosition
from gateway.wire.html_places import attributes, find_places, tags

_MARK = "data-sealgate-label"
_STYLE = (
    "display:block!important;visibility:visible!important;position:static!important;margin:0;"
    "padding:.5em 1em;font:14px/1.4 sans-serif;color:#262626;background:#fff;text-align:center"
)


class PageWriter:
    """Puts an element into the body; a Writer."""

    both = True

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our elements."""
        text = plain_text(content)
        return [Shown(at, line) for _, _, at, line in _ours(text)]

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Take our old elements out and put the new ones in. A set of frames has no body: words
        before it would take its place."""
        text = plain_text(content)
        if any(tag.name == "frameset" for tag in tags(text)):
            raise LabelError("frameset")
        for start, end, _, _ in reversed(_ours(text)):
            text = text[:start] + text[end:]
        for shown in sorted(wanted, key=lambda each: each.at is LabelPosition.START):
            places = find_places(text)
            at = places.top if shown.at is LabelPosition.START else places.bottom
            element = (
                f'<div {_MARK}="{shown.at.value}" role="note" style="{_STYLE}">'
                f"{escape(shown.line)}</div>"
            )
            text = text[:at] + element + text[at:]
        return text.encode()


def _ours(text: str) -> list[tuple[int, int, LabelPosition, str]]:
    """Return where our elements begin and end, with their positions and words."""
    found = []
    opened: tuple[int, int, LabelPosition] | None = None
    for tag in tags(text):
        if opened and tag.name == "div":
            start, inner, at = opened
            opened = None
            if tag.closing:
                found.append((start, tag.end, at, unescape(text[inner : tag.start]).strip()))
                continue
        if tag.name == "div" and not tag.closing and _MARK in tag.source:
            said = attributes(tag).get(_MARK, "")
            if said in {LabelPosition.START, LabelPosition.END}:
                opened = tag.start, tag.end, LabelPosition(said)
    return found
