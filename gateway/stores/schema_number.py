"""The number of the ledger's schema, and a first look at it without the library of the store.

That library takes 20 MiB, which every process would have that is forked after it was loaded.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from gateway.nouns.errors import ConfigError

SCHEMA_NUMBER = 4
"""How many steps of migration this program knows (`gateway.stores.relational.schema`)."""

_BUSY_S = 1.0


def refuse_newer(number: int) -> None:
    """Raise ConfigError if a newer program wrote a store of this number."""
    if number > SCHEMA_NUMBER:
        raise ConfigError(
            f"The ledger's store has schema {number}, this program knows {SCHEMA_NUMBER}. "
            "Use the newer program, or another ledger.store."
        )


def check_file(path: Path) -> None:
    """Raise ConfigError if a newer program wrote a SQLite store. The file stays as it is.

    One that cannot be read, or is no store, says nothing: whoever opens it will say why.
    """
    found: tuple[object, ...] | None = None
    with suppress(sqlite3.Error), closing(_read_only(path)) as database:
        found = database.execute("SELECT number FROM schema_version").fetchone()
    if found is not None and isinstance(found[0], int):
        refuse_newer(found[0])


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
