"""The schema's number: known without the store's library, and a newer one is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.nouns.errors import ConfigError
from gateway.stores.relational.schema import MIGRATIONS
from gateway.stores.schema_number import SCHEMA_NUMBER, check_file, refuse_newer


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
    check_file(_store(tmp_path / "as new?#.db", SCHEMA_NUMBER))
    newer = _store(tmp_path / "newer.db", SCHEMA_NUMBER + 1)
    before = newer.read_bytes()
    with pytest.raises(ConfigError, match=f"schema {SCHEMA_NUMBER + 1}"):
        check_file(newer)
    assert newer.read_bytes() == before


def test_what_is_no_store_says_nothing(tmp_path: Path) -> None:
    """Another file, an empty store, a text for a number, no file: none of it is made or refused."""
    other = tmp_path / "other.db"
    other.write_bytes(b"no database " * 100)
    check_file(other)
    empty = tmp_path / "empty.db"
    empty.touch()
    check_file(empty)
    check_file(_store(tmp_path / "text.db", "many"))  # type: ignore[arg-type]  # on purpose
    check_file(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
