"""Backups: what was recorded is there again, whenever the copy was made; nothing is overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly.backup import BackupDesk
from gateway.assembly.master_keys import MasterKeyDesk
from gateway.assembly.vault import hold
from gateway.config.settings import LedgerSettings, Settings
from gateway.ledger.snapshot import begin_snapshot, copy_head_and_spool, end_snapshot
from gateway.nouns.errors import ConfigError
from gateway.stores.sqlite_copy import copy_sqlite
from tests.ledger_kit import Ledger, name

WORDS = "correct horse battery staple"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with a stored exchange and one in the spool."""
    made = Ledger(tmp_path / "state")
    made.exchange(1, "one", "li.na")
    made.ship()
    made.exchange(2, "two", "wang.wei")
    yield made
    made.close()


def desk(state: Path, ledger: Ledger, **settings: str) -> BackupDesk:
    """The desk of a state folder."""
    return BackupDesk(Settings(state=str(state), ledger=LedgerSettings(**settings)), ledger.clock)


def silent(_done: int, _whole: int) -> None:
    """Nobody looks at the progress."""


def texts(state: Path) -> dict[str, str | None]:
    """What a gateway that starts there has on record."""
    again = Ledger(state)
    again.journal.close()
    again.ship()
    try:
        assert again.verify().fault is None
        rows = [row for row in again.store.walk() if row.kind == "exchange"]
        return {row.exchange: again.text_of(row.exchange) for row in rows}
    finally:
        again.close()


def test_what_was_stored_and_what_waited_comes_back(ledger: Ledger, tmp_path: Path) -> None:
    """Beside a running gateway; the keys come out of their box, and the chain verifies."""
    (ledger.state / "access.secret").write_bytes(b"s" * 32)
    lock = hold(ledger.state)
    try:
        made = desk(ledger.state, ledger).backup(tmp_path / "backup", WORDS, silent)
    finally:
        os.close(lock)
    assert (made.keys, made.dump) == (True, "")
    assert {"ledger.db", "ledger.head", "sealgate-keys.json"} < set(made.files)
    assert made.size == sum((tmp_path / "backup" / each).stat().st_size for each in made.files)
    assert not (tmp_path / "backup" / "keyring.json").exists()
    back = desk(tmp_path / "new", ledger)
    assert back.needs_passphrase(tmp_path / "backup")
    done = back.restore(tmp_path / "backup", WORDS, silent)
    assert (done.chain.records, done.chain.fault, done.spooled) == (1, "", 1)
    assert (tmp_path / "new" / "access.secret").read_bytes() == b"s" * 32
    assert texts(tmp_path / "new") == {name(1): "one", name(2): "two"}


def test_what_is_shipped_during_the_copy_is_there_once(ledger: Ledger, tmp_path: Path) -> None:
    """Between the spool's copy and the store's: it is in both, and stored once."""
    folder = tmp_path / "backup"
    begin_snapshot(folder)
    copy_head_and_spool(ledger.state, folder)
    assert ledger.ship() == 1
    copy_sqlite(ledger.state / "ledger.db", folder / "ledger.db", silent)
    MasterKeyDesk(Settings(state=str(ledger.state)), ledger.clock).export(
        folder / "sealgate-keys.json", WORDS
    )
    end_snapshot(folder, store="sqlite", program="1", time_ns=0)
    desk(tmp_path / "new", ledger).restore(folder, WORDS, silent)
    assert texts(tmp_path / "new") == {name(1): "one", name(2): "two"}


