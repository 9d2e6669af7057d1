"""Vault: keyring and store in the state folder."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from gateway.assembly.vault import hold, open_vault, store_location
from gateway.config.settings import LedgerSettings, Settings
from gateway.ledger.chain import event, extend
from gateway.ledger.keyring import FILE_NAME
from gateway.nouns.errors import ConfigError


def _settings(state: Path, store: str = "") -> Settings:
    return Settings(state=str(state), ledger=LedgerSettings(store=store))


def test_the_supervisor_makes_what_is_missing(tmp_path: Path) -> None:
    """Folder and keyring, for this user alone; every command then opens the same ones."""
    state = tmp_path / "deep" / "state"
    made = open_vault(_settings(state), make=True)
    assert state.stat().st_mode & 0o077 == 0
    made.store().close()
    opened = open_vault(_settings(state), make=False)
    assert opened.keyring.fingerprint_key == made.keyring.fingerprint_key
    assert opened.location == str(state / "ledger.db")


def test_a_command_without_a_ledger_says_so(tmp_path: Path) -> None:
    """It makes none: that would hide a wrong folder."""
    with pytest.raises(ConfigError, match=r"no ledger at .*--state"):
        open_vault(_settings(tmp_path), make=False)


def test_a_lost_keyring_is_refused_where_there_are_records(tmp_path: Path) -> None:
    """A new one could not open them."""
    made = open_vault(_settings(tmp_path), make=True)
    store = made.store()
    with store.writing() as writing:
        extend(writing, made.keyring, [event("policy", 1, {"hash": "h"})], {}, tmp_path)
    store.close()
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(ConfigError, match="is gone"):
        open_vault(_settings(tmp_path), make=True)


def test_a_ledger_of_a_newer_program_is_refused_before_anything_serves(tmp_path: Path) -> None:
    """Otherwise workers would write what no steward ships. The file stays as it is."""
    open_vault(_settings(tmp_path), make=True).store().close()
    path = tmp_path / "ledger.db"
    database = sqlite3.connect(path)
    database.execute("UPDATE schema_version SET number = 99")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="schema 99"):
        open_vault(_settings(tmp_path), make=True)
    assert path.read_bytes() == before


def test_a_ledger_that_cannot_be_read_delays_no_start(tmp_path: Path) -> None:
    """The spool takes the records until it can."""
    open_vault(_settings(tmp_path), make=True)
    (tmp_path / "ledger.db").write_bytes(b"no database " * 1_000)
    assert open_vault(_settings(tmp_path), make=True).keyring
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(ConfigError, match=r"cannot be told.*does not answer.*backup"):
        open_vault(_settings(tmp_path), make=True)


def test_a_lost_keyring_without_records_is_made_again(tmp_path: Path) -> None:
    """Nothing is lost with it."""
    open_vault(_settings(tmp_path), make=True).store().close()
    (tmp_path / FILE_NAME).unlink()
    assert open_vault(_settings(tmp_path), make=True).keyring


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"cannot be made.*--state"):
        open_vault(_settings(tmp_path / "file" / "state"), make=True)


def test_the_store_may_be_elsewhere(tmp_path: Path) -> None:
    """A path or a URL of the settings comes first."""
    assert store_location(_settings(tmp_path, "sqlite:////x.db")) == "sqlite:////x.db"


def test_a_folder_serves_one_gateway(tmp_path: Path) -> None:
    """A second one is refused until the first lets go, and told which folder it is, and who. What
    a dead one left in the file binds nobody."""
    (tmp_path / "lock").write_text("process 1 on a machine with a name that is longer than ours")
    lock = hold(tmp_path)
    with pytest.raises(ConfigError, match=rf"gateway \(process {os.getpid()} on \S+\) runs in"):
        hold(tmp_path)
    os.close(lock)
    os.close(hold(tmp_path))
