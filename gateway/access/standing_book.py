"""Where users stand, as the workers know it: a small file in the state folder, written by whoever
computes standings, read by every worker within a second.

Users stand in it as keyed hashes (`gateway.access.strikes.subject_mark`), and only those who stand
anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from gateway.access.secret_file import locked, replace_file
from gateway.access.strikes import subject_mark
from gateway.nouns.conduct import Standing
from gateway.nouns.errors import LedgerFailed
from gateway.ports.clock import Clock

STANDINGS_FILE = "standings.json"
_VERSION = 1
_RELOAD_S = 1.0


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
    """Return what the file says; nothing if there is none, or none that can be read."""
    try:
        found = msgspec.json.decode((folder / STANDINGS_FILE).read_bytes(), type=_File)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found.standings if found.version == _VERSION else {}


class StandingBook:
    """The standings as a worker knows them. One per process; a change is seen within a second."""

    def __init__(self, folder: Path, key: bytes, clock: Clock) -> None:
        self._folder = folder
        self._key = key
        self._clock = clock
        self._checked_s = clock.monotonic_s()
        self._version = self._stat()
        self._standings = read_standings(folder)

    def find(self, tenant: str, subject: str) -> tuple[str, Standing | None]:
        """Return the user's mark and where he stands (None: nowhere)."""
        self._refresh()
        if not self._standings:
            return "", None
        mark = subject_mark(self._key, tenant, subject)
        return mark, self._standings.get(mark)

    def _refresh(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._checked_s < _RELOAD_S:
            return
        self._checked_s = now_s
        version = self._stat()
        if version != self._version:
            self._version = version
            self._standings = read_standings(self._folder)

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = (self._folder / STANDINGS_FILE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
