"""What is particular to the relational store; `tests/contracts` has what every store promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.stores.relational import RelationalStore


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    """The store says that it does not answer, and why, without the file's content."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is not a database, it is a long enough text file" * 100)
    with pytest.raises(LedgerFailed, match="does not answer") as caught:
        RelationalStore(str(path))
    assert "text file" not in str(caught.value)


def test_a_url_nobody_knows_is_a_setting_to_mend(tmp_path: Path) -> None:
    """It names the setting."""
    with pytest.raises(ConfigError, match=r"ledger\.store"):
        RelationalStore("nosuch://host/db")


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    """While a write transaction is open, reading goes on and sees what was before."""
    store = RelationalStore(str(tmp_path / "ledger.db"), busy_s=0.1)
    with store.writing() as writing:
        writing.put_subject_keys({("t", "subject:a"): b"k"})
        assert store.subject_keys() == {}
    assert store.subject_keys() == {("t", "subject:a"): b"k"}
    store.close()


def test_a_second_writer_is_told_that_the_store_is_busy(tmp_path: Path) -> None:
    """After its patience it gets an error that it may retry."""
    store = RelationalStore(str(tmp_path / "ledger.db"), busy_s=0.05)

    def write() -> None:
        with store.writing():
            raise AssertionError("two writers at once")

    with store.writing(), pytest.raises(LedgerFailed):
        write()
    store.close()


def test_a_path_gets_its_folder(tmp_path: Path) -> None:
    """Folders that are missing are made, for the owner only."""
    store = RelationalStore(str(tmp_path / "a" / "b" / "ledger.db"))
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0
    store.close()
