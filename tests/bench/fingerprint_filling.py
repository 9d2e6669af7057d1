"""Stores filled with fingerprints for the benchmark: through their port, or in bulk.

In bulk one pass over the answers fills all stores asked for; what was loaded may be kept and
measured again.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from gateway.nouns.record import Fingerprint
from gateway.ports.store import StoredRecord
from gateway.stores.relational import RelationalStore
from gateway.stores.relational.findable import _keys

_ROWS_AT_ONCE = 1 << 20


class Kept(msgspec.Struct):
    """What measuring needs to know of a filled store: some answers by their places, and how many
    characters an answer has."""

    texts: dict[int, str]
    characters: float


class Filling:
    """A store that grows. ``location`` is a path or a PostgreSQL URL."""

    def __init__(self, name: str, location: str) -> None:
        self.name = name
        self.seconds = 0.0
        self.location = location
        self.store = RelationalStore(location)

    def add(self, place: int, batch: list[Fingerprint]) -> None:
        """Append fingerprints from this place on, each with a row."""
        rows = [_row(place + number) for number in range(len(batch))]
        began = time.perf_counter()
        with self.store.writing() as writing:
            writing.append(rows, {place + n: each for n, each in enumerate(batch)})
        self.seconds += time.perf_counter() - began

    def bytes_used(self) -> int:
        """Return what the database takes for fingerprints, indexes and slack included."""
        with self.store._transaction() as connection:
            if self.name == "sqlite":
                statement = (
                    "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'gram_postings%' "
                    "OR name LIKE '%fingerprints%'"
                )
            else:
                statement = "SELECT pg_total_relation_size('fingerprints'::regclass)"
            return int(connection.exec_driver_sql(statement).scalar() or 0)


class Loading(Protocol):
    """Fills an empty store past its port, sorted and without a transaction each: a million answers
    in minutes. Its tables are denser than those that grew."""

    def add(self, place: int, batch: list[Fingerprint]) -> None:
        """Take fingerprints from this place on."""
        ...

    def finish(self) -> None:
        """Make the indexes."""
        ...


def loading(filling: Filling) -> Loading:
    """Return what loads a store in bulk."""
    made = _SqliteLoading if filling.name == "sqlite" else _PostgresqlLoading
    return made(filling.location)


def kept_file(folder: Path, name: str, size: int) -> Path:
    """Return where it stands that a store of this size is complete, and what is in it."""
    return folder / f"{name}-{size}.json"


class _SqliteLoading:
    def __init__(self, location: str) -> None:
        self._keys: list[NDArray[np.int64]] = []
        self._connection = sqlite3.connect(location)
        self._connection.execute("PRAGMA synchronous=OFF").close()

    def add(self, place: int, batch: list[Fingerprint]) -> None:
        rows = [(place + n, b"", each.sketch, each.pictures) for n, each in enumerate(batch)]
        self._connection.executemany("INSERT INTO fingerprints VALUES (?, ?, ?, ?)", rows)
        grams = np.array([gram for each in batch for gram in each.grams], np.int64)
        sizes = [len(each.grams) for each in batch]
        places = np.repeat(np.arange(place, place + len(batch)), sizes)
        self._keys.append(grams << 32 | places)

    def finish(self) -> None:
        ordered = np.concatenate(self._keys)
        self._keys.clear()
        ordered.sort()
        for start in range(0, len(ordered), _ROWS_AT_ONCE):
            some = ordered[start : start + _ROWS_AT_ONCE]
            pairs = zip((some >> 32).tolist(), (some & 0xFFFFFFFF).tolist(), strict=True)
            self._connection.executemany("INSERT INTO gram_postings VALUES (?, ?)", pairs)
        self._connection.commit()
        self._connection.close()


class _PostgresqlLoading:
    def __init__(self, location: str) -> None:
        self._connection = psycopg.connect(location)
        self._cursor = self._connection.cursor()
        self._cursor.execute("DROP INDEX fingerprints_by_gram")

    def add(self, place: int, batch: list[Fingerprint]) -> None:
        columns = "fingerprints (chain_seq, grams, sketch, pictures)"
        with self._cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int4[]", "bytea", "bytea"])
            for number, each in enumerate(batch, place):
                keys = _keys(each.grams, number)
                copy.write_row((number, keys, each.sketch, each.pictures))

    def finish(self) -> None:
        self._cursor.execute("SET maintenance_work_mem = '1GB'")
        self._cursor.execute(
            "CREATE INDEX fingerprints_by_gram ON fingerprints USING gin (grams) "
            "WITH (fastupdate = off)"
        )
        self._connection.commit()
        self._connection.autocommit = True
        self._cursor.execute("VACUUM ANALYZE fingerprints")
        self._connection.close()


def _row(place: int) -> StoredRecord:
    return StoredRecord(
        f"{place:026d}", "", "", "", place, "closed", "passed", b"{}", b"", b"", place, b"h",
        facts_hash=b"f", contents_hash=b"c", subject_tag=b"s",
    )  # fmt: skip
