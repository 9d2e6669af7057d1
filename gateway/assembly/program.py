"""The program that the supervisor runs: what is made before the fork, a worker, the steward."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from starlette.routing import BaseRoute

from gateway import __version__
from gateway.access.door import Door
from gateway.access.keys import KeyBook
from gateway.access.limits import Limiter
from gateway.access.standing_book import StandingBook, read_standings
from gateway.access.subject_gate import SubjectGate
from gateway.adapters import adapters, opened
from gateway.app import make_app
from gateway.assembly.apart import apart
from gateway.assembly.credentials import OpenedKeys, open_mark_keys
from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.guards import Guards
from gateway.assembly.inputs import Witnesses, check_ocr, media_reader
from gateway.assembly.judge import Wiring
from gateway.assembly.kit import LocalKit
from gateway.assembly.ledger_memory import LedgerMemory
from gateway.assembly.patience import Patience
from gateway.assembly.plugins import plugged_adapters
from gateway.assembly.reading import (
    MarkReading,
    hosted_files,
    operator_desk,
    public_desk,
    reading_pool,
    text_readers,
)
from gateway.assembly.regimes import Edition, Regimes, guard_models, hearing, make_editions
from gateway.assembly.sealing import Sealer
from gateway.assembly.shelf import draft_lists
from gateway.assembly.steward import run_steward
from gateway.assembly.vault import Vault, hold, open_vault
from gateway.config.settings import Settings
from gateway.config.settings_file import secret_of
from gateway.desk.pages import operator_pages, public_pages
from gateway.edge.board import Board
from gateway.edge.file_sealing import EdgeFileSealer
from gateway.edge.files_page import files_page
from gateway.edge.gateway import Gateway, Identity, SystemClock, exchange_ids
from gateway.edge.guard_page import guard_page
from gateway.edge.kept_files import KeptFiles
from gateway.edge.mark_page import PROTOCOL as MARK
from gateway.edge.mark_page import mark_page
from gateway.edge.media_pool import MediaPool
from gateway.edge.program import Place, Ports
from gateway.edge.result_fetch import result_fetcher
from gateway.edge.routes import RouteTable
from gateway.edge.upstream import Upstream
from gateway.edge.worker import serve_worker
from gateway.engine.file_seal import seal_process
from gateway.ledger.journal import SpoolJournal
from gateway.nouns.exchange import Principal
from gateway.nouns.policy import Mode, Policy
from gateway.ports.adapter import Adapter
from gateway.telemetry import logs
from gateway.telemetry.folder import forget_process, prepare_folder
from gateway.telemetry.household import SupervisorMetrics
from gateway.telemetry.metrics import LabelSets, Metrics

_LOG = logs.logger("worker")

Load = Callable[[], tuple[Settings, Policy]]


class Prepared(NamedTuple):
    """What all children of a generation share: made before the fork, read only."""

    policy: Policy
    kit: LocalKit
    sealer: Sealer
    files: FileMarksOwed
    vault: Vault
    producer: str
    keys: OpenedKeys
    editions: tuple[Edition, ...]
    last_day: str


class Pages(NamedTuple):
    """What a worker's own pages are made of."""

    reading: MarkReading
    meter: Metrics
    kept: KeptFiles


