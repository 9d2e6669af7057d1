"""Verify: reads the whole ledger and names the first thing that is not as it was written."""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.ledger.chain import (
    CUT,
    GENESIS,
    checkpoint_message,
    contents_hash,
    head_verifies,
    link,
    read_head,
)
from gateway.ledger.contents import Facts
from gateway.ledger.crypt import subject_tag
from gateway.ledger.erasure import runs_in
from gateway.ledger.intake import columns_of
from gateway.ledger.keyring import Keyring
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.record import key_owner
from gateway.ports.store import Checkpoint, Query, Store, StoredRecord

_EVERY = 1 << 62
_TOLD_EVERY = 100
_OTHER_KEY = "its subject or the key of its contents was altered"
Told = Callable[[int, int], None]


class Fault(NamedTuple):
    """The first thing wrong: ``what`` is ``altered``, ``removed``, ``inserted``, ``emptied``,
    ``cut`` or ``checkpoint``; ``chain_seq`` its place, ``exchange`` the record there if any."""

    what: str
    chain_seq: int
    exchange: str
    sentence: str


class VerifyReport(NamedTuple):
    """What was read, and the first fault; the ledger is sound if that is None.

    ``emptied`` counts records whose contents or facts were purged or erased on record.
    """

    records: int
    events: int
    emptied: int
    checkpoints: int
    fault: Fault | None

    @property
    def sound(self) -> bool:
        """True if nothing is wrong."""
        return self.fault is None


class _Event(msgspec.Struct):
    kind: str
    facts: dict[str, str]


class _Missing(msgspec.Struct):
    first: int
    last: int


class _Cut(msgspec.Struct):
    facts: _Missing


class _Noted(msgspec.Struct):
    kind: str
    time_ns: int


