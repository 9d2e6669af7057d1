"""The steward: one process beside the workers that ships records and serves operations."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from starlette.routing import BaseRoute

from gateway.assembly.standings import StandingKeeper
from gateway.assembly.vault import Vault
from gateway.config.settings import Settings
from gateway.edge.board import Board
from gateway.edge.program import Ports
from gateway.edge.worker import serve_operations
from gateway.ledger.cautious_clock import CautiousClock
from gateway.ledger.chain import chain_events, event
from gateway.ledger.erasure import Eraser, rewrap
from gateway.ledger.shipper import Shipper, ShipperStats
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.nouns.policy import Policy
from gateway.ports.clock import Clock
from gateway.ports.store import Query
from gateway.telemetry.folder import render
from gateway.telemetry.household import StewardMetrics
from gateway.telemetry.logs import logger

_PAUSE_S = 0.2
_AWAY_S = 2.0
_PURGE_EVERY_S = 3600.0
_STAND_EVERY_S = 1.0
_LOG = logger("steward")


class Chores(NamedTuple):
    """What the steward does beside shipping; each raises LedgerFailed while the store is away.

    ``note`` is done once, as soon as it can be; ``purge`` every hour; ``stand`` every second.
    """

    note: Callable[[], None]
    purge: Callable[[], None]
    stand: Callable[[], None] | None = None


class Steward:
    """Ships in a thread of its own, so that a slow store never delays a scrape.

    ``failed`` is called when that thread met what nobody foresaw: a steward that does not ship is
    of no use, so its process ends, and the supervisor starts another.
    """

    def __init__(
        self,
        shipper: Shipper,
        gauges: StewardMetrics,
        chores: Chores,
        failed: Callable[[], None],
    ) -> None:
        self._shipper = shipper
        self._gauges = gauges
        self._chores = chores
        self._failed = failed
        self._noted = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shipper", daemon=True)
        self._shipped = 0
        self._damaged = 0
        self._locked = False
        self._fault = ""
        self._replaced = 0
        self._cuts = 0

    def start(self) -> None:
        """Begin to ship."""
        self._thread.start()

    def stop(self) -> None:
        """Ship what is there, then end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._ship()
        except Exception as failure:  # noqa: BLE001 -- the task supervisor: logged, then given up
            _LOG.error("shipper failed", exc_info=failure)
            self._failed()

    def _ship(self) -> None:
        waited_s = _PURGE_EVERY_S
        stood_s = 0.0
        while not self._stop.is_set():
            full = self._shipper.step().full
            self._tell(self._shipper.stats)
            if self._shipper.stats.store_ok:
                self._noted = self._noted or self._done("policy not noted", self._chores.note)
                if self._chores.stand is not None and monotonic() - stood_s >= _STAND_EVERY_S:
                    stood_s = monotonic()
                    self._done("standings not kept", self._chores.stand)
                if waited_s >= _PURGE_EVERY_S:
                    waited_s = 0.0
                    self._done("not purged", self._chores.purge)
            if not full:
                pause_s = _PAUSE_S if self._shipper.stats.store_ok else _AWAY_S
                self._stop.wait(pause_s)
                waited_s += pause_s
        self._shipper.drain()
        self._tell(self._shipper.stats)
        self._shipper.close()

    def _done(self, otherwise: str, chore: Callable[[], None]) -> bool:
        try:
            chore()
        except (LedgerFailed, ConfigError) as error:  # busy, away, not of ours: later again
            _LOG.warning(otherwise, code=error.code)
            return False
        return True

    def _tell(self, stats: ShipperStats) -> None:
        self._gauges.spool(size_bytes=stats.spool_bytes, oldest_s=stats.oldest_unshipped_s)
        self._gauges.shipped(max(0, stats.shipped - self._shipped))
        self._shipped = stats.shipped
        if stats.damaged > self._damaged:
            self._gauges.damaged(stats.damaged - self._damaged)
            _LOG.error("spool damaged", count=stats.damaged - self._damaged)
            self._damaged = stats.damaged
        if stats.locked and not self._locked:
            _LOG.warning("records wait for a master key that is not at hand", count=stats.locked)
        self._locked = stats.locked > 0
        if stats.replaced > self._replaced:
            _LOG.error("subjects' keys damaged", count=stats.replaced - self._replaced,
                       reason="what they protected is unreadable; new ones were made")  # fmt: skip
        self._replaced = stats.replaced
        if stats.cuts > self._cuts:
            first, last = stats.missing
            self._gauges.found_missing(stats.cuts - self._cuts)
            _LOG.error("records are missing in the store", detail=f"{first} to {last}",
                       reason="cut, or restored from a copy: sealgate ledger verify")  # fmt: skip
        self._cuts = stats.cuts
        if stats.fault != self._fault:
            write = _LOG.error if stats.fault else _LOG.info
            write("records wait in the spool" if stats.fault else "records are stored again",
                  reason=stats.fault)  # fmt: skip
        self._fault = stats.fault
        if not stats.store_ok:
            self._gauges.ship_failed()


def _note_policy(vault: Vault, policy: Policy, clock: Clock) -> None:
    """Chain the policies that serve from now on, whole, so that a record can be explained later.

    The first of a family is the last in the chain; it names the others by their hashes.
    """
    store = vault.store()
    try:
        last = store.search(Query(kind="policy", limit=1))
        if last and policy.hash.encode() in last[0].facts:
            return
        rows = [
            event("policy", clock.wall_ns(), {
                "hash": each.hash, "name": each.name, "text": each.canonical().decode(),
            })
            for each in reversed(policy.family)
        ]  # fmt: skip
        chain_events(store, vault.keyring, vault.state, rows)
    finally:
        store.close()


def _rewrap(vault: Vault) -> None:
    """After a rotation: move the subjects' keys to the master key in force."""
    if not vault.keyring.rotated_before:
        return
    store = vault.store()
    try:
        moved = rewrap(store, vault.keyring)
    finally:
        store.close()
    if moved:
        _LOG.info("subjects' keys wrapped anew", count=moved)


def run_steward(
    settings: Settings,
    vault: Vault,
    policy: Policy,
    *,
    metrics_folder: Path,
    board: Board,
    ports: Ports,
    clock: Clock,
    pages: Sequence[BaseRoute] = (),
) -> None:
    """Be the steward until told to end. ``pages`` are the operator's further pages."""
    from gateway.edge.operations import operations_app  # FastAPI: in this process only

    vault.load_library()
    gauges = StewardMetrics(metrics_folder, spool_limit_bytes=settings.ledger.spool_limit_bytes)
    shipper = Shipper(settings.ledger, vault.state, vault.keyring, vault.store, clock)

    cautious = CautiousClock(clock)

    def purge() -> None:
        if cautious.jumped:
            _LOG.error("clock ahead", reason="nothing is deleted by it before a reload")
        store = vault.store()
        try:
            Eraser(store, vault.keyring, vault.state, cautious).purge(policy.keep)
        finally:
            store.close()

    def note() -> None:
        _note_policy(vault, policy, clock)
        _rewrap(vault)

    stand = None
    if policy.strikes is not None:
        stand = StandingKeeper(vault, policy.strikes, clock, gauges.standing)
    chores = Chores(note, purge, stand)
    steward = Steward(shipper, gauges, chores, partial(os.kill, os.getpid(), signal.SIGTERM))
    steward.start()
    app = operations_app(board, partial(render, metrics_folder), pages)
    serve_operations(
        app, settings,
        listener=ports.listener, life=ports.life, listening=ports.listening, leave=lambda: None,
    )  # fmt: skip
    steward.stop()
