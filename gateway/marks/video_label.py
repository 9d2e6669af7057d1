"""The explicit label of film (GB 45438-2025, 5.4): words on the picture from its first frame on.

They stand for `SHOWN_S` (the standard asks for 2 s), or as long as the film lasts, at least 5 % of
the shorter side high, white on a dark plate, at the place that the order names. A film is encoded
anew for it; sound, times, colours, rotation and tags stay. A container of film that holds sound
alone gets the audible label.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.matching.rhythm import find_rhythm, rhythm
from gateway.matching.spoken import find_spoken, spoken
from gateway.nouns.mark import FileMarksOrder, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat as F
from gateway.ports.mark import Claim
from gateway.wire import lettering
from gateway.wire.film import first_frames, has_picture, painted, rotation_of
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff
from gateway.wire.sound_codec import DECODED_HZ, decoded
from gateway.wire.sound_remux import into_container

SHOWN_S = 2.5
"""How long the label is shown: what the standard asks for, and a little for uneven times."""

SHARE = 0.055
"""The height of the letters, of the shorter side: 5 % and what an encoder may shave off."""

_PLATE = 0.65
_ALIKE = 0.7
_CHECKED_S = 2.0

Mask = NDArray[np.float32]


class VideoLabel:
    """Puts the visible label on a film; a FileMark."""

    name = "video_label"
    family = MarkFamily.LABEL
    formats = frozenset({F.MP4, F.MOV, F.WEBM, F.MKV})

    def __init__(self, order: FileMarksOrder) -> None:
        self._order = order

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the film with ``claim.line`` on it; one that shows it already stays as it is."""
        found = sniff(content)
        if found not in self.formats:
            return content, Receipt(self.name, "failed", "unknown_format")
        try:
            if not has_picture(content):
                return self._sounding(content, found, claim)
            if not claim.line.strip() or lettering.missing(claim.line):
                reason = "letter_not_in_font" if claim.line.strip() else "no_words"
                return content, Receipt(self.name, "failed", reason)
            if self._is_shown(content, claim.line):
                return content, Receipt(self.name, "written", "it was there")
            stamped = painted(content, found, _Brush(claim.line, self._order.position).paint)
            if not self._is_shown(stamped, claim.line):
                return content, Receipt(self.name, "failed", "not_seen_back")
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)
        return stamped, Receipt(self.name, "written", "encoded_anew")

    def verify(self, content: bytes) -> list[Claim]:  # noqa: ARG002 -- the port's form
        """Return nothing: words in a picture are for eyes; `stamp` compares what it put there."""
        return []

    def _is_shown(self, content: bytes, line: str) -> bool:
        """Compare the first and the last frame of the first two seconds with what was to be."""
        frames = first_frames(content, _CHECKED_S)
        brush = _Brush(line, self._order.position)
        ends = (frames[0][1], frames[-1][1])
        return all(brush.likeness(frame) >= _ALIKE for frame in ends)

    def _sounding(self, content: bytes, found: F, claim: Claim) -> tuple[bytes, Receipt]:
        language = self._order.language if self._order.language != "auto" else claim.language
        says = self._order.audio == "speech"
        if _is_heard(content, says=says):
            return content, Receipt(self.name, "written", "it was there")
        sound = partial(spoken, language) if says else rhythm
        stamped, how = into_container(content, found, sound, self._order.at)
        if not _is_heard(stamped, says=says):
            return content, Receipt(self.name, "failed", "not_heard_back")
        return stamped, Receipt(self.name, "written", how)


def _is_heard(content: bytes, *, says: bool) -> bool:
    pieces = decoded(content, head_s=8, tail_s=8, seconds=4 * 3600)
    find = find_spoken if says else find_rhythm
    return any(find(piece, DECODED_HZ) for piece in pieces)


class _Brush:
    """Paints one label on frames of one size."""

    def __init__(self, line: str, position: str) -> None:
        self._line = line
        self._position = position
        self._form: tuple[int, int, int] = (0, 0, 0)
        self._mask: Mask = np.zeros((0, 0), dtype=np.float32)
        self._at = (0, 0)

    def paint(self, frame: Any, time_s: float) -> Any:
        """Return the frame with the label on it, or as it is when the label's time is over."""
        if time_s > SHOWN_S:
            return frame
        self._fit(frame)
        frame.make_writable()
        wide = 2 if frame.format.name.endswith("10le") else 1
        top = 940 if wide == 2 else 235
        low, grey = top * 16 // 235, 512 if wide == 2 else 128
        for number, plane in enumerate(frame.planes):
            across = frame.width // plane.width if number else 1
            down = frame.height // plane.height if number else 1
            mask = _shrunk(self._mask, across, down)
            row, column = self._at[0] // down, self._at[1] // across
            pixels = np.frombuffer(plane, np.uint16 if wide == 2 else np.uint8)
            pixels = pixels.reshape(-1, plane.line_size // wide)
            height, width = mask.shape
            part = pixels[row : row + height, column : column + width]
            mask = mask[: part.shape[0], : part.shape[1]]
            ground = (
                part.astype(np.float32) * (1 - _PLATE) + (low if number == 0 else grey) * _PLATE
            )
            ink = top if number == 0 else grey
            part[:] = np.round(ground * (1 - mask) + ink * mask).astype(pixels.dtype)
        return frame

    def likeness(self, frame: Any) -> float:
        """Return how alike the picture's brightness and the label are at its place: up to 1."""
        self._fit(frame)
        seen = frame.to_ndarray(format="gray")
        row, column = self._at
        height, width = self._mask.shape
        part = seen[row : row + height, column : column + width].astype(np.float64)
        if part.shape != self._mask.shape:
            return 0.0
        part, mask = part - part.mean(), self._mask - self._mask.mean()
        weight = float(np.sqrt(np.sum(part**2) * np.sum(mask**2)))
        return float(np.sum(part * mask)) / weight if weight else 0.0

    def _fit(self, frame: Any) -> None:
        form = (frame.width, frame.height, rotation_of(frame))
        if form == self._form:
            return
        turns = form[2] // 90
        width, height = (form[1], form[0]) if turns % 2 else form[:2]
        layout = lettering.lay_out(self._line, width, height, share=SHARE)
        if layout is None:
            raise MediaFault("picture_too_small")
        mask = lettering.coverage(layout)
        plate = lettering.place(layout, self._position, width, height)
        row, column = plate.top, plate.left
        whole = np.zeros((height, width), dtype=np.float32)
        box = np.zeros((height, width), dtype=np.bool_)
        whole[row : row + mask.shape[0], column : column + mask.shape[1]] = mask
        box[row : row + mask.shape[0], column : column + mask.shape[1]] = True
        whole, box = np.rot90(whole, -turns), np.rot90(box, -turns)
        rows, columns = np.flatnonzero(box.any(axis=1)), np.flatnonzero(box.any(axis=0))
        self._form = form
        self._at = (int(rows[0]) & ~1, int(columns[0]) & ~1)
        self._mask = whole[self._at[0] : rows[-1] + 1, self._at[1] : columns[-1] + 1].copy()


def _shrunk(mask: Mask, across: int, down: int) -> Mask:
    """Return a mask for a plane of fewer pixels; its place is even, so that whole pixels meet."""
    if across == down == 1:
        return mask
    height, width = mask.shape[0] // down * down, mask.shape[1] // across * across
    blocks = mask[:height, :width].reshape(height // down, down, width // across, across)
    shrunk: Mask = blocks.mean(axis=(1, 3))
    return shrunk
