"""A copy of a SQLite store while others write to it, by SQLite's own means."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gateway.nouns.errors import LedgerFailed

_PAGES = 2_000
"""So many pages are copied between two calls of ``progress``."""


def copy_sqlite(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy a store as it is at this moment into a new file for its owner only, durably.

    A read transaction holds the moment: writers go on beside it (write-ahead log), and what they
    write is not in the copy. The copy needs no log of its own. Raises LedgerFailed.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.isolation_level = None
            here.execute("BEGIN").close()
            here.execute("SELECT count(*) FROM sqlite_master").fetchone()
            here.backup(
                there, pages=_PAGES, progress=lambda _, left, whole: progress(whole - left, whole)
            )
            here.execute("ROLLBACK").close()
            there.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.Error as error:
        raise LedgerFailed(f"The store at {source} cannot be copied: {error}.") from error
    with target.open("rb") as file:
        os.fsync(file.fileno())
