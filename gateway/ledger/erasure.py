"""Erasure and retention: how contents go, for good, while the chain still verifies.

Erasing a subject destroys its key in the store and in the spool, its contents and its id, and its
postings. What a worker writes for the subject afterwards is under a new key and is kept. Every
erasure and purge is an event of the chain that names the places it emptied; a place that is empty
without such an event is tampering.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.ledger.chain import End, event, extend, write_head
from gateway.ledger.frames import (
    HEADER_BYTES,
    MAGIC,
    Frame,
    FrameType,
    Parsed,
    bound,
    read_frames,
    write_frame,
)
from gateway.ledger.intake import UNLABELLED
from gateway.ledger.journal import ERASURES_FILE, KeyPayload
from gateway.ledger.keyring import Keyring
from gateway.ledger.spool import SEGMENT_SUFFIX, spool_folder
from gateway.nouns.errors import BadRequest, LedgerFailed
from gateway.nouns.policy import Keep
from gateway.nouns.record import key_owner
from gateway.ports.clock import Clock
from gateway.ports.store import Owner, Store, Writing

_DAY_NS = 86_400 * 1_000_000_000
_AT_ONCE = 500

UNLABELLED_DAYS = 183
"""How long the facts of unlabelled deliveries stay at least: six months, the longest that are."""
_STRETCH = 4 << 20


class Erased(NamedTuple):
    """What an erasure did: records emptied, keys destroyed in the spool, postings removed."""

    records: int
    spool_keys: int
    postings: int


class Purged(NamedTuple):
    """What a purge did: records whose contents, and whose facts, went."""

    contents: int
    facts: int


class Eraser:
    """Erases and purges. Safe beside a running gateway; safe to run again after it was killed."""

    def __init__(self, store: Store, keyring: Keyring, state: Path, clock: Clock) -> None:
        self._store = store
        self._keyring = keyring
        self._state = state
        self._clock = clock
        self._head: End | None = None

    def erase_subject(self, tenant: str, subject: str, *, reason: str) -> Erased:
        """Make everything a subject said and was told unreadable, in store and spool.

        Raises BadRequest without a reason, LedgerFailed if the store does not take it; nothing is
        reported as erased before it is.
        """
        if not subject:
            raise BadRequest("Erasing takes a subject's id.", param="subject")
        return self._erase(tenant, subject, "", reason)

    def erase_exchange(self, exchange: str, *, reason: str) -> Erased | None:
        """The same for one exchange that has no subject; None if there is no such exchange.

        Raises BadRequest for an exchange with a subject: its key is shared with others.
        """
        record = self._store.read(exchange)
        if record is None:
            return None
        if record.subject:
            raise BadRequest("The exchange has a subject; erase the subject.", param="exchange")
        return self._erase(record.tenant, "", exchange, reason)

    def purge(self, keep: Keep) -> Purged:
        """Delete what is older than the policy keeps, never younger than the floor.

        Contents and facts go apart; hashes stay. Works in short transactions. The facts of what
        was delivered unlabelled stay for six months at least (Labelling Measures, Article 9).
        """
        now_ns = self._clock.wall_ns()
        content_days = max(keep.content_days, keep.floor_days)
        facts_days = max(keep.facts_days, keep.floor_days)
        contents = self._purge("contents", now_ns - min(content_days, facts_days) * _DAY_NS)
        facts = self._purge("facts", now_ns - facts_days * _DAY_NS, spared=UNLABELLED)
        spared_days = max(facts_days, UNLABELLED_DAYS)
        facts += self._purge("facts", now_ns - spared_days * _DAY_NS)
        self._store.sweep()
        return Purged(contents, facts)

    def _erase(self, tenant: str, subject: str, exchange: str, reason: str) -> Erased:
        if not reason.strip():
            raise BadRequest("Erasing takes a reason.", param="reason")
        self._tell_workers()
        owner = key_owner(subject, exchange)
        found = list(_keys_in_spool(self._state, tenant, owner))
        places: list[int] = []
        with self._store.writing() as writing:
            writing.bury_spool_keys({each.key_id for each in found})
            places = writing.places(tenant, subject, exchange)
            writing.destroy_subject_keys([(tenant, owner)])
            writing.drop_contents(places, "erased")
            writing.drop_subject(places)
            if subject:
                writing.forget_subject(tenant, subject)
            self._note(writing, "erasure", {"places": ranges_of(places), "reason": reason})
        self._write_head()
        for each in found:
            _blank(each)
        return Erased(len(places), len(found), self._store.sweep())

    def _tell_workers(self) -> None:
        """Have the workers drop their keys, before the spool is looked through."""
        folder = spool_folder(self._state)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".{ERASURES_FILE}.{os.getpid()}"
        draft.write_text(str(self._clock.wall_ns()), encoding="ascii")
        draft.replace(folder / ERASURES_FILE)

    def _purge(self, part: str, before_ns: int, *, spared: str = "") -> int:
        gone = 0
        while batch := self._purge_batch(part, before_ns, spared):
            gone += batch
        self._write_head()
        return gone

    def _purge_batch(self, part: str, before_ns: int, spared: str) -> int:
        with self._store.writing() as writing:
            places = writing.expired(part, before_ns, _AT_ONCE, spared=spared)
            if not places:
                return 0
            if part == "contents":
                writing.drop_contents(places, "purged")
            else:
                writing.drop_facts(places)
            self._note(writing, "purge", {"part": part, "places": ranges_of(places)})
        return len(places)

    def _note(self, writing: Writing, kind: str, facts: dict[str, str]) -> None:
        row = event(kind, self._clock.wall_ns(), facts)
        self._head = extend(writing, self._keyring, [row], {}, self._state)

    def _write_head(self) -> None:
        if self._head is not None:
            write_head(self._state, self._keyring, self._head)


def rewrap(store: Store, keyring: Keyring) -> int:
    """Wrap the subjects' keys anew by the master key in force; returns how many were moved. One
    that does not open stays as it is, and keeps no other from moving."""
    held = store.subject_keys()
    behind = [owner for owner, wrapped in held.items() if not keyring.is_current(wrapped)]
    count = 0
    for start in range(0, len(behind), _AT_ONCE):
        with store.writing() as writing:
            found = writing.subject_keys(behind[start : start + _AT_ONCE])
            moved = dict(_wrapped_anew(found, keyring))
            writing.put_subject_keys(moved)
            count += len(moved)
    return count


def _wrapped_anew(
    found: Mapping[Owner, bytes], keyring: Keyring
) -> Iterator[tuple[Owner, bytes]]:
    for owner, wrapped in found.items():
        with suppress(LedgerFailed):
            key = keyring.unwrap_subject_key(wrapped, *owner)
            yield owner, keyring.wrap_subject_key(key, *owner)


def ranges_of(places: Sequence[int]) -> str:
    """Return places as text: ``3-7,9``."""
    ordered = sorted(places)
    if not ordered:
        return ""
    breaks = [i + 1 for i, (left, right) in enumerate(pairwise(ordered)) if right != left + 1]
    edges = pairwise([0, *breaks, len(ordered)])
    runs = [(ordered[first], ordered[last - 1]) for first, last in edges]
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def runs_in(ranges: str) -> Iterator[tuple[int, int]]:
    """Return first and last place of each run that `ranges_of` wrote."""
    for run in ranges.split(",") if ranges else ():
        low, _, high = run.partition("-")
        yield int(low), int(high or low)


class _SpoolKey(NamedTuple):
    path: Path
    offset: int
    size: int
    exchange: bytes
    key_id: bytes


def _keys_in_spool(state: Path, tenant: str, owner: str) -> Iterator[_SpoolKey]:
    for path in sorted(spool_folder(state).rglob("*" + SEGMENT_SUFFIX)):
        for frame in _key_frames(path):
            key = _key_decoder.decode(frame.payload)
            if (key.tenant, key.owner) == (tenant, owner):
                size = len(frame.payload)
                yield _SpoolKey(path, frame.offset, size, frame.exchange, key.key_id)


_key_decoder = msgspec.msgpack.Decoder(KeyPayload)


def _key_frames(path: Path) -> list[Frame]:
    """Return the KEY frames of a segment; none if it was shipped and removed in between."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return []
    try:
        return [frame for frame in _all_frames(descriptor) if frame.type == FrameType.KEY]
    finally:
        os.close(descriptor)


def _all_frames(descriptor: int) -> Iterator[Frame]:
    offset = len(MAGIC)
    while True:
        parsed = _parse(descriptor, offset)
        yield from parsed.frames
        skipped = parsed.needed if parsed.bad and parsed.needed > HEADER_BYTES else 0
        offset += parsed.consumed + skipped
        if not parsed.frames and not skipped:
            return


def _parse(descriptor: int, offset: int) -> Parsed:
    stretch = os.pread(descriptor, _STRETCH, offset)
    parsed = read_frames(stretch, offset)
    if not parsed.frames and not parsed.bad and parsed.needed > len(stretch):
        parsed = read_frames(os.pread(descriptor, parsed.needed, offset), offset)
    return parsed


def _blank(key: _SpoolKey) -> None:
    """Overwrite a KEY frame in place by a frame of the same size that holds nothing."""
    frame = write_frame(bound(FrameType.BLANK, key.exchange, 0), bytes(key.size))
    try:
        descriptor = os.open(key.path, os.O_WRONLY)
    except FileNotFoundError:
        return  # shipped and removed in between
    try:
        os.pwrite(descriptor, frame, key.offset)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
