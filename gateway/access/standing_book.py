"""Where users stand, as the workers know it: a small file in the state folder, written by whoever
computes standings, read by every worker within a second.

Users stand in it as keyed hashes (`gateway.access.strikes.subject_mark`), and only those who stand
anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from gateway.access.secret_file import locked, replace_file
from gateway.access.strikes import subject_mark
from gateway.access.watched_file import WatchedFile, nobody
from gateway.nouns.conduct import Standing
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.ports.clock import Clock

STANDINGS_FILE = "standings.json"
_VERSION = 1


class _File(msgspec.Struct, frozen=True):
    version: int
    standings: dict[str, Standing]


def write_standings(folder: Path, standings: Mapping[str, Standing]) -> bool:
    """Replace the file if it says something else; returns whether. Raises LedgerFailed."""
    path = folder / STANDINGS_FILE
    content = msgspec.json.encode(_File(_VERSION, dict(sorted(standings.items()))))
    try:
        with locked(path.with_suffix(".lock")):
            if path.exists() and path.read_bytes() == content:
                return False
            replace_file(path, content)
    except OSError as error:
        raise LedgerFailed(f"{path} cannot be written: {error.strerror}.") from error
    return True


def read_standings(folder: Path) -> dict[str, Standing]:
    """Return what the file says; nothing if there is none. Raises ConfigError if it is broken."""
    return _read(folder / STANDINGS_FILE) or {}


class StandingBook:
    """The standings as a worker knows them. One per process; a change is seen within a second.

    If the file cannot be read while running, or is gone, everybody stands where he stood, `fault`
    says why and ``tell`` is told; at the start a broken one is a ConfigError.
    """

    def __init__(
        self, folder: Path, key: bytes, clock: Clock, tell: Callable[[str], None] = nobody
    ) -> None:
        self._key = key
        self._there = False
        self._file = WatchedFile(folder / STANDINGS_FILE, self._load, clock, tell)

    @property
    def fault(self) -> str | None:
        """Why the file cannot be read now; None if it can."""
        return self._file.fault

    def find(self, tenant: str, subject: str) -> tuple[str, Standing | None]:
        """Return the user's mark and where he stands (None: nowhere)."""
        standings = self._file.content()
        if not standings:
            return "", None
        mark = subject_mark(self._key, tenant, subject)
        return mark, standings.get(mark)

    def _load(self, path: Path) -> dict[str, Standing]:
        found = _read(path)
        if found is None and self._there:
            raise ConfigError(f"The file of standings {path} is gone.")
        self._there = found is not None
        return found or {}


def _read(path: Path) -> dict[str, Standing] | None:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The file of standings {path} cannot be read: {error}. Remove it: it is "
            "computed anew from the strikes in the ledger."
        ) from error
    if found.version != _VERSION:
        raise ConfigError(
            f"The file of standings {path} has version {found.version}; this program reads "
            f"{_VERSION}. Remove it: it is computed anew from the strikes in the ledger."
        )
    return found.standings
