"""The number of the ledger's schema, and a first look at it without the library of the store.

That library takes 20 MiB, which every process would have that is forked after it was loaded.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

from gateway.nouns.errors import ConfigError

SCHEMA_NUMBER = 4
"""How many steps of migration this program knows (`gateway.stores.relational.schema`)."""

_BUSY_S = 1.0
_AWAY_S = 20.0
"""A database that does not say its number for so long says nothing."""


def refuse_newer(number: int) -> None:
    """Raise ConfigError if a newer program wrote a store of this number."""
    if number > SCHEMA_NUMBER:
        raise ConfigError(
            f"The ledger's store has schema {number}, this program knows {SCHEMA_NUMBER}. "
            "Use the newer program, or another ledger.store."
        )


def sqlite_file(location: str) -> Path | None:
    """Return the file of the SQLite store at a path or URL; None if it is another database's."""
    scheme, _, rest = location.rpartition("://")
    if not scheme:
        return Path(location)
    return Path(rest.partition("?")[0].removeprefix("/")) if "sqlite" in scheme else None


def check_store(location: str) -> None:
    """Raise ConfigError if a newer program wrote the store at a path or URL, which stays as it is.

    One that cannot be read within seconds, or is no store, says nothing: whoever opens it will say
    why.
    """
    path = sqlite_file(location)
    number = _number_at(location) if path is None else _number_in(path)
    if isinstance(number, int):
        refuse_newer(number)


def _number_in(path: Path) -> object:
    with suppress(sqlite3.Error), closing(_read_only(path)) as database:
        found = database.execute("SELECT number FROM schema_version").fetchone()
        return found[0] if found is not None else None
    return None


def _number_at(url: str) -> int | None:
    """Ask a process of its own, which loads the library. It is told the URL, in which a password
    may stand, by its input: arguments are seen by everybody."""
    ask = [sys.executable, "-P", "-m", "gateway.stores.relational.number"]
    with suppress(subprocess.TimeoutExpired):
        said = subprocess.run(
            ask, input=url.encode(), capture_output=True, timeout=_AWAY_S, check=False
        )
        return int(said.stdout) if said.stdout.isdigit() else None
    return None


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
