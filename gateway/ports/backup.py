"""Backup: what the command line asks for a copy of the records and keys, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from gateway.ports.operator import ChainReport, Progress


class BackupMade(NamedTuple):
    """What a backup holds: file names and their bytes in all. ``keys``: those that open the records
    are in it. ``dump`` is the command that copies a database which a file copy cannot (empty: the
    store is in the backup)."""

    folder: Path
    files: tuple[str, ...]
    size: int
    keys: bool
    dump: str


class Restored(NamedTuple):
    """What was put back, and what verifying the chain found then. ``spooled`` files hold exchanges
    that the next start of the gateway stores."""

    state: Path
    files: tuple[str, ...]
    spooled: int
    chain: ChainReport


class Backups(Protocol):
    """Copies of an installation's records and keys. All raise ConfigError."""

    def backup(self, folder: Path, passphrase: str, progress: Progress) -> BackupMade:
        """Copy head, spool, store and (under a passphrase; none: leave them out) keys into a new
        or empty folder. A gateway may run meanwhile."""
        ...

    def restore(self, folder: Path, passphrase: str, progress: Progress) -> Restored:
        """Put a backup into the state folder, in which no records may be, and verify the chain. No
        gateway may run there. The passphrase is asked only of a backup with keys."""
        ...

    def needs_passphrase(self, folder: Path) -> bool:
        """Return whether there are keys in a backup. Raises ConfigError if it is none."""
        ...