def test_a_restore_overwrites_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """Neither records, nor another's keys, nor a gateway that runs; and it begins nothing then."""
    desk(ledger.state, ledger).backup(tmp_path / "backup", WORDS, silent)
    with pytest.raises(ConfigError, match="there already"):
        desk(ledger.state, ledger).restore(tmp_path / "backup", WORDS, silent)
    new = tmp_path / "new"
    new.mkdir()
    (new / "ledger.db-wal").write_bytes(b"of an older store")
    with pytest.raises(ConfigError, match="there already"):
        desk(new, ledger).restore(tmp_path / "backup", WORDS, silent)
    (new / "ledger.db-wal").unlink()
    Ledger(tmp_path / "other").close()
    (new / "keyring.json").write_bytes((tmp_path / "other" / "keyring.json").read_bytes())
    with pytest.raises(ConfigError, match="differs"):
        desk(new, ledger).restore(tmp_path / "backup", WORDS, silent)
    lock = hold(new)
    try:
        with pytest.raises(ConfigError, match="another gateway"):
            desk(new, ledger).restore(tmp_path / "backup", WORDS, silent)
    finally:
        os.close(lock)
    assert sorted(path.name for path in new.iterdir()) == ["keyring.json", "lock"]


def test_a_backup_without_keys_waits_for_them(ledger: Ledger, tmp_path: Path) -> None:
    """They are imported first; then it opens."""
    made = desk(ledger.state, ledger).backup(tmp_path / "backup", "", silent)
    assert not made.keys
    back = desk(tmp_path / "new", ledger)
    assert not back.needs_passphrase(tmp_path / "backup")
    with pytest.raises(ConfigError, match="keys import"):
        back.restore(tmp_path / "backup", "", silent)
    ring = (ledger.state / "keyring.json").read_bytes()
    (tmp_path / "new" / "keyring.json").write_bytes(ring)
    (tmp_path / "new" / "keyring.json").chmod(0o600)
    assert back.restore(tmp_path / "backup", "", silent).chain.fault == ""


def test_a_wrong_passphrase_or_a_damaged_file_changes_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    """The next try finds the folder as it was."""
    desk(ledger.state, ledger).backup(tmp_path / "backup", WORDS, silent)
    back = desk(tmp_path / "new", ledger)
    with pytest.raises(ConfigError, match="passphrase"):
        back.restore(tmp_path / "backup", WORDS + "?", silent)
    store = tmp_path / "backup" / "ledger.db"
    whole = store.read_bytes()
    store.write_bytes(whole[:-1] + b"?")
    with pytest.raises(ConfigError, match=r"ledger\.db is missing or not what was copied"):
        back.restore(tmp_path / "backup", WORDS, silent)
    store.write_bytes(whole)
    assert back.restore(tmp_path / "backup", WORDS, silent).chain.fault == ""


def test_a_store_that_was_tampered_with_is_told(ledger: Ledger, tmp_path: Path) -> None:
    """The chain says so after the restore, although the list fits."""
    ledger.ship()
    desk(ledger.state, ledger).backup(tmp_path / "backup", WORDS, silent)
    (tmp_path / "backup" / "backup.json").unlink()
    store = tmp_path / "backup" / "ledger.db"
    store.write_bytes(re.sub(b'"model":"m"', b'"model":"n"', store.read_bytes()))
    end_snapshot(tmp_path / "backup", store="sqlite", program="1", time_ns=0)
    done = desk(tmp_path / "new", ledger).restore(tmp_path / "backup", WORDS, silent)
    assert "altered" in done.chain.fault


def test_a_database_elsewhere_is_dumped_by_its_own_means(ledger: Ledger, tmp_path: Path) -> None:
    """Its command is named, without the password that stands in the setting; and a restore knows
    both kinds apart."""
    url = "postgresql+psycopg://gate:secret@db.example.com/ledger"
    made = desk(ledger.state, ledger, store=url).backup(tmp_path / "backup", WORDS, silent)
    assert made.dump == (
        f"pg_dump --format=custom --file={tmp_path}/backup/ledger.dump "
        "--dbname='postgresql://gate@db.example.com/ledger'"
    )
    assert "ledger.db" not in made.files
    with pytest.raises(ConfigError, match=r"ledger\.store names another"):
        desk(tmp_path / "new", ledger).restore(tmp_path / "backup", WORDS, silent)


def test_there_is_nothing_to_copy_without_a_ledger(ledger: Ledger, tmp_path: Path) -> None:
    """And no folder is made for it."""
    with pytest.raises(ConfigError, match="--state"):
        desk(tmp_path / "no", ledger).backup(tmp_path / "backup", WORDS, silent)
    assert not (tmp_path / "backup").exists()
