"""Search: finds records by facts, by a piece of their text, and shows one with its contents.

Showing decrypts, so it is itself an event of the chain, written before anything is shown: a store
that cannot take the event shows nothing. Tracing reads fingerprints only, and decrypts nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.ledger.chain import event, extend, write_head
from gateway.ledger.contents import Contents, Facts, unseal
from gateway.ledger.frames import exchange_bytes
from gateway.ledger.intake import fold_code
from gateway.ledger.keyring import Keyring
from gateway.matching.fingerprint import (
    Alignment,
    Fingerprinter,
    Grams,
    align,
    normalise_with_origin,
    units_of,
)
from gateway.matching.label_code import parse_code
from gateway.nouns.errors import BadRequest
from gateway.nouns.record import key_owner
from gateway.ports.clock import Clock
from gateway.ports.store import Query, Store, StoredRecord

_EXCHANGE_ID = re.compile(r"(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])")
_POSTINGS_PER_GRAM = 200
_CANDIDATES = 50
_MOST_GRAMS = 5_000


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
    """A record that a text may come from. ``how`` is ``id``, ``code`` or ``text``; ``confidence``
    runs from 0 to 1; ``time_ns`` is when the exchange began."""

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
        self._fingerprinter = Fingerprinter(keyring.fingerprint_key)

    def find(self, query: Query) -> list[StoredRecord]:
        """Return matching rows, newest first, without contents."""
        return self._store.search(query._replace(code=fold_code(query.code)))

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

    def _open(self, record: StoredRecord) -> Contents | None:
        owner = key_owner(record.subject, record.exchange)
        wrapped = self._store.subject_key((record.tenant, owner))
        if wrapped is None:
            return None
        key = self._keyring.unwrap_subject_key(wrapped, record.tenant, owner)
        return unseal(record.contents, record.wrapped_key, key, exchange_bytes(record.exchange))

    def _note(self, kind: str, facts: dict[str, str]) -> None:
        row = event(kind, self._clock.wall_ns(), facts)
        with self._store.writing() as writing:
            head = extend(writing, self._keyring, [row], {})
        write_head(self._state, self._keyring, *head)

    def _by_id(self, text: str) -> list[tuple[StoredRecord, str]]:
        names = list(dict.fromkeys(_EXCHANGE_ID.findall(text)))[:20]
        rows = [row for name in names for row in self._store.search(Query(exchange=name, limit=1))]
        return [(row, "id") for row in rows]

    def _by_code(self, text: str) -> list[tuple[StoredRecord, str]]:
        folded = list(dict.fromkeys(fold_code(code) for code in parse_code(text)))[:20]
        rows = [row for code in folded for row in self._store.search(Query(code=code, limit=5))]
        return [(row, "code") for row in rows]

    def _by_text(self, text: str) -> list[Trace]:
        normal = normalise_with_origin(text)
        grams = self._fingerprinter.grams(normal.text)
        total = units_of(normal.text)
        aligned = {
            place: alignment
            for place, alignment in self._alignments(grams, total).items()
            if _is_likely(alignment)
        }
        traces: list[Trace] = []
        for record in self._store.at(list(aligned)) if aligned else ():
            alignment = aligned[record.chain_seq]
            start = normal.origin[alignment.start]
            end = normal.origin[alignment.end - 1] + 1
            passage = Passage(start, end, text[start:end])
            likely = confidence(alignment)
            traces.append(Trace(record.exchange, likely, record.time_ns, "text", passage, record))
        return traces

    def _alignments(self, grams: Grams, total: int) -> dict[int, Alignment]:
        by_hash: dict[int, list[int]] = defaultdict(list)
        for number, gram in enumerate(grams.hashes[:_MOST_GRAMS].tolist()):
            by_hash[gram].append(number)
        postings = self._store.postings(by_hash, _POSTINGS_PER_GRAM)
        spread = Counter(posting.gram for posting in postings)
        weight: Counter[int] = Counter()
        hits: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for posting in postings:
            weight[posting.chain_seq] += 1_000 // spread[posting.gram]
            numbers = by_hash[posting.gram][:20]
            hits[posting.chain_seq].extend((number, posting.position) for number in numbers)
        return {
            place: align(grams, total, hits[place]) for place, _ in weight.most_common(_CANDIDATES)
        }


def facts_of(record: StoredRecord) -> Facts | None:
    """Return an exchange's facts, with its subject put back; None once they are purged."""
    if not record.facts:
        return None
    facts = msgspec.json.decode(record.facts, type=Facts)
    opening = msgspec.structs.replace(facts.open, subject=record.subject)
    return msgspec.structs.replace(facts, open=opening)


def confidence(alignment: Alignment) -> float:
    """Return how sure an alignment is, 0 to 1: grows with what runs alike, and with its share."""
    evidence = 1.0 - float(0.5 ** (alignment.units / 10))
    return round(evidence * (0.5 + 0.5 * min(1.0, 1.5 * alignment.share)), 3)


def _is_likely(alignment: Alignment) -> bool:
    """Two grams in order at least; a fifth of the question, or twenty ideographs of it."""
    if alignment.grams < 2 or alignment.units < 20:
        return False
    return alignment.share >= 0.2 or alignment.units >= 40
