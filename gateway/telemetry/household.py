"""Metrics of the processes that serve no exchange: the steward (spool) and the supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from prometheus_client import Counter, Gauge

from gateway.nouns.conduct import Level
from gateway.telemetry.catalogue import Owner
from gateway.telemetry.folder import open_families


class StewardMetrics:
    """What the steward process counts about the ledger. Build it after the fork."""

    def __init__(self, folder: Path, *, spool_limit_bytes: int) -> None:
        families = open_families(folder, Owner.STEWARD)
        self._bytes = cast(Gauge, families["spool_bytes"])
        self._oldest = cast(Gauge, families["spool_oldest_unshipped_seconds"])
        self._shipped = cast(Counter, families["shipped_records"])
        self._errors = cast(Counter, families["ship_errors"])
        self._damaged = cast(Counter, families["spool_damaged_segments"])
        self._cuts = cast(Counter, families["ledger_cuts"])
        self._standing = cast(Gauge, families["subjects_standing"])
        cast(Gauge, families["spool_limit_bytes"]).set(spool_limit_bytes)

    def standing(self, counts: Mapping[str, int]) -> None:
        """Set how many users stand on each level."""
        for level in Level:
            if level:
                self._standing.labels(level.word).set(counts.get(level.word, 0))

    def shipped(self, records: int) -> None:
        """So many more records are in the store."""
        self._shipped.inc(records)

    def ship_failed(self) -> None:
        """An attempt to ship failed."""
        self._errors.inc()

    def damaged(self, segments: int) -> None:
        """So many more files of the spool could not be read whole."""
        self._damaged.inc(segments)

    def found_missing(self, times: int) -> None:
        """So many times more, records that had been stored were not there any more."""
        self._cuts.inc(times)

    def spool(self, *, size_bytes: int, oldest_s: float) -> None:
        """Set the spool's size and the age of its oldest unshipped record (0: none)."""
        self._bytes.set(size_bytes)
        self._oldest.set(oldest_s)


class SupervisorMetrics:
    """What the supervisor counts. Build it in the supervisor, after `prepare_folder`."""

    def __init__(self, folder: Path) -> None:
        reload = cast(Counter, open_families(folder, Owner.SUPERVISOR)["reload"])
        self._ok = reload.labels("ok")
        self._refused = reload.labels("refused")

    def reloaded(self) -> None:
        """New settings and policy took over."""
        self._ok.inc()

    def reload_refused(self) -> None:
        """New settings or policy were wrong; the running ones stayed."""
        self._refused.inc()
