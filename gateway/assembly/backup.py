"""Backups of an installation: records and keys in one folder, and back (see gateway.ports.backup).

`gateway.ledger.snapshot` says why the order of copying matters.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from gateway.assembly.master_keys import MasterKeyDesk
from gateway.assembly.vault import Vault, hold, open_vault, store_location
from gateway.config.settings import Settings
from gateway.config.state_owner import give_to_owner
from gateway.ledger.keyring import FILE_NAME
from gateway.ledger.snapshot import (
    SnapshotList,
    begin_snapshot,
    check_files,
    copy_file,
    copy_head_and_spool,
    end_snapshot,
    read_list,
)
from gateway.ledger.spool import SEGMENT_SUFFIX
from gateway.ledger.verify import verify
from gateway.nouns.errors import ConfigError, NotPossible
from gateway.ports.backup import BackupMade, Restored
from gateway.ports.clock import Clock
from gateway.ports.operator import ChainReport, Progress
from gateway.stores.schema_number import sqlite_file
from gateway.stores.sqlite_copy import copy_sqlite

STORE_FILE = "ledger.db"
KEYS_FILE = "sealgate-keys.json"
"""The store's copy, and the keys under a passphrase (an export of `sealgate keys export`)."""

_DUMP_FILE = "ledger.dump"


class BackupDesk:
    """Makes backups, beside a running gateway too, and puts them back."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._state = Path(settings.state)
        self._location = store_location(settings)
        self._clock = clock

    def backup(self, folder: Path, passphrase: str, progress: Progress) -> BackupMade:
        """Copy what is there, in the one order that is safe, into a new folder."""
        open_vault(self._settings, make=False)  # or says why there is nothing to copy
        begin_snapshot(folder)
        copy_head_and_spool(self._state, folder)
        file = sqlite_file(self._location)
        if file is not None:
            copy_sqlite(file, folder / STORE_FILE, progress)
        if passphrase:
            MasterKeyDesk(self._settings, self._clock).export(folder / KEYS_FILE, passphrase)
        listed = end_snapshot(
            folder,
            store="sqlite" if file is not None else "postgresql",
            program=version("sealgate"),
            time_ns=self._clock.wall_ns(),
        )
        size = sum(copied.size for copied in listed.files.values())
        dump = "" if file is not None else self._dump(folder)
        return BackupMade(folder, tuple(listed.files), size, bool(passphrase), dump)

    def needs_passphrase(self, folder: Path) -> bool:
        """Return whether there are keys in a backup."""
        return KEYS_FILE in read_list(folder).files

    def restore(self, folder: Path, passphrase: str, progress: Progress) -> Restored:
        """Put a backup back, the keys first: without them nothing else is begun."""
        listed = read_list(folder)
        places = self._places(listed)
        check_files(folder, listed)
        lock = hold(self._state)
        try:
            self._refuse_to_overwrite(places.values())
            if KEYS_FILE in listed.files:
                MasterKeyDesk(self._settings, self._clock).restore(folder / KEYS_FILE, passphrase)
            vault = self._opened()
            for name, place in places.items():
                _put(folder / name, place)
            chain = _verified(vault, progress)
        finally:
            os.close(lock)
        spooled = sum(name.endswith(SEGMENT_SUFFIX) for name in places)
        return Restored(self._state, tuple(listed.files), spooled, chain)

    def _places(self, listed: SnapshotList) -> dict[str, Path]:
        """Return where each file of the records belongs. Raises ConfigError if the settings name
        another kind of store than was copied."""
        places = {name: self._state / name for name in listed.files if name != KEYS_FILE}
        file = sqlite_file(self._location)
        if (STORE_FILE in places) != (file is not None):
            raise ConfigError(
                f"The backup is of a gateway on {listed.store}, and ledger.store names another "
                "database: set it to what it was."
            )
        if file is not None:
            places[STORE_FILE] = file
        return places

    def _refuse_to_overwrite(self, places: Iterable[Path]) -> None:
        for place in places:
            log = place.with_name(place.name + "-wal")  # of an older store, which would spoil it
            if place.exists() or log.exists():
                raise NotPossible(
                    f"{place} is there already: restore into an empty state folder (--state), or "
                    f"move the old one away first. Nothing was changed. {place} 已存在，未作改动。"
                )

    def _opened(self) -> Vault:
        """Return the vault that the records will be in. Raises ConfigError if its keys are away."""
        if not (self._state / FILE_NAME).exists():
            raise ConfigError(
                "The backup was made without keys, and there is no keyring in "
                f"{self._state}: put it there first (sealgate keys import FILE). "
                "备份不含密钥，请先导入密钥。"
            )
        return open_vault(self._settings, make=True)

    def _dump(self, folder: Path) -> str:
        from sqlalchemy import make_url

        url = make_url(self._location)._replace(drivername="postgresql", password=None)
        target = folder / _DUMP_FILE
        return f"pg_dump --format=custom --file={target} --dbname='{url.render_as_string()}'"


def _put(source: Path, place: Path) -> None:
    """Copy a file to its place, whole or not at all; root's copies belong to the folder's owner."""
    _make_folder(place.parent)
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        copy_file(source, draft)
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    with place.open("rb") as file:
        give_to_owner(file.fileno(), place.parent)


def _make_folder(folder: Path) -> None:
    """Make a folder of the state folder (the spool), for the same owner."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700)
        owner = folder.parent.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.chown(folder, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _verified(vault: Vault, progress: Progress) -> ChainReport:
    store = vault.store()
    try:
        report = verify(store, vault.keyring, vault.state, progress)
    finally:
        store.close()
    return ChainReport(
        report.records, report.checkpoints, report.fault.sentence if report.fault else ""
    )
