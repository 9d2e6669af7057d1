"""The tables of reviews, strikes and appeals come to a store that is there already."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.ports.conduct import StrikeRow
from gateway.stores.relational import RelationalStore


def test_an_older_store_gets_the_tables(tmp_path: Path) -> None:
    """A database of the step before is brought up, its rows untouched."""
    path = tmp_path / "ledger.db"
    RelationalStore(str(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        for table in ("reviews", "strikes", "appeals"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("INSERT INTO sweeps VALUES (7)")
        connection.execute("UPDATE schema_version SET number = 2")
        connection.commit()
    store = RelationalStore(str(path))
    row = StrikeRow("e", "t", "u", 1, 4, "grave", "counted", 2)
    with store.writing() as writing:
        writing.put_strikes([row])
    assert store.strikes("t", "u") == [row]
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM sweeps").fetchall() == [(7,)]
