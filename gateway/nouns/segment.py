"""Segment: a stretch of text that a filter may look at, and its place in the wire body."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from gateway.nouns.finding import Finding

Pointer = tuple[str | int, ...]
"""A path into a decoded JSON body: ``("messages", 0, "content")``."""


class Direction(StrEnum):
    """Which way a text travels."""

    INPUT = "input"
    OUTPUT = "output"


class FieldClass(StrEnum):
    """What a string is to the protocol; policies give each class its strongest action."""

    SYSTEM = "system"
    USER = "user"
    HISTORY = "history"
    TOOL_DEFINITION = "tool_definition"
    TOOL_ARGUMENTS = "tool_arguments"
    TOOL_RESULT = "tool_result"
    CONTENT = "content"
    REASONING = "reasoning"
    REFUSAL = "refusal"
    LOGPROB = "logprob"
    UNKNOWN = "unknown"


class TextForm(StrEnum):
    """How a reader meets the text: as prose, or as JSON whose strings he sees decoded."""

    PROSE = "prose"
    JSON = "json"


class Channel(NamedTuple):
    """One ordered output of an exchange: a choice and the path of a string in it."""

    choice: int
    path: str


class Segment(NamedTuple):
    """A whole string of a request.

    ``turn`` is the index of the message it stands in (-1: in none).
    """

    text: str
    field_class: FieldClass
    pointer: Pointer
    form: TextForm = TextForm.PROSE
    turn: int = -1


class Passage(NamedTuple):
    """Text that was read out of a file, and where it stands there: ``page 3``, ``sheet x``."""

    place: str
    text: str


class Sight(NamedTuple):
    """What a judge of pictures saw in a file, and where; its findings have no span."""

    place: str
    finding: Finding


class MediaPart(NamedTuple):
    """A part of a request that is not text: an image, a sound, a file.

    ``content`` is what the wire has: in a string a data URL, a URL or base64; the file's own bytes;
    empty if it is elsewhere (a file's id). ``hint`` names its format (a file name, a media type).
    ``slot`` is where that string stands (empty: nowhere).
    ``passages`` and ``sights`` are what was read in it. ``fault`` says why it could not be judged
    as a whole, in one word; empty: it was judged. None: nobody tried. ``fetched``: the wire has a
    URL, and ``content`` is what it led to.
    """

    kind: str
    pointer: Pointer
    turn: int = -1
    field_class: FieldClass = FieldClass.UNKNOWN
    content: str | bytes = ""
    hint: str = ""
    slot: Pointer = ()
    passages: tuple[Passage, ...] = ()
    sights: tuple[Sight, ...] = ()
    fault: str | None = None
    fetched: bool = False
