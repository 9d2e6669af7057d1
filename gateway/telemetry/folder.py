"""The metrics folder: one file per process, merged at a scrape, so that numbers hold over all
workers and survive the death of any of them.

Workers, steward and supervisor write memory-mapped files (prometheus_client's multiprocess mode);
whoever serves `/metrics` merges them. When a worker ends, its totals move into one archive file and
its gauges vanish, so the folder does not grow with restarts. A lock keeps a scrape from seeing the
move half done, which Prometheus would take for a counter's reset.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from gateway.nouns.errors import ConfigError
from gateway.telemetry.catalogue import FAMILIES, PREFIX, Family, Kind, Owner

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""The content type of what `render` returns."""

RESERVED_BYTES = 1024 * 1024
"""Disk space taken per file at the start: writing to a mapped page that a full disk cannot hold
would kill the process."""

_LOCK = ".lock"
_SUMS = ("counter", "histogram")

Metric = Counter | Gauge | Histogram


def prepare_folder(state: Path) -> Path:
    """Make the metrics folder inside the state folder, empty it and return it.

    The supervisor calls this once, before it forks anything. Raises ConfigError if the folder
    cannot be written.
    """
    folder = state / "metrics"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.db"):
            stale.unlink()
        (folder / _LOCK).touch()
        for kind in _SUMS:
            _archive(folder, kind).write_bytes(bytes(RESERVED_BYTES))
    except OSError as failure:
        raise ConfigError(
            f"The metrics folder {folder} cannot be written ({failure.strerror}); "
            "give `state` a folder that this user may write."
        ) from None
    return folder


def render(folder: Path) -> bytes:
    """Return all metrics of all processes in the text format of Prometheus."""
    registry = CollectorRegistry()
    with _locked(folder, fcntl.LOCK_SH):
        MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def forget_process(folder: Path, pid: int) -> None:
    """Take the metrics of a process that has ended: totals to the archive, gauges away.

    The supervisor calls this after it has reaped a worker or the steward, however that ended.
    """
    with _locked(folder, fcntl.LOCK_EX):
        mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]
        for kind in _SUMS:
            ended = folder / f"{kind}_{pid}.db"
            if ended.exists():
                _add(ended, _archive(folder, kind))
                ended.unlink()


def open_families(folder: Path, owner: Owner) -> Mapping[str, Metric]:
    """Return this process's metrics by family name (without the prefix).

    Call it after the fork, in the process that will count. Raises ConfigError if the disk has no
    room for them.
    """
    # Read by prometheus_client whenever it opens a file of this process.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    families = [family for family in FAMILIES if family.owner is owner]
    _reserve(folder, {_file_kind(family) for family in families})
    # The library picks this class when it is first imported. We pick it here, so that the order
    # of imports cannot silently turn the numbers of all workers into those of one.
    values.ValueClass = _value_class(str(folder), os.getpid())
    registry = CollectorRegistry()
    return {family.name: _metric(family, registry) for family in families}


@cache
def _value_class(folder: str, process: int) -> type[values.MutexValue]:
    """Return the one writer class of a process; two would write over each other's entries.

    The library asks for the process at every count, in case it was forked since; ours opens its
    metrics after the fork, so it is told once.
    """
    del folder  # only a key of the cache
    written: type[values.MutexValue] = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]
    return written


def _metric(family: Family, registry: CollectorRegistry) -> Metric:
    name = PREFIX + family.name
    if family.kind is Kind.COUNTER:
        return Counter(name, family.meaning, family.labels, registry=registry)
    if family.kind is Kind.HISTOGRAM:
        return Histogram(
            name, family.meaning, family.labels, buckets=family.buckets, registry=registry
        )
    return Gauge(
        name,
        family.meaning,
        family.labels,
        registry=registry,
        multiprocess_mode=family.mode,  # type: ignore[arg-type]  # the table's words are its modes
    )


def _file_kind(family: Family) -> str:
    return f"gauge_{family.mode}" if family.kind is Kind.GAUGE else str(family.kind)


def _reserve(folder: Path, kinds: set[str]) -> None:
    try:
        folder.mkdir(exist_ok=True)  # somebody may have tidied it away since the start
        for kind in kinds:
            path = folder / f"{kind}_{os.getpid()}.db"
            if not path.exists():
                new = path.with_suffix(".new")  # a scrape must not see it half written
                new.write_bytes(bytes(RESERVED_BYTES))
                new.rename(path)
    except OSError as failure:
        raise ConfigError(
            f"The metrics folder {folder} has no room ({failure.strerror}); free some disk space."
        ) from None


def _archive(folder: Path, kind: str) -> Path:
    return folder / f"{kind}_ended.db"


def _add(ended: Path, archive: Path) -> None:
    total = MmapedDict(str(archive))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(ended)):  # type: ignore[no-untyped-call]
        before, _ = total.read_value(key)  # type: ignore[no-untyped-call]
        total.write_value(key, before + value, 0.0)  # type: ignore[no-untyped-call]
    total.close()  # type: ignore[no-untyped-call]


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)
