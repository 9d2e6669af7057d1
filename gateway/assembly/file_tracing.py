"""Tracing a file: by the marks in it, by its bytes, its looks and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.assembly.ledger_memory import MOST_TRACED
from gateway.assembly.reading import tell
from gateway.assembly.records import traced
from gateway.assembly.sealing import Sealer
from gateway.desk.attribution import CLAIM, MOST_OF_IT
from gateway.desk.reading import (
    Beside,
    FileAsked,
    FileReading,
    Reader,
    Seen,
    with_words_read,
)
from gateway.desk.report import FoundMark
from gateway.ledger.search import Archive
from gateway.matching.picture_hash import sought
from gateway.nouns.mark import MarkFamily
from gateway.ports.operator import MarkSeen, Traced
from gateway.ports.store import Query, StoredRecord

_SURE: Mapping[bool | None, float] = {True: 1.0, None: CLAIM, False: 0.1}
"""How sure is an exchange that a mark names: by whether the content is what it released, which may
not be known. A mark can be copied."""


class FileMarks(NamedTuple):
    """The readers of marks on files, and what reads a manifest beside one."""

    readers: Sequence[Reader]
    beside: Beside


def mark_seen(mark: FoundMark) -> MarkSeen:
    """Return a mark as the port tells it."""
    family = mark.family.value if mark.family else ""
    return MarkSeen(
        mark.mark, family, mark.state.value, mark.producer, mark.exchange, mark.code, mark.detail
    )


class FileTracing:
    """Traces files in a ledger. ``by_words`` traces a text."""

    def __init__(
        self,
        archive: Archive,
        sealer: Sealer,
        marks: FileMarks,
        by_words: Callable[[str], list[Traced]],
    ) -> None:
        self._archive = archive
        self._sealer = sealer
        self._readers = marks.readers
        self._files = FileReading(marks.readers, sought, tell, marks.beside)
        self._by_words = by_words

    def __call__(
        self, content: bytes, name: str, manifest: bytes
    ) -> tuple[list[MarkSeen], list[Traced]]:
        """Return the marks in a file, and the exchanges that they, its looks or words lead to."""
        seen = with_words_read(self._files(FileAsked(content, name, manifest)), self._readers)
        found = {
            one.exchange: Traced(one.exchange, "file", 1.0, one.time_ns, 0, 0)
            for one in self._archive.trace_file(content)
        }
        for mark in seen.marks:
            asks = [("id", Query(exchange=name)) for name in mark.names]
            asks += [("code", Query(code=mark.code))] if mark.code else []
            hidden = mark.family is MarkFamily.WATERMARK
            for how, asked in asks:
                for record in self._archive.find(asked):
                    by = "watermark" if hidden else how
                    is_like = mark.bound or self._is_like(record, seen)
                    one = Traced(record.exchange, by, _SURE[is_like], record.time_ns, 0, 0)
                    found.setdefault(record.exchange, one)
        told = self._by_words(seen.words[:MOST_TRACED]) if seen.words else []
        for near in [*map(traced, self._archive.trace_looks(seen.pictures)), *told]:
            if near.exchange not in found or found[near.exchange].confidence < near.confidence:
                found[near.exchange] = near
        ordered = sorted(found.values(), key=lambda each: -each.confidence)
        return [mark_seen(mark) for mark in seen.marks], ordered

    def _is_like(self, record: StoredRecord, seen: Seen) -> bool | None:
        """Return whether a content is what a record released; None if that cannot be compared."""
        bare = self._sealer.without_marks(seen.words[:MOST_TRACED])
        share = self._archive.share(record, bare)
        if share is None:
            return self._archive.looks_alike(record, seen.pictures)
        return share >= MOST_OF_IT
