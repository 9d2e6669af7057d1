"""The steward: one process beside the workers that ships records and serves operations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gateway.assembly.vault import Vault
from gateway.edge.board import Board
from gateway.edge.operations import operations_app
from gateway.edge.supervisor import Ports
from gateway.edge.worker import serve_operations
from gateway.ledger.chain import event, extend, write_head
from gateway.ledger.erasure import Eraser
from gateway.ledger.shipper import Shipper, ShipperStats
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.policy import Policy
from gateway.ports.clock import Clock
from gateway.ports.store import Query
from gateway.settings import Settings
from gateway.telemetry.folder import render
from gateway.telemetry.household import StewardMetrics
from gateway.telemetry.logs import logger

_PAUSE_S = 0.2
_PURGE_EVERY_S = 3600.0
_LOG = logger("steward")


class Steward:
    """Ships in a thread of its own, so that a slow store never delays a scrape."""

    def __init__(self, shipper: Shipper, gauges: StewardMetrics, purge: Callable[[], None]) -> None:
        self._shipper = shipper
        self._gauges = gauges
        self._purge = purge
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shipper", daemon=True)
        self._shipped = 0

    def start(self) -> None:
        """Begin to ship."""
        self._thread.start()

    def stop(self) -> None:
        """Ship what is there, then end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        waited_s = _PURGE_EVERY_S
        while not self._stop.is_set():
            busy = self._shipper.step().busy
            self._tell(self._shipper.stats)
            if waited_s >= _PURGE_EVERY_S and self._shipper.stats.store_ok:
                waited_s = 0.0
                self._try_to_purge()
            if not busy:
                self._stop.wait(_PAUSE_S if self._shipper.stats.store_ok else 2.0)
                waited_s += _PAUSE_S
        self._shipper.drain()
        self._tell(self._shipper.stats)
        self._shipper.close()

    def _try_to_purge(self) -> None:
        try:
            self._purge()
        except LedgerFailed as error:  # the store is busy or away: in an hour again
            _LOG.warning("not purged", code=error.code)

    def _tell(self, stats: ShipperStats) -> None:
        self._gauges.spool(size_bytes=stats.spool_bytes, oldest_s=stats.oldest_unshipped_s)
        self._gauges.shipped(max(0, stats.shipped - self._shipped))
        self._shipped = stats.shipped
        if not stats.store_ok:
            self._gauges.ship_failed()


def _note_policy(vault: Vault, policy: Policy, clock: Clock) -> None:
    """Chain the policy that serves from now on, whole, so that a record can be explained later."""
    try:
        store = vault.store()
        try:
            last = store.search(Query(kind="policy", limit=1))
            if last and policy.hash.encode() in last[0].facts:
                return
            facts = {"hash": policy.hash, "name": policy.name, "text": policy.canonical().decode()}
            with store.writing() as writing:
                row = event("policy", clock.wall_ns(), facts)
                head = extend(writing, vault.keyring, [row], {})
            write_head(vault.state, vault.keyring, *head)
        finally:
            store.close()
    except LedgerFailed as error:  # the store is away: workers spool, and the next start notes it
        _LOG.warning("policy not noted", code=error.code)


def run_steward(
    settings: Settings,
    vault: Vault,
    policy: Policy,
    *,
    metrics_folder: Path,
    board: Board,
    ports: Ports,
    clock: Clock,
) -> None:
    """Be the steward until told to end."""
    gauges = StewardMetrics(metrics_folder, spool_limit_bytes=settings.ledger.spool_limit_bytes)
    shipper = Shipper(settings.ledger, vault.state, vault.keyring, vault.store, clock)

    def purge() -> None:
        store = vault.store()
        try:
            Eraser(store, vault.keyring, vault.state, clock).purge(policy.keep)
        finally:
            store.close()

    _note_policy(vault, policy, clock)
    steward = Steward(shipper, gauges, purge)
    steward.start()
    serve_operations(
        operations_app(board, partial(render, metrics_folder)), settings,
        listener=ports.listener, life=ports.life, listening=ports.listening, leave=lambda: None,
    )  # fmt: skip
    steward.stop()