class Installation:
    """See gateway.edge.program.Program."""

    def __init__(self, load: Load, environ: dict[str, str], *, demo: bool) -> None:
        self._load = load
        self._environ = environ
        self._demo = demo
        self._policy: Policy | None = None
        self._limiter = Limiter()
        self._addresses = Limiter()
        self._lock: int | None = None
        self._metrics_folder: Path | None = None
        self._reloads: SupervisorMetrics | None = None
        self._clock = SystemClock()

    # -- in the supervisor

    def load(self) -> Settings:
        """Read settings and policy anew."""
        settings, self._policy = self._load()
        logs.configure(settings.log_level, settings.log_format)
        return settings

    def hold(self, settings: Settings) -> None:
        """Hold the state folder, once. Raises ConfigError, which names whoever holds it."""
        if self._lock is None:
            self._lock = hold(Path(settings.state))

    def prepare(self, settings: Settings) -> Prepared:
        """Make what all children share. Raises ConfigError."""
        policy = self._policy or self._load()[1]
        self.hold(settings)
        state = Path(settings.state)
        vault = open_vault(settings, make=True)
        if self._metrics_folder is None:
            self._metrics_folder = prepare_folder(state)
            self._reloads = SupervisorMetrics(self._metrics_folder)
        producer = policy.marks.producer or settings.producer
        producer = secret_of("producer", producer, self._environ)
        secret_of("upstream.key", settings.upstream.key, self._environ)  # it must be there
        secret = vault.keyring.fingerprint_key
        keys = open_mark_keys(settings, self._environ, secret)
        drafts = apart(partial(draft_lists, policy.family), "The word lists")
        editions = make_editions(
            policy, settings.plugins.filters,
            lambda each: Sealer(each.marks, producer, secret, keys.sign), lambda _: drafts,
        )  # fmt: skip
        sealer = editions[0].sealer
        files = FileMarksOwed(
            policy.file_marks, producer, self._clock, code_of=sealer.code, keys=keys.marks,
            sign=keys.sign, passes=policy.mode is Mode.OBSERVE,
        )  # fmt: skip
        _protocols(settings)
        check_ocr(policy)
        if policy.strikes is not None:
            read_standings(state)
        kit = editions[0].kit
        for name in sorted({each for one in editions for each, size in one.kit.lists if not size}):
            _LOG.warning("word list without entries", detail=name)
        return Prepared(
            policy, kit, sealer, files, vault, producer, keys, editions, drafts.last_day
        )

    def _leave_lock(self) -> None:
        """The state folder's lock is the supervisor's alone: let a child not keep it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def policy_hash(self, prepared: object) -> str:
        """Return the hash of the policy in what was prepared."""
        return _as_prepared(prepared).policy.hash

    def is_outdated(self, prepared: object) -> bool:
        """Return whether the last day of an entry of a word list is over."""
        last_day = _as_prepared(prepared).last_day
        today = datetime.fromtimestamp(self._clock.wall_ns() / 1e9, UTC).date().isoformat()
        return bool(last_day) and today > last_day

    def child_ended(self, pid: int, worker: int | None) -> None:
        """Forget a dead child's limits and gauges."""
        if worker is not None:
            self._limiter.forget(worker)
            self._addresses.forget(worker)
        if self._metrics_folder is not None:
            try:
                forget_process(self._metrics_folder, pid)
            except OSError as failure:  # numbers are not worth the life of the gateway
                _LOG.error("metrics not archived", detail=failure.strerror, pid=pid)

    def reloaded(self, *, accepted: bool) -> None:
        """Count a reload."""
        if self._reloads is not None:
            (self._reloads.reloaded if accepted else self._reloads.reload_refused)()

    # -- in the children

    def work(self, settings: Settings, prepared: object, place: Place, ports: Ports) -> None:
        """Be a worker."""
        made = _as_prepared(prepared)
        self._leave_lock()
        gateway, pages = self._gateway(settings, made, place)
        serve_worker(
            make_app(gateway, pages), settings,
            listener=ports.listener, life=ports.life, listening=ports.listening,
        )  # fmt: skip

    def steward(self, settings: Settings, prepared: object, board: Board, ports: Ports) -> None:
        """Be the steward."""
        made = _as_prepared(prepared)
        self._leave_lock()
        assert self._metrics_folder is not None
        reading = self._reading(settings, made)
        desk = operator_desk(settings, reading, self._clock, hosted_files(_kept(settings)))
        run_steward(
            settings, made.vault, made.policy, metrics_folder=self._metrics_folder,
            board=board, ports=ports, clock=self._clock,
            pages=operator_pages(desk),
        )  # fmt: skip
        asyncio.run(reading.close())

    def _gateway(
        self, settings: Settings, made: Prepared, place: Place
    ) -> tuple[Gateway, list[BaseRoute]]:
        """Build a worker's gateway; after the fork."""
        policy, clock, state = made.policy, self._clock, Path(settings.state)
        assert self._metrics_folder is not None
        self._limiter.attach(place.worker)
        self._addresses.attach(place.worker)
        guards = Guards(guard_models(policy), self._environ, state=state, clock=clock)
        regimes = Regimes(
            made.editions, self._wiring(settings, made, guards), made.vault.keyring.fingerprint_key
        )
        usual = regimes(Principal("", "anonymous", tenant=""), clock.wall_ns())
        witnesses = Witnesses(policy, self._environ)
        kept = _kept(settings)
        files = _file_sealer(settings, made, kept)
        upstream_key = secret_of("upstream.key", settings.upstream.key, self._environ)
        protocols = _protocols(settings)
        by_kind = opened(**_limits(settings))
        names = {MARK, *(one.name for one in (*protocols, *by_kind.values()))}
        journal = SpoolJournal(
            state, f"w{place.worker}", settings.ledger, made.vault.keyring, clock
        )
        reading = self._reading(settings, made)
        meter = Metrics(
            self._metrics_folder, self._labels(made, guards, witnesses, names),
            version=__version__, generation=place.generation,
        )  # fmt: skip
        media = media_reader(settings, policy, witnesses, clock, meter.consulted)
        guards.tell(meter.spent)
        gateway = Gateway(
            settings=settings,
            policy=policy,
            identity=Identity(
                __version__, policy.hash, made.kit.lexicon_hash, place.generation, place.worker
            ),
            routes=RouteTable(protocols, policy.paths, by_kind),
            fallback=protocols[0],
            access=Door(
                self._for_door(settings), policy.subject, KeyBook(state, clock, _unread),
                self._limiter, upstream_key=upstream_key,
                secrets=[*guards.secrets, *witnesses.secrets],
            ),
            judge=usual.judge,
            journal=journal,
            upstream=Upstream(settings.upstream, settings.limits),
            meter=meter,
            slow_filters=guards.by_name,
            clock=clock,
            new_id=exchange_ids(clock),
            code_of=made.sealer.code,
            files=files,
            choose=regimes,
            media=media,
            close=_closing(reading.close, guards.close, files.close, media.close),
            stand=self._gate(made, meter, state),
        )  # fmt: skip
        pages = Pages(reading, meter, kept)
        return gateway, self._own_pages(gateway, made, pages)

    def _own_pages(self, gateway: Gateway, made: Prepared, pages: Pages) -> list[BaseRoute]:
        """Return the gateway's own pages."""
        settings, kept = gateway.settings, pages.kept
        marking = mark_page(gateway, made.files.claim_alone, passes=made.files.passes)
        own: list[BaseRoute] = [guard_page(gateway, hearing), files_page(kept), marking]
        if settings.verify.open:
            desk = public_desk(
                settings, pages.reading, self._clock, self._addresses,
                count=pages.meter.verified, hosted=hosted_files(kept),
            )  # fmt: skip
            own += public_pages(desk)
        return own

    def _gate(self, made: Prepared, meter: Metrics, state: Path) -> SubjectGate | None:
        """Return what holds users to where they stand, if the policy has strikes."""
        rules = made.policy.strikes
        if rules is None:
            return None
        book = StandingBook(state, made.vault.keyring.fingerprint_key, self._clock, _unread)
        return SubjectGate(rules, book, self._limiter, meter.stood)

    def _wiring(
        self, settings: Settings, made: Prepared, guards: Guards
    ) -> Callable[[Edition], Wiring]:
        """Return what gives a judge all but its policy."""
        key, patient = made.vault.keyring.fingerprint_key, Patience(self._clock)

        def wire(edition: Edition) -> Wiring:
            return Wiring(
                edition.kit, guards.of(edition.policy.guard_models), edition.sealer, made.files,
                settings.upstream.third_party, key, patient,
            )  # fmt: skip

        return wire

    def _reading(self, settings: Settings, made: Prepared) -> MarkReading:
        memory = LedgerMemory(made.vault, self._clock, made.sealer)
        marks = text_readers(made.policy, made.sealer, made.keys)
        files = reading_pool(settings, made.policy.file_marks, made.keys)
        return MarkReading(marks, memory, made.producer, files)

    def _for_door(self, settings: Settings) -> Settings:
        """The demo model is our own: to the door it is no upstream that wants somebody's key."""
        if not self._demo:
            return settings
        behind = msgspec.structs.replace(settings.upstream, url="")
        return msgspec.structs.replace(settings, upstream=behind)

    def _labels(
        self, made: Prepared, guards: Guards, witnesses: Witnesses, names: set[str]
    ) -> LabelSets:
        local = [each for edition in made.editions for each in edition.kit.filters]
        categories = {category for _, found in local for category, _ in found}
        filters = {one.name for one, _ in local}
        return LabelSets(
            categories=frozenset({*categories, *guards.categories, *witnesses.categories}),
            filters=frozenset(filters | set(guards.by_name) | witnesses.names),
            protocols=frozenset(names),
            marks=made.files.names.union(*(each.sealer.marks for each in made.editions)),
        )


