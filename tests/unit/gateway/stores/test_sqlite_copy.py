"""A copy of a SQLite store is one moment of it, whoever writes beside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.nouns.errors import LedgerFailed
from gateway.stores.sqlite_copy import copy_sqlite


def _rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM t").fetchone()[0])


def test_what_is_written_meanwhile_is_not_in_the_copy(tmp_path: Path) -> None:
    """A writer adds rows between two stretches; the copy has those of the beginning, and is one
    file without a log."""
    source, target = tmp_path / "a.db", tmp_path / "b.db"
    with closing(sqlite3.connect(source)) as writer:
        writer.isolation_level = None
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE t (body BLOB)")
        writer.executemany("INSERT INTO t VALUES (zeroblob(?))", [(3_000,)] * 5_000)
        calls = []

        def write(done: int, whole: int) -> None:
            calls.append((done, whole))
            writer.execute("INSERT INTO t VALUES (zeroblob(9000))")

        copy_sqlite(source, target, write)
        assert len(calls) > 1
        assert calls[-1][0] == calls[-1][1]
    assert _rows(source) == 5_000 + len(calls)
    assert _rows(target) == 5_000
    assert [path.name for path in tmp_path.glob("b.db*")] == ["b.db"]
    assert target.stat().st_mode & 0o077 == 0


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    """By its name."""
    (tmp_path / "a.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerFailed, match=r"a\.db cannot be copied"):
        copy_sqlite(tmp_path / "a.db", tmp_path / "b.db", lambda _done, _whole: None)


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    """The target must not be there."""
    (tmp_path / "b.db").write_bytes(b"")
    with pytest.raises(FileExistsError):
        copy_sqlite(tmp_path / "a.db", tmp_path / "b.db", lambda _done, _whole: None)
