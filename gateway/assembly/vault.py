"""Vault: the state folder's keyring and store, opened the same way by every command."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gateway.config.settings import Settings
from gateway.config.state_owner import give_to_owner
from gateway.ledger.keyring import FILE_NAME, Keyring, ensure_keyring, load_keyring
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.stores.schema_number import check_store

if TYPE_CHECKING:
    from gateway.stores.relational import RelationalStore

_STORE_FILE = "ledger.db"
_LONGEST_HOLDER = 300


class Vault(NamedTuple):
    """Where records are, and what opens them."""

    state: Path
    location: str
    keyring: Keyring

    def store(self) -> RelationalStore:
        """Open the store; made on first use."""
        return _opened(self.location)

    @staticmethod
    def load_library() -> None:
        """Load the store's library now, and not with the first record."""
        import gateway.stores.relational  # noqa: F401 -- for its own sake


def hold(state: Path) -> int:
    """Hold the state folder for this program until it ends; returns the lock's descriptor.

    Two gateways in one folder would empty each other's metrics and ship each other's spools. Who is
    forked closes the descriptor: after a supervisor's death a new one may start at once. The system
    lets go of a lock with its process, so what the file says binds nobody: it names the holder.
    Raises ConfigError if somebody else holds it.
    """
    _make(state)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(state / "lock", flags, 0o600)
    give_to_owner(lock, state)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, _LONGEST_HOLDER, 0).decode(errors="replace").strip()
        os.close(lock)
        raise ConfigError(
            f"state: another gateway ({holder or 'just starting'}) runs in {state}; end it, or "
            "name another folder with --state."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()} on {os.uname().nodename}\n".encode(), 0)
    return lock


def _make(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"state: {state} cannot be made: {error.strerror}. Name a folder with --state."
        ) from error


def store_location(settings: Settings) -> str:
    """Return the store's URL or path."""
    return settings.ledger.store or str(Path(settings.state) / _STORE_FILE)


def open_store(settings: Settings) -> RelationalStore:
    """Open the store that the settings name."""
    return _opened(store_location(settings))


def _opened(location: str) -> RelationalStore:
    """Open a store. Its library takes 20 MiB, which workers that read no record do without."""
    from gateway.stores.relational import RelationalStore

    return RelationalStore(location)


def open_vault(settings: Settings, *, make: bool) -> Vault:
    """Open the vault. With ``make`` (the supervisor) what is missing is made.

    Raises ConfigError: the keyring is gone although there are records, there is no ledger, or a
    newer program wrote it (commands see that when they open it).
    """
    state = Path(settings.state)
    location = store_location(settings)
    exists = "://" in location or Path(location).exists()
    if make:
        _make(state)
        if exists:
            check_store(location)
        # Rows matter only where the keyring is missing: a store that is away prevents no start.
        lost = not (state / FILE_NAME).exists() and exists and _has_rows(location)
        keyring = ensure_keyring(state, settings.ledger.master_key, records_exist=lost)
        return Vault(state, location, keyring)
    if not exists:
        raise ConfigError(
            f"There is no ledger at {location}: start the gateway first, or name its folder "
            "with --state."
        )
    return Vault(state, location, load_keyring(state, settings.ledger.master_key))


def _has_rows(location: str) -> bool:
    try:
        store = _opened(location)
    except LedgerFailed as error:
        raise ConfigError(
            f"{FILE_NAME} is not there, and whether there are records that only it can open cannot "
            f"be told: {error.detail} Put it back from a backup. 请从备份恢复密钥文件。"
        ) from error
    try:
        return next(iter(store.walk()), None) is not None
    finally:
        store.close()
