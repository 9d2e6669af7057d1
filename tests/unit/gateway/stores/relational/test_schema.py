"""The schema is made once, brought up step by step, and newer data is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.nouns.errors import ConfigError
from gateway.stores.relational import RelationalStore
from gateway.stores.relational.schema import METADATA, MIGRATIONS


def test_a_new_store_has_every_table_and_the_programs_number(tmp_path: Path) -> None:
    """Opening it again changes nothing."""
    path = tmp_path / "ledger.db"
    for _ in range(2):
        RelationalStore(str(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert set(METADATA.tables) <= tables
        numbers = connection.execute("SELECT number FROM schema_version").fetchall()
    assert numbers == [(len(MIGRATIONS),)]


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """An old program does not touch what a newer one wrote."""
    path = tmp_path / "ledger.db"
    RelationalStore(str(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_version SET number = 99")
        connection.commit()
    with pytest.raises(ConfigError, match="schema 99"):
        RelationalStore(str(path))
