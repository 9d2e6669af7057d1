"""Segment: a stretch of text that a filter may look at, and its place in the wire body."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

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


class MediaPart(NamedTuple):
    """A part of a request that is not text (image, audio, file): nobody judged it yet."""

    kind: str
    pointer: Pointer
    turn: int = -1
