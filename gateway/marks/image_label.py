"""The visible label of pictures (GB 45438-2025, 5.2): words at an edge or corner, on a plate.

Every letter shows ink over at least 5 % of the shortest side; white on a dark plate is legible on
any ground. Which label was drawn, and where, is noted in the XMP as a property of ours: so the same
label is not drawn twice, and a reader can look whether it is still there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import FileMarksOrder, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim, ClaimState
from gateway.wire import image_file, lettering, svg, svg_label, xmp
from gateway.wire.canvas import Canvas
from gateway.wire.lettering import Box
from gateway.wire.media_fault import MediaFault
from gateway.wire.picture import Limits, Picture

_OPACITY = 0.72
"""White ink on white ground below such a plate still has a contrast of 9 to 1 (WCAG 2.2, 1.4.3)."""

_FEW = 5
"""Steps between dark and light where colours are few."""

_NOTE = re.compile(
    r"(?P<code>[0-9A-Z-]{1,40}) (?P<width>\d{1,7})x(?P<height>\d{1,7}) "
    r"(?P<box>\d{1,7},\d{1,7},\d{1,7},\d{1,7})\Z"
)


class _Drawn(NamedTuple):
    """What a note says: whose label was drawn, in a picture of what size, and where."""

    code: str
    width: int
    height: int
    box: Box

    def __str__(self) -> str:
        return f"{self.code} {self.width}x{self.height} {','.join(map(str, self.box))}"


class ImageLabel:
    """Draws ``claim.line`` into pictures, in every frame and page; a FileMark.

    Raises ConfigError if an operator's wording has a letter that the packaged font lacks.
    """

    name = "image_label"
    family = MarkFamily.LABEL
    formats = image_file.FORMATS

    def __init__(self, order: FileMarksOrder, limits: Limits = Limits()) -> None:  # noqa: B008
        for language, wording in order.wording.items():
            lacking = lettering.missing(wording)
            if lacking:
                raise ConfigError(
                    f"marks.file.wording.{language}: the packaged font cannot draw "
                    f"{' '.join(lacking)}; use other letters.",
                    param=f"marks.file.wording.{language}",
                )
        self._position = order.position
        self._limits = limits

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the picture with the label and the receipt (see gateway.ports.mark.Mark)."""
        if not claim.line.strip() or lettering.missing(claim.line):
            reason = "letter_not_in_font" if claim.line.strip() else "no_words"
            return content, Receipt(self.name, "failed", reason)
        try:
            found = image_file.picture_format(content)
            notes = _notes(image_file.read(content, found))
            if _code(claim) in [note.code for note in notes]:
                return content, Receipt(self.name, "written", "it was there")
            if found is MediaFormat.SVG:
                stamped = self._on_drawing(content, claim)
            else:
                stamped = self._on_frames(content, found, claim)
            if stamped is None:
                return content, Receipt(self.name, "not_possible", "too_small_for_words")
            if not self._is_seen(stamped, claim):
                return content, Receipt(self.name, "failed", "not_read_back")
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)
        return stamped, Receipt(self.name, "written")

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim per label noted; ``altered`` if it is no longer seen where it was."""
        try:
            found = image_file.picture_format(content)
            notes = _notes(image_file.read(content, found))
            return [self._claim(content, found, note) for note in notes]
        except MediaFault:
            return []

    def _on_frames(self, content: bytes, found: MediaFormat, claim: Claim) -> bytes | None:
        picture = Picture(content, found, self._limits)
        first: _Drawn | None = None
        for frame in picture.frames:
            layout = lettering.lay_out(claim.line, frame.width, frame.height)
            if layout is None:
                return None
            box = lettering.place(layout, self._position, frame.width, frame.height)
            ink = lettering.coverage(layout, smooth=frame.is_smooth)
            if picture.has_palette:
                ink = np.rint(ink * np.float32(_FEW)) / np.float32(_FEW)
            opaque = picture.has_palette or not frame.is_smooth
            frame.draw_plate(box, ink, 1.0 if opaque else _OPACITY)
            first = first or _Drawn(_code(claim), frame.width, frame.height, box)
        return picture.encoded({xmp.DRAWN: str(first)})

    def _on_drawing(self, content: bytes, claim: Claim) -> bytes | None:
        drawn = svg_label.drawn(content, claim.line, self._position, _OPACITY)
        if drawn is None:
            return None
        note = _Drawn(_code(claim), 0, 0, Box(0, 0, 0, 0))
        return svg.merged(drawn, {xmp.DRAWN: str(note)}, [xmp.PROVENANCE])

    def _is_seen(self, stamped: bytes, claim: Claim) -> bool:
        return any(
            each.state is ClaimState.INTACT and _code(each) == _code(claim)
            for each in self.verify(stamped)
        )

    def _claim(self, content: bytes, found: MediaFormat, note: _Drawn) -> Claim:
        if found is MediaFormat.SVG:
            seen = svg.read_drawing(content).label is not None
        else:
            seen = _shows(Picture.first(content, found, self._limits), note)
        state = ClaimState.INTACT if seen else ClaimState.ALTERED
        exchange, code = ("", note.code) if "-" in note.code else (note.code, "")
        return Claim(exchange, code, state=state, detail="" if seen else "label_not_seen")


def _shows(frame: Canvas, note: _Drawn) -> bool:
    """True if there is something dark with something light in it where the note says.

    The picture may have been scaled as a whole since.
    """
    if not note.width or not note.height:
        return False
    x, y = frame.width / note.width, frame.height / note.height
    left, top, right, bottom = note.box
    box = Box(int(left * x), int(top * y), round(right * x), round(bottom * y))
    if (
        not 0 <= box.left < box.right <= frame.width
        or not 0 <= box.top < box.bottom <= frame.height
    ):
        return False
    grey = frame.grey(box)
    dark, light = float((grey < 0.45).mean()), float((grey > 0.65).mean())
    return dark > 0.3 and 0.02 < light < 0.6


def _notes(found: image_file.Found) -> list[_Drawn]:
    notes = []
    for text in found.drawn[:4]:
        match = _NOTE.match(text)
        if match:
            box = Box(*map(int, match["box"].split(",")))
            notes.append(_Drawn(match["code"], int(match["width"]), int(match["height"]), box))
    return notes


def _code(claim: Claim) -> str:
    return claim.code or claim.exchange
