"""Shipper: carries records from the spools of all workers to the store; its only steady writer.

One step reads what is new, stores what is ready in one transaction per batch, signs a checkpoint if
one is due, and removes the segments that are not needed any more. It can be killed anywhere: what
is stored is known by its id, and a segment goes only after all of it was committed. While the store
is down nothing is read beyond a bound and nothing is removed; the spool grows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gateway.config.settings import LedgerSettings
from gateway.ledger.chain import End, event, extend, next_checkpoint, write_head
from gateway.ledger.conduct import keep_conduct
from gateway.ledger.frames import exchange_bytes, exchange_text
from gateway.ledger.gather import Gathered, Gatherer, Note
from gateway.ledger.intake import Intake
from gateway.ledger.keyring import Keyring
from gateway.ledger.reprint import reprint
from gateway.ledger.spool import spool_folder
from gateway.ledger.tail import SpoolTail, list_spools
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.ports.clock import Clock
from gateway.ports.store import Store, StoredRecord

_BATCH = 200
_BATCH_BYTES = 16 * 1024 * 1024
_READY_BOUND = 2_000
_FULL_BYTES = 512 * 1024
_IDLE_S = 0.1
_BACKOFF_S = (0.2, 10.0)


class Progress(NamedTuple):
    """What one step did: records and events stored, whether there may be more to do now, and the
    bytes that were read.

    ``full``: so much came that more is surely waiting. Otherwise it pays to let some gather first:
    a transaction, a signature and a head cost the same for one record and for two hundred.
    """

    stored: int
    busy: bool
    full: bool = False
    read: int = 0


class ShipperStats(NamedTuple):
    """For metrics and readiness. ``oldest_unshipped_s`` is how long the oldest closed record has
    been waiting for the store; ``damaged`` counts segments of the spool that could not be read
    whole and were kept aside; ``store_ok`` is false while the last attempt failed; ``locked`` are
    finished records whose master key is not at hand: they stay in the spool. ``fault`` says why the
    last attempt failed; ``replaced`` counts subjects' keys in the store that did not open.
    ``cuts`` is how often records that had been stored were found missing, ``missing`` which the
    last time (first and last place)."""

    spool_bytes: int
    oldest_unshipped_s: float
    open_exchanges: int
    shipped: int
    recovered: int
    errors: int
    damaged: int
    store_ok: bool
    locked: int = 0
    fault: str = ""
    replaced: int = 0
    cuts: int = 0
    missing: tuple[int, int] = (-1, -1)


class Shipper:
    """Carries records to the store. ``store_factory`` opens the store; it is called again after it
    failed, and may raise LedgerFailed. All methods but `stats` belong to one thread."""

    def __init__(
        self,
        settings: LedgerSettings,
        state: Path,
        keyring: Keyring,
        store_factory: Callable[[], Store],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._state = state
        self._keyring = keyring
        self._store_factory = store_factory
        self._clock = clock
        self._store: Store | None = None
        self._spools: dict[str, SpoolTail] = {}
        self._gatherer = Gatherer(keyring.is_at_hand)
        self._aside = 0
        self._intake = Intake(keyring)
        self._owes_prints = True
        self._since_checkpoint = 0
        self._checkpoint_s = clock.monotonic_s()
        self._waiting_since_s: float | None = None
        self._stats = ShipperStats(0, 0.0, 0, 0, 0, 0, 0, store_ok=True)

    @property
    def stats(self) -> ShipperStats:
        """The figures after the last step. May be read from any thread."""
        return self._stats

    def step(self) -> Progress:
        """Do what there is to do now, in bounded portions. Never raises for a store that is down or
        a newer program's, or for a disk that is full: see `stats`."""
        read, stored, fault = 0, 0, ""
        try:
            read = self._read()
            self._note_waiting()
            stored = self._ship()
            self._checkpoint()
            if self._owes_prints:
                self._owes_prints = reprint(self._open_store(), self._keyring) > 0
            self._tidy()
        except (LedgerFailed, ConfigError) as error:
            fault = error.detail
        except OSError as error:
            fault = str(error.strerror)
        if fault:
            self._drop_store()
        self._count(stored, fault)
        full = read >= _FULL_BYTES or stored >= _BATCH or self._owes_prints
        busy = read > 0 or stored > 0 or self._owes_prints or bool(self._gatherer.ready)
        return Progress(stored, busy=not fault and busy, full=not fault and full, read=read)

    def run(self, stop: threading.Event) -> None:
        """Step until told to stop, waiting longer after each failure; then drain what can be."""
        pause_s = _BACKOFF_S[0]
        while not stop.is_set():
            progress = self.step()
            if not self._stats.store_ok:
                stop.wait(pause_s)
                pause_s = min(pause_s * 2, _BACKOFF_S[1])
                continue
            pause_s = _BACKOFF_S[0]
            if not progress.full:
                stop.wait(_IDLE_S)
        self.drain()

    def drain(self) -> bool:
        """Ship what the spool holds now, and sign the end; False if the store refused.

        What living workers go on to write is for who comes next: under load there is always more.
        """
        left = list_spools(spool_folder(self._state)).size
        while (progress := self.step()).busy and left >= 0:
            left -= progress.read
        if not self._stats.store_ok:
            return False
        self._since_checkpoint = self._settings.checkpoint_records
        return self.step() is not None and self._stats.store_ok

    def close(self) -> None:
        """Let go of the store and the segments."""
        self._drop_store()
        for spool in self._spools.values():
            for segment in spool.segments:
                segment.close()
        self._spools.clear()

    def _read(self) -> int:
        """Read what is new, in portions; return how many bytes."""
        listed = list_spools(spool_folder(self._state))
        self._stats = self._stats._replace(spool_bytes=listed.size)
        taken = 0
        for name, paths in listed.spools.items():
            spool = self._spools.get(name)
            if spool is None:
                spool = self._spools[name] = SpoolTail(spool_folder(self._state), name)
            if len(self._gatherer.ready) < _READY_BOUND:
                spool.look(paths)
                taken += self._read_spool(spool)
        return taken

    def _read_spool(self, spool: SpoolTail) -> int:
        taken = 0
        for segment in spool.segments:
            if segment.finished:
                continue
            before = segment.offset
            frames = segment.read(final=spool.is_final(segment))
            self._gatherer.take(spool, segment, frames)
            taken += segment.offset - before
            if not segment.finished:
                return taken  # later segments only after this one: frames stay in their order
        if spool.is_read():
            self._gatherer.recover(spool)
        return taken

    def _ship(self) -> int:
        gatherer = self._gatherer
        shipped = 0
        while gatherer.ready or gatherer.notes:
            batch = gatherer.batch(_BATCH, _BATCH_BYTES)
            notes = list(gatherer.notes)
            stored, waiting = self._ship_batch(batch, notes)
            shipped += stored
            for gathered in batch:
                gatherer.ready.popleft()
                if gathered.exchange in waiting:
                    gatherer.lock(gathered)
                else:
                    gatherer.stored(gathered)
            for note in notes:
                note.segment.users.discard(note.id)
                gatherer.notes.popleft()
        return shipped

    def _ship_batch(self, batch: list[Gathered], notes: list[Note]) -> tuple[int, set[bytes]]:
        """Store a batch; return how many rows, and the exchanges that wait for a master key."""
        opened = {exchange_text(each.exchange): each.opened(self._keyring) for each in batch}
        rows = {exchange_text(each.id): _event_row(each) for each in notes}
        head: End | None = None
        with self._open_store().writing() as writing:
            known = writing.known([*opened, *rows])
            fresh = {name: each for name, each in opened.items() if each and name not in known}
            records, fingerprints = self._intake.rows(writing, fresh)
            waiting = fresh.keys() - {record.exchange for record in records}
            records += [row for name, row in rows.items() if name not in known]
            if records:
                head = extend(writing, self._keyring, records, fingerprints, self._state)
                told = {name: each.facts for name, each in fresh.items()}
                keep_conduct(writing, records, told, self._clock.wall_ns())
        if head is not None:
            write_head(self._state, self._keyring, head)
            self._note_missing(head)
        self._since_checkpoint += len(records)
        recovered = sum(fresh[name].facts.close is None for name in fresh.keys() - waiting)
        self._stats = self._stats._replace(recovered=self._stats.recovered + recovered)
        return len(records), {exchange_bytes(name) for name in waiting}

    def _note_missing(self, end: End) -> None:
        if end.missing is not None:
            stats = self._stats
            self._stats = stats._replace(cuts=stats.cuts + 1, missing=end.missing[:2])

    def _checkpoint(self) -> None:
        now_s = self._clock.monotonic_s()
        due = now_s - self._checkpoint_s >= self._settings.checkpoint_s
        if not due and self._since_checkpoint < self._settings.checkpoint_records:
            return
        self._checkpoint_s = now_s
        self._gatherer.retry()
        store = self._open_store()
        with store.writing() as writing:
            next_checkpoint(writing, self._keyring, self._clock.wall_ns())
        self._since_checkpoint = 0
        store.sweep()

    def _tidy(self) -> None:
        """Remove segments that are read and stored, and the locks of workers that are gone."""
        for name, spool in list(self._spools.items()):
            for segment in list(spool.segments):
                if segment.finished and not segment.users and spool.is_final(segment):
                    self._aside += segment.damage > 0
                    spool.remove(segment)
            if spool.is_read() and not spool.segments:
                spool.remove_lock()
                del self._spools[name]

    def _note_waiting(self) -> None:
        """From now on what is ready waits, if the store does not take it."""
        if self._waiting_since_s is None and self._gatherer.is_behind:
            self._waiting_since_s = self._clock.monotonic_s()

    def _count(self, stored: int, fault: str) -> None:
        now_s = self._clock.monotonic_s()
        if not self._gatherer.is_behind:
            self._waiting_since_s = None
        since_s = now_s if self._waiting_since_s is None else self._waiting_since_s
        stats = self._stats
        self._stats = stats._replace(
            oldest_unshipped_s=now_s - since_s,
            open_exchanges=len(self._gatherer.open),
            shipped=stats.shipped + stored,
            errors=stats.errors + bool(fault),
            damaged=self._aside,
            store_ok=not fault,
            locked=len(self._gatherer.locked),
            fault=fault,
            replaced=self._intake.replaced,
        )

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = self._store_factory()
        return self._store

    def _drop_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()


def _event_row(note: Note) -> StoredRecord:
    told = note.payload
    return event(told.kind, told.time_ns, told.facts, exchange_text(note.id))
