"""Passages: the texts of one file as they are found, within the bounds of what is read at all."""

from __future__ import annotations

from typing import NamedTuple

from gateway.nouns.segment import Passage
from gateway.ports.media import Fault


class Bounds(NamedTuple):
    """The most that is read of one file: code points of text, pages (also slides and sheets),
    pixels of a picture, frames of one or pictures of a document, bytes that an archive unpacks to.

    ``words_s`` is the time for reading the words in its pictures, ``words_side`` the longer side of
    a picture as it is read for them.
    """

    chars: int = 300_000
    pages: int = 2_000
    pixels: int = 64_000_000
    frames: int = 16
    unpacked: int = 64 * 1024 * 1024
    words_s: float = 12.0
    words_side: int = 1280


class ReadFault(Exception):
    """The file, or the rest of it, cannot be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Passages:
    """Collects the texts of one file in order."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._found: list[Passage] = []
        self._left = bounds.chars

    def add(self, place: str, text: str) -> None:
        """Take a text; blank ones are left out. Raises ReadFault when there is more than may be,
        with what still fits taken."""
        if not text or text.isspace():
            return
        kept = text[: self._left]
        self._left -= len(kept)
        self._found.append(Passage(place, kept))
        if len(kept) < len(text):
            raise ReadFault(Fault.TOO_LARGE)

    @property
    def left(self) -> int:
        """How many code points more may be taken."""
        return self._left

    @property
    def found(self) -> tuple[Passage, ...]:
        """What was taken so far."""
        return tuple(self._found)