def _limits(settings: Settings) -> dict[str, int]:
    """What bounds an adapter, in bytes."""
    limits = settings.limits
    return {"frame_limit": limits.frame_bytes, "answer_limit": limits.answer_bytes}


def _file_sealer(settings: Settings, made: Prepared, kept: KeptFiles) -> EdgeFileSealer:
    """Build what marks the files of a worker's answers; after the fork."""
    media = settings.media
    return EdgeFileSealer(
        MediaPool(seal_process(made.files.recipe(media.pixels)), media),
        result_fetcher(media, settings.upstream.url), kept,
        as_data=made.policy.file_marks.urls == "data", public_url=media.public_url,
    )  # fmt: skip


def _protocols(settings: Settings) -> tuple[Adapter, ...]:
    """Return the protocols that claim paths: those that ship, then those of installed packages."""
    limits = _limits(settings)
    own = adapters(**limits)
    return (*own, *plugged_adapters(settings.plugins.adapters, own, **limits))


def _kept(settings: Settings) -> KeptFiles:
    """Return the results that clients fetch by URL; one folder for all processes."""
    media = settings.media
    folder = Path(settings.state) / "files"
    return KeptFiles(folder, keep_s=media.keep_s, most_bytes=media.kept_bytes)


def _closing(*closers: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        for each in closers:
            await each()

    return close


def _as_prepared(value: object) -> Prepared:
    assert isinstance(value, Prepared)
    return value


def _unread(fault: str) -> None:
    """Say that a file of the state folder cannot be read, and that what was known holds on."""
    _LOG.error("file not read", detail=fault)
