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
    a picture is looked up by, ``words`` what a document says whose bytes are not its words."""

    format: MediaFormat | None
    marks: tuple[FoundMark, ...]
    partly: bool
    pictures: tuple[Sought, ...] = ()
    words: str = ""


class FileAsked(NamedTuple):
    """A file to be read in a process of its own, its name (see `read`), and the C2PA manifest that
    came beside it, if one did."""

    content: bytes
    name: str
    manifest: bytes = b""


Look = Callable[[bytes], list[Sought]]
Tell = Callable[[bytes, str], tuple[str, bool]]
"""Returns what a document says, and whether that is all; empty for what is no document."""

Beside = Callable[[bytes, MediaFormat | None, bytes], list[Claim]]
"""Returns the claims of a manifest that came beside a content."""


def says_nothing(_content: bytes, _name: str) -> tuple[str, bool]:
    """Nothing is read as a document."""
    return "", True


def nothing_beside(_content: bytes, _found: MediaFormat | None, _manifest: bytes) -> list[Claim]:
    """No manifest is read."""
    return []


class FileReading:
    """Reads files: their marks, what pictures show and what documents say. Made in each reading
    process."""

    def __init__(
        self,
        readers: Iterable[Reader],
        look: Look,
        tell: Tell = says_nothing,
        beside: Beside = nothing_beside,
    ) -> None:
        self._readers = tuple(readers)
        self._look = look
        self._tell = tell
        self._beside = beside

    def __call__(self, asked: FileAsked) -> Seen:
        """Return what is in a file. Raises nothing."""
        seen = self._with_manifest(read(asked.content, asked.name, self._readers), asked)
        if seen.format is None or seen.format.kind is MediaKind.DOCUMENT:
            return self._with_words(seen, asked)
        if seen.format.kind is not MediaKind.IMAGE:
            return seen
        if is_crumbled(asked.content):
            return seen
        try:
            return seen._replace(pictures=tuple(self._look(asked.content)))
        except _BROKEN:
            return seen._replace(partly=True)

    def _with_words(self, seen: Seen, asked: FileAsked) -> Seen:
        try:
            words, whole = self._tell(asked.content, asked.name)
        except _BROKEN:
            words, whole = "", False
        return seen._replace(words=words, partly=seen.partly or not whole)

    def _with_manifest(self, seen: Seen, asked: FileAsked) -> Seen:
        if not asked.manifest:
            return seen
        try:
            claims = self._beside(asked.content, seen.format, asked.manifest)
        except _BROKEN:
            return seen._replace(partly=True)
        marks = [found_mark("credential", MarkFamily.CREDENTIAL, claim) for claim in claims]
        return seen._replace(marks=tuple(sorted((*seen.marks, *marks), key=_order)))


def with_words_read(seen: Seen, readers: Iterable[Reader]) -> Seen:
    """Return what was seen of a document, with the marks that its words carry like any text:
    visible labels and traces. A label that was found in the file itself is not told twice. Of what
    says nothing it is what was seen."""
    if not seen.words:
        return seen
    known = {(mark.family, mark.code) for mark in seen.marks}
    told = read(seen.words.encode("utf-8", "replace"), "txt", readers)
    labelled = any(mark.family is MarkFamily.LABEL for mark in seen.marks)
    marks = [
        mark
        for mark in told.marks
        if mark.family in (MarkFamily.LABEL, None)
        and (mark.family, mark.code) not in known
        and (mark.code or mark.family is None or not labelled)
    ]
    return seen._replace(
        marks=tuple(sorted((*seen.marks, *marks), key=_order)), partly=seen.partly or told.partly
    )


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
    return found_mark(reader.mark.name, reader.family, claim, keyed=reader.keyed)


def found_mark(
    name: str, family: MarkFamily | None, claim: Claim, *, keyed: bool = False
) -> FoundMark:
    """Return a claim as a mark that was found."""
    produced = claim.label.ProduceID if claim.label else ""
    return FoundMark(
        name, family, claim.state, claim.label, claim.exchange or produced, claim.code,
        claim.detail, keyed=keyed, bound=claim.bound, model=claim.model,
    )  # fmt: skip