class _Excuses:
    """The places that purges and erasures say they emptied, by part; read anew when one is missed.

    The events are rows of the same chain, so that a forged one is found on its own account.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: dict[str, list[tuple[int, int]]] = {}
        self._seen = -1

    def has(self, part: str, place: int) -> bool:
        """True if an event accounts for the part that is gone there."""
        return self._find(part, place) or (self._load() and self._find(part, place))

    def _find(self, part: str, place: int) -> bool:
        runs = self._runs.get(part, [])
        after = bisect_right(runs, (place, _EVERY))
        return after > 0 and runs[after - 1][0] <= place <= runs[after - 1][1]

    def _load(self) -> bool:
        rows = [
            row
            for kind in ("purge", "erasure")
            for row in self._store.search(Query(kind=kind, limit=_EVERY))
        ]
        newest = max((row.chain_seq for row in rows), default=-1)
        if newest <= self._seen:
            return False
        self._seen = newest
        self._runs = {"contents": [], "facts": []}
        for row in rows:
            part, places = _told_by(row)
            self._runs.setdefault(part, []).extend(places)
        for runs in self._runs.values():
            runs.sort()
        return True


def _told_by(row: StoredRecord) -> tuple[str, list[tuple[int, int]]]:
    """Return part and places of a purge or erasure; nothing if it was tampered with."""
    try:
        told = msgspec.json.decode(row.facts, type=_Event).facts
        return told.get("part", "contents"), list(runs_in(told.get("places", "")))
    except (msgspec.MsgspecError, ValueError):
        return "", []


class _Walker:
    """Goes along the chain once; keeps what can only be judged at the end."""

    def __init__(self, store: Store, keyring: Keyring, state: Path, tell: Told) -> None:
        self._store = store
        self._keyring = keyring
        self._tell = tell
        self._previous = GENESIS
        self._place = -1
        self._counts = {"records": 0, "events": 0}
        self._head = read_head(state)  # before the walk: the shipper may go on meanwhile
        self._excused = _Excuses(store)
        self._checkpoints = store.checkpoints()
        self._pinned = {each.chain_seq: each for each in self._checkpoints}
        self._emptied = 0
        self._cuts: list[Fault] = []

    def report(self) -> VerifyReport:
        """Walk, and say what was found."""
        fault = next(self._faults(), None)
        return VerifyReport(
            self._counts["records"],
            self._counts["events"],
            self._emptied,
            len(self._checkpoints),
            fault,
        )

    def _faults(self) -> Iterator[Fault]:
        yield from self._checkpoint_faults()
        for record in self._store.walk():
            yield from self._row_faults(record)
            yield from self._gap_faults(record)
            yield from self._meaning_faults(record)
            self._remember(record)
            if record.chain_seq % _TOLD_EVERY == 0:
                self._tell(record.chain_seq, max(record.chain_seq, self._last_known()))
        yield from self._end_faults()
        yield from self._cuts

    def _last_known(self) -> int:
        return self._head.chain_seq if self._head else 0

    def _row_faults(self, record: StoredRecord) -> Iterator[Fault]:
        expected = self._place + 1
        if record.chain_seq != expected and not _tells_of_gap(record, expected):
            yield _fault("removed", expected, "", f"Record {expected} is missing.")
        if not hmac.compare_digest(link(self._keyring, self._previous, record), record.chain_hash):
            what = "altered" if _is_itself(record) else "inserted"
            yield _about(what, record, "it does not fit behind the record before it")
        if record.facts and sha256(record.facts).digest() != record.facts_hash:
            yield _about("altered", record, "its facts were altered")
        if record.contents and contents_hash(record) != record.contents_hash:
            yield _about("altered", record, "its contents were altered")
        pin = self._pinned.get(record.chain_seq)
        if pin is not None and pin.chain_hash != record.chain_hash:
            yield _about("altered", record, f"checkpoint {pin.number} had another record here")
        if self._is_other_than_the_head(record):
            yield _about("cut", record, "the head had another record here, which is missing")

    def _is_other_than_the_head(self, record: StoredRecord) -> bool:
        head = self._head
        if head is None or head.chain_seq != record.chain_seq:
            return False
        return head_verifies(self._keyring, head) and head.chain_hash != record.chain_hash.hex()

    def _meaning_faults(self, record: StoredRecord) -> Iterator[Fault]:
        """What stands beside the hashed parts and is found or opened by."""
        wrong = _wrong_column(record)
        if wrong:
            yield _about("altered", record, f"its column {wrong} differs from its facts")
        if (record.subject or record.contents) and (wrong := self._wrong_key(record)):
            yield _about("altered", record, wrong)

    def _wrong_key(self, record: StoredRecord) -> str:
        """Return what is wrong with the key that opens the contents; empty if it is there, and is
        the one of this subject."""
        owner = key_owner(record.subject, record.exchange)
        wrapped = self._store.subject_key((record.tenant, owner))
        if wrapped is None:  # purged long ago, key gone later
            return _OTHER_KEY if record.contents else ""
        if not self._keyring.is_at_hand(wrapped):
            return "the master key of its contents is not in this keyring, or their key was altered"
        try:
            key = self._keyring.unwrap_subject_key(wrapped, record.tenant, owner)
        except LedgerFailed:
            return _OTHER_KEY
        same = subject_tag(key, record.tenant, owner) == record.subject_tag
        return "" if same else _OTHER_KEY

    def _gap_faults(self, record: StoredRecord) -> Iterator[Fault]:
        """Parts that are gone without a purge or an erasure that accounts for them."""
        gone = {
            "contents": bool(record.contents_hash) and not record.contents,
            "facts": not record.facts,
        }
        for part in (name for name, is_gone in gone.items() if is_gone):
            if not self._excused.has(part, record.chain_seq):
                yield _about(
                    "emptied", record, f"its {part} are gone, and no purge or erasure says so"
                )
        self._emptied += any(gone.values())

    def _remember(self, record: StoredRecord) -> None:
        self._counts["records" if record.kind == "exchange" else "events"] += 1
        if record.kind == CUT and record.facts:
            self._cuts.append(_cut_told_by(record))
        self._previous, self._place = record.chain_hash, record.chain_seq

    def _end_faults(self) -> Iterator[Fault]:
        head = self._head
        if head is None:
            if self._place >= 0:
                yield _fault(
                    "cut",
                    self._place,
                    "",
                    "The head file is missing or unreadable, so a cut tail could not be seen.",
                )
        elif not head_verifies(self._keyring, head):
            yield _fault("cut", self._place, "", "The head file was altered.")
        elif head.chain_seq > self._place:
            yield _fault(
                "cut",
                self._place + 1,
                "",
                f"The tail is cut: records {self._place + 1} to {head.chain_seq} are missing.",
            )
        for pin in self._checkpoints:
            if pin.chain_seq > self._place:
                yield _fault(
                    "cut",
                    self._place + 1,
                    "",
                    f"The tail is cut: checkpoint {pin.number} saw record {pin.chain_seq}.",
                )

    def _checkpoint_faults(self) -> Iterator[Fault]:
        before: Checkpoint | None = None
        for number, each in enumerate(self._checkpoints):
            previous = b"" if before is None else sha256(before.signature).digest()
            message = checkpoint_message(each)
            signed = self._keyring.verifies(each.key_id, message, each.signature)
            if not signed or each.number != number or each.previous != previous:
                yield _fault(
                    "checkpoint",
                    each.chain_seq,
                    "",
                    f"Checkpoint {number} was altered, removed or inserted.",
                )
            before = each


def _nobody(done: int, whole: int) -> None:
    """Tell nobody."""


def verify(
    store: Store, keyring: Keyring, state: Path, tell: Told = _nobody
) -> VerifyReport:
    """Read everything once and report; ``tell`` hears now and then how many rows of how many were
    read. Raises LedgerFailed if the store does not answer."""
    return _Walker(store, keyring, state, tell).report()


def _cut_told_by(record: StoredRecord) -> Fault:
    """Return what the event of a cut says; its facts are known to be its own."""
    missing = msgspec.json.decode(record.facts, type=_Cut).facts
    sentence = (
        f"Former records {missing.first} to {missing.last} are missing: the store had been cut, or "
        f"restored from a copy, when record {record.chain_seq} was written. The rest is intact."
    )
    return _fault("cut", missing.first, record.exchange, sentence)


def _tells_of_gap(record: StoredRecord, expected: int) -> bool:
    """True if the row is the event of a cut that names the places before it as missing."""
    if record.kind != CUT:
        return False
    try:
        missing = msgspec.json.decode(record.facts, type=_Cut).facts
    except msgspec.DecodeError:
        return False
    return (missing.first, missing.last) == (expected, record.chain_seq - 1)


def _wrong_column(record: StoredRecord) -> str:
    """Return the column that does not say what the facts say; empty: none, or no facts."""
    if not record.facts:
        return ""
    try:
        expected = _columns_of_event(record) if record.kind != "exchange" else _columns(record)
    except msgspec.DecodeError:
        return "facts"
    names = (name for name, value in expected.items() if getattr(record, name) not in value)
    return next(names, "")


def _columns(record: StoredRecord) -> dict[str, tuple[object, ...]]:
    """Return what the columns of an exchange may say, by its facts."""
    facts = msgspec.json.decode(record.facts, type=Facts)
    repeated = {name: (value,) for name, value in columns_of(facts).items()}
    states = (facts.state,) if record.contents else ("erased", "purged")
    return {"exchange": (facts.open.exchange,), **repeated, "state": states}


def _columns_of_event(record: StoredRecord) -> dict[str, tuple[object, ...]]:
    told = msgspec.json.decode(record.facts, type=_Noted)
    silent = ("tenant", "subject", "code", "outcome", "categories")
    fixed = {"kind": (told.kind,), "time_ns": (told.time_ns,), "state": ("noted",)}
    return {**fixed, **dict.fromkeys(silent, ("",))}


def _is_itself(record: StoredRecord) -> bool:
    """False if the row's facts are those of another exchange."""
    return record.kind != "exchange" or not record.facts or _wrong_column(record) != "exchange"


def _about(what: str, record: StoredRecord, sentence: str) -> Fault:
    return _fault(
        what,
        record.chain_seq,
        record.exchange,
        f"Record {record.chain_seq} ({record.exchange}): {sentence}.",
    )


def _fault(what: str, place: int, exchange: str, sentence: str) -> Fault:
    return Fault(what, place, exchange, sentence)
