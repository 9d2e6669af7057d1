"""What each format's writer of visible labels promises."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gateway.nouns.mark import LabelPosition


class LabelError(ValueError):
    """The document cannot be read, or not be changed safely; the message is one word."""


class Shown(NamedTuple):
    """A label that stands in a document: ``at`` its start or its end, with these words."""

    at: LabelPosition
    line: str


class Writer(Protocol):
    """Labels of one format of document; ``both`` if they can stand at both of its ends.

    The methods raise LabelError.
    """

    both: bool

    def read(self, content: bytes) -> list[Shown]:
        """Return the labels that were written here before."""
        ...

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Return the document with exactly these labels; what was written before gives way."""
        ...


def plain_text(content: bytes) -> str:
    """Return a file of text. Raises LabelError unless it is UTF-8 without NUL."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise LabelError("not_utf8") from None
    if "\0" in text:
        raise LabelError("not_text")
    return text
