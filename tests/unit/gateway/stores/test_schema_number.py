"""The schema's number: known without the store's library, and a newer one is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from gateway.nouns.errors import ConfigError
from gateway.stores.relational import RelationalStore
from gateway.stores.relational.schema import MIGRATIONS
from gateway.stores.schema_number import SCHEMA_NUMBER, check_store, refuse_newer
from tests.postgresql_kit import own_schema


def _store(path: Path, number: int) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE schema_version (number INTEGER)")
        database.execute("INSERT INTO schema_version VALUES (?)", (number,))
        database.commit()
    return path


def test_it_counts_the_steps() -> None:
    """A step more is a number more."""
    assert len(MIGRATIONS) == SCHEMA_NUMBER


def test_only_a_newer_one_is_refused(tmp_path: Path) -> None:
    """By its number, and by the number in a file with an odd name, which stays as it is."""
    refuse_newer(SCHEMA_NUMBER)
    check_store(str(_store(tmp_path / "as new?#.db", SCHEMA_NUMBER)))
    newer = _store(tmp_path / "newer.db", SCHEMA_NUMBER + 1)
    before = newer.read_bytes()
    with pytest.raises(ConfigError, match=f"schema {SCHEMA_NUMBER + 1}"):
        check_store(str(newer))
    with pytest.raises(ConfigError, match=f"schema {SCHEMA_NUMBER + 1}"):
        check_store(f"sqlite:///{newer}")
    assert newer.read_bytes() == before


def test_what_is_no_store_says_nothing(tmp_path: Path) -> None:
    """Another file, an empty store, a text for a number, no file: none of it is made or refused."""
    other = tmp_path / "other.db"
    other.write_bytes(b"no database " * 100)
    check_store(str(other))
    empty = tmp_path / "empty.db"
    empty.touch()
    check_store(str(empty))
    check_store(str(_store(tmp_path / "text.db", "many")))  # type: ignore[arg-type]  # on purpose
    check_store(str(tmp_path / "none.db"))
    check_store(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_database_that_is_away_says_nothing() -> None:
    """Neither does a URL that is none of ours: whoever opens it says what is wrong."""
    check_store("postgresql://nobody@127.0.0.1:1/none")
    check_store("oracle://nobody@127.0.0.1:1/none")


@pytest.mark.postgresql
def test_a_newer_postgresql_is_refused() -> None:
    """In the same words as a file, and it stays as it is."""
    with own_schema() as url:
        check_store(url)
        RelationalStore(url).close()
        check_store(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE schema_version SET number = 99")
            with pytest.raises(ConfigError, match="schema 99, this program knows"):
                check_store(url)
            found = connection.execute("SELECT number FROM schema_version").fetchall()
    assert found == [(99,)]
