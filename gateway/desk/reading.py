"""Reading: every mark in a file or a text, by every reader there is. Asks nobody and keeps nothing.

Content comes from anybody: a reader that breaks on it costs its own answer, never the others'.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from gateway.desk.report import FoundMark
from gateway.nouns.mark import MarkFamily
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.nouns.picture import Sought
from gateway.ports.mark import Claim
from gateway.wire.media_type import sniff
from gateway.wire.png import is_crumbled
from gateway.wire.wholeness import is_whole

TEXTS = frozenset({MediaFormat.TXT, MediaFormat.MARKDOWN, MediaFormat.HTML})
"""Formats that are read as a text, with its marks and its wording."""

MOST_TEXT_BYTES = 256 * 1024
"""Of a longer text the first and the last half of this are read."""

MOST_CLAIMS = 32
"""More claims of one mark are not told apart."""

_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""How parsers fail on content that was made to break them."""


class ReadsMarks(Protocol):
    """The half of `gateway.ports.mark.Mark` that the desk needs."""

    name: str

    def verify(self, content: bytes) -> list[Claim]:
        """Return every claim of this mark found in the content."""
        ...


class Reader(NamedTuple):
    """One mark's reader: for which formats, of which family, and whether only our key reads it.

    A ``fallback`` is asked only where no other reader of its family found anything.
    """

    mark: ReadsMarks
    formats: frozenset[MediaFormat]
    family: MarkFamily | None
    keyed: bool = False
    fallback: bool = False


class Seen(NamedTuple):
    """What was read: the format by the content's own bytes, and all marks. ``partly``: something
    was left out, because the text is too long or a reader broke on it. ``pictures`` are what
    a picture is looked up by."""

    format: MediaFormat | None
    marks: tuple[FoundMark, ...]
    partly: bool
    pictures: tuple[Sought, ...] = ()


class FileAsked(NamedTuple):
    """A file to be read in a process of its own, and its name (see `read`)."""

    content: bytes
    name: str


class FileReading:
    """Reads files: their marks and what pictures show. Made in each reading process."""

    def __init__(self, readers: Iterable[Reader], look: Callable[[bytes], list[Sought]]) -> None:
        self._readers = tuple(readers)
        self._look = look

    def __call__(self, asked: FileAsked) -> Seen:
        """Return what is in a file. Raises nothing."""
        seen = read(asked.content, asked.name, self._readers)
        if seen.format is None or seen.format.kind is not MediaKind.IMAGE:
            return seen
        if is_crumbled(asked.content):
            return seen
        try:
            return seen._replace(pictures=tuple(self._look(asked.content)))
        except _BROKEN:
            return seen._replace(partly=True)


def is_text(content: bytes, name: str) -> bool:
    """True if a content is read as a text, or is no format that is known: then there is nothing to
    decode. Raises nothing."""
    try:
        found = sniff(content, name)
    except _BROKEN:
        return True
    return found is None or found in TEXTS


def read(content: bytes, name: str, readers: Iterable[Reader]) -> Seen:
    """Return all marks of a file. ``name`` (a file name, an ending or a media type) decides only
    what bytes cannot (see `gateway.wire.media_type.sniff`). Raises nothing."""
    partly = False
    try:
        found = sniff(content, name)
    except _BROKEN:
        found, partly = None, True
    if found is None:
        return Seen(None, (), partly=partly)
    if not is_whole(content, found):
        partly = True
    if found in TEXTS and len(content) > MOST_TEXT_BYTES:
        content, partly = edges(content), True
    marks: list[FoundMark] = []
    for reader in sorted(readers, key=lambda each: each.fallback):
        if found not in reader.formats:
            continue
        if reader.fallback and any(mark.family is reader.family for mark in marks):
            continue
        try:
            claims = reader.mark.verify(content)
        except _BROKEN:
            partly = True
            continue
        partly = partly or len(claims) > MOST_CLAIMS
        marks += [_mark(reader, claim) for claim in claims[:MOST_CLAIMS]]
    return Seen(found, tuple(sorted(marks, key=_order)), partly)


def _order(mark: FoundMark) -> int:
    """What is seen comes first, then what is not, as in `MarkFamily`; other traces are last."""
    families = list(MarkFamily)
    return families.index(mark.family) if mark.family else len(families)


def edges(content: bytes) -> bytes:
    """Return a text's first and last part as valid UTF-8, at most `MOST_TEXT_BYTES` together."""
    half = MOST_TEXT_BYTES // 2
    head = content[:half].decode("utf-8", "ignore")
    return (head + "\n" + content[-half + 8 :].decode("utf-8", "ignore")).encode()


def _mark(reader: Reader, claim: Claim) -> FoundMark:
    produced = claim.label.ProduceID if claim.label else ""
    return FoundMark(
        reader.mark.name, reader.family, claim.state, claim.label, claim.exchange or produced,
        claim.code, claim.detail, keyed=reader.keyed, bound=claim.bound,
        model=claim.model,
    )  # fmt: skip
