"""Search: finds records by facts, by a piece of their text, and shows one with its contents.

Showing decrypts, so it is itself an event of the chain, written before anything is shown: a store
that cannot take the event shows nothing. Tracing reads fingerprints only, and decrypts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.ledger.chain import chain_events, event
from gateway.ledger.contents import Contents, Facts, unseal
from gateway.ledger.finder import Finder, Match
from gateway.ledger.frames import exchange_bytes
from gateway.ledger.intake import fold_code
from gateway.ledger.keyring import Keyring
from gateway.matching.label_code import parse_code
from gateway.nouns.errors import BadRequest
from gateway.nouns.picture import Sought
from gateway.nouns.record import key_owner
from gateway.ports.clock import Clock
from gateway.ports.store import Query, Store, StoredRecord

_EXCHANGE_ID = re.compile(r"(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])")
_TYPED_RECORDS = 2_000


class Shown(NamedTuple):
    """A record with its contents; they are None once purged, erased or never readable."""

    record: StoredRecord
    facts: Facts | None
    contents: Contents | None


class Passage(NamedTuple):
    """Where a question and a record run alike: code points ``[start, end)`` of the question."""

    start: int
    end: int
    text: str


class Trace(NamedTuple):
    """A record that a text may come from. ``how`` is ``id``, ``code``, ``text`` or
    ``picture``; ``confidence`` runs from 0 to 1; ``time_ns`` is when the exchange began."""

    exchange: str
    confidence: float
    time_ns: int
    how: str
    passage: Passage | None
    record: StoredRecord


class Archive:
    """Reads a store with the keyring's help. ``state`` is the state folder."""

    def __init__(self, store: Store, keyring: Keyring, state: Path, clock: Clock) -> None:
        self._store = store
        self._keyring = keyring
        self._state = state
        self._clock = clock
        self._finder = Finder(store, keyring.fingerprint_key)

    def find(self, query: Query) -> list[StoredRecord]:
        """Return matching rows, newest first, without contents. A code of separators alone, which
        folds to nothing, is nobody's; the store would take it for no condition."""
        code = fold_code(query.code)
        return self._store.search(query._replace(code=code)) if code or not query.code else []

    def show(self, exchange: str, *, reason: str, reader: str) -> Shown | None:
        """Decrypt a record, after the read itself is on record; None if there is no such id.

        ``reason`` and ``reader`` say why and who. Raises BadRequest without a reason, LedgerFailed
        if the read cannot be recorded or the contents were tampered with.
        """
        if not reason.strip() or not reader.strip():
            raise BadRequest("Reading contents takes a reason and a reader.", param="reason")
        record = self._store.read(exchange)
        if record is None or record.kind != "exchange":
            return None
        if not record.contents:
            return Shown(record, facts_of(record), None)
        self._note("read", {"exchange": exchange, "reason": reason, "reader": reader})
        return Shown(record, facts_of(record), self._open(record))

    def trace(self, text: str, *, limit: int = 10) -> list[Trace]:
        """Return the records that a text, or a part of it, may come from, the likeliest first.

        Looks for exchange ids and label codes in it, then for its wording.
        """
        found: dict[str, Trace] = {}
        for record, how in [*self._by_id(text), *self._by_code(text)]:
            found.setdefault(
                record.exchange,
                Trace(record.exchange, 1.0, record.time_ns, how, None, record),
            )
        for trace in self._by_text(text):
            known = found.get(trace.exchange)
            found[trace.exchange] = known._replace(passage=trace.passage) if known else trace
        ordered = sorted(found.values(), key=lambda each: (-each.confidence, -each.time_ns))
        return ordered[:limit]

    def trace_picture(self, content: bytes, *, limit: int = 10) -> list[Trace]:
        """Return the records that released a picture (its file's bytes), or one that it was scaled,
        cropped by a tenth or encoded anew from; the likeliest first."""
        return self._traces(self._finder.by_picture(content), "picture", "")[:limit]

    def trace_looks(self, asked: Sequence[Sought], *, limit: int = 10) -> list[Trace]:
        """Return the same for a picture that was looked at elsewhere
        (`gateway.matching.picture_hash.sought`)."""
        return self._traces(self._finder.by_looks(asked), "picture", "")[:limit]

    def trace_file(self, content: bytes) -> list[Trace]:
        """Return the records that released this very file, byte for byte."""
        places = self._finder.by_file(sha256(content).digest())
        rows = self._store.at(places) if places else []
        return [Trace(row.exchange, 1.0, row.time_ns, "file", None, row) for row in rows]

    def looks_alike(self, record: StoredRecord, asked: Sequence[Sought]) -> bool | None:
        """Return whether a picture is what a record released, or a part of it; None where nothing
        is kept to compare it with, or it shows too little."""
        return self._finder.looks_alike(asked, record.chain_seq)

    def share(self, record: StoredRecord, text: str) -> float | None:
        """Return how much of a text a record released; None where nothing is kept to compare it
        with, or it is too short."""
        return self._finder.share(text, record.chain_seq)

    def trace_typed(
        self, text: str, subject: str, around: tuple[int, int], *, limit: int = 10
    ) -> list[Trace]:
        """Return the subject's records between two times (nanoseconds) that a few characters typed
        from a screenshot may come from. Decrypts nothing but sketches."""
        query = Query(subject=subject, since_ns=around[0], until_ns=around[1], limit=_TYPED_RECORDS)
        places = [record.chain_seq for record in self._store.search(query)]
        return self._traces(self._finder.among(text, places), "text", text)[:limit]

    def _open(self, record: StoredRecord) -> Contents | None:
        owner = key_owner(record.subject, record.exchange)
        wrapped = self._store.subject_key((record.tenant, owner))
        if wrapped is None:
            return None
        key = self._keyring.unwrap_subject_key(wrapped, record.tenant, owner)
        return unseal(record.contents, record.wrapped_key, key, exchange_bytes(record.exchange))

    def _note(self, kind: str, facts: dict[str, str]) -> None:
        row = event(kind, self._clock.wall_ns(), facts)
        chain_events(self._store, self._keyring, self._state, [row])

    def _by_id(self, text: str) -> list[tuple[StoredRecord, str]]:
        names = list(dict.fromkeys(_EXCHANGE_ID.findall(text)))[:20]
        rows = [row for name in names for row in self._store.search(Query(exchange=name, limit=1))]
        return [(row, "id") for row in rows]

    def _by_code(self, text: str) -> list[tuple[StoredRecord, str]]:
        folded = list(dict.fromkeys(fold_code(code) for code in parse_code(text)))[:20]
        rows = [row for code in folded for row in self._store.search(Query(code=code, limit=5))]
        return [(row, "code") for row in rows]

    def _by_text(self, text: str) -> list[Trace]:
        return self._traces(self._finder.by_words(text), "text", text)

    def _traces(self, found: list[Match], how: str, text: str) -> list[Trace]:
        """Return matches with their records, in their order."""
        rows = self._store.at([each.place for each in found]) if found else []
        records = {record.chain_seq: record for record in rows}
        traces: list[Trace] = []
        for match in found:
            record = records[match.place]
            passage = Passage(match.start, match.end, text[match.start : match.end])
            traces.append(
                Trace(
                    record.exchange,
                    match.confidence,
                    record.time_ns,
                    how,
                    passage if match.end else None,
                    record,
                )
            )
        return traces


def facts_of(record: StoredRecord) -> Facts | None:
    """Return an exchange's facts, with its subject put back; None once they are purged."""
    if not record.facts:
        return None
    facts = msgspec.json.decode(record.facts, type=Facts)
    opening = msgspec.structs.replace(facts.open, subject=record.subject)
    return msgspec.structs.replace(facts, open=opening)
