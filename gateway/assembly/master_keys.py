"""The master key's desk: rotation, and a copy of what opens the records (see
gateway.ports.master_keys.MasterKeys)."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from pathlib import Path

from gateway.access.keys import KEYS_FILE, SECRET_FILE
from gateway.assembly.vault import hold, open_store, open_vault
from gateway.config.settings import Settings
from gateway.config.state_owner import give_to_owner
from gateway.ledger.chain import chain_events, event
from gateway.ledger.erasure import rewrap
from gateway.ledger.escrow import close_box, open_box
from gateway.ledger.keyring import FILE_NAME, Keyring, check_keyring, rotate_master_key
from gateway.nouns.errors import ConfigError, NotPossible
from gateway.ports.clock import Clock
from gateway.ports.master_keys import Rotation

FILES = (FILE_NAME, SECRET_FILE, KEYS_FILE)
"""What an export holds, as far as it is there: the keyring, what keys are hashed with, their
hashes."""


class MasterKeyDesk:
    """Rotates, exports and restores; safe beside a running gateway."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._state = Path(settings.state)
        self._clock = clock

    def rotate(self, new_reference: str) -> Rotation:
        """Put a new master key in force, chain that, and wrap the subjects' keys anew.

        A running gateway holds the old key and could not read what the new one wrapped: there the
        subjects' keys wait for its reload, and its steward moves them.
        """
        self._opened()
        lock = self._lock()
        try:
            before = self._settings.ledger.master_key
            keyring = rotate_master_key(self._state, before, new_reference)
            moved = self._record(keyring, move=lock is not None)
        finally:
            if lock is not None:
                os.close(lock)
        return Rotation(keyring.active_id, moved, lock is None)

    def _opened(self) -> None:
        """Raise ConfigError before anything changes, if the ledger does not open."""
        open_vault(self._settings, make=False).store().close()

    def _lock(self) -> int | None:
        """Hold the state folder, unless a gateway does."""
        try:
            return hold(self._state)
        except ConfigError:
            return None

    def _record(self, keyring: Keyring, *, move: bool) -> int:
        store = open_store(self._settings)
        try:
            facts = {"master": keyring.active_id, "by": getpass.getuser()}
            row = event("master_key_rotated", self._clock.wall_ns(), facts)
            chain_events(store, keyring, self._state, [row])
            return rewrap(store, keyring) if move else 0
        finally:
            store.close()

    def export(self, target: Path, passphrase: str) -> Sequence[str]:
        """Write a box with the files; the target must not be there yet."""
        found = {
            name: (self._state / name).read_bytes()
            for name in FILES
            if (self._state / name).exists()
        }
        if FILE_NAME not in found:
            raise ConfigError(
                f"There is no keyring in {self._state}: start the gateway first, or name its "
                "folder with --state."
            )
        _write_new(target, close_box(found, passphrase))
        return tuple(found)

    def restore(self, source: Path, passphrase: str) -> Sequence[str]:
        """Write the files of a box that are not there; refuse all if one is there and differs."""
        try:
            raw = source.read_bytes()
        except OSError as error:
            raise ConfigError(f"{source} cannot be read: {error.strerror}.") from None
        files = open_box(raw, passphrase)
        if not set(files) <= set(FILES) or FILE_NAME not in files:
            raise ConfigError(f"{source} holds files that this program does not know.")
        check_keyring(files[FILE_NAME])
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        missing = {name: body for name, body in files.items() if not self._has(name, body)}
        for name, body in missing.items():
            _write_new(self._state / name, body)
            with (self._state / name).open("rb") as file:
                give_to_owner(file.fileno(), self._state)
        return tuple(missing)

    def _has(self, name: str, body: bytes) -> bool:
        """Return whether a file is there as it was; raise NotPossible if another is."""
        path = self._state / name
        if not path.exists():
            return False
        if path.read_bytes() != body:
            raise NotPossible(
                f"{path} is there and differs from the export: nothing was changed. Move it away "
                f"first if the export is the right one. {path} 已存在且不同，未作改动。"
            )
        return True


def _write_new(path: Path, body: bytes) -> None:
    """Write a file for its owner only, durably, whole or not at all; it must not be there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, body)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.hardlink_to(draft)
    except FileExistsError:
        raise NotPossible(
            f"{path} is there already; name another file. 文件已存在，请另指文件名。"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
