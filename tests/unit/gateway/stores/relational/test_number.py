"""The program that says a store's number; test_schema_number.py has who asks it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path


def _said(url: str) -> tuple[int, bytes, bytes]:
    ask = [sys.executable, "-m", "gateway.stores.relational.number"]
    run = subprocess.run(ask, input=url.encode(), capture_output=True, check=False)
    return run.returncode, run.stdout, run.stderr


def test_it_says_a_number_or_nothing(tmp_path: Path) -> None:
    """The number of a store, nought of an empty one; of what is none or away, nothing at all: no
    word of a URL, in which a password may stand."""
    path = tmp_path / "store.db"
    assert _said(f"sqlite:///{path}") == (0, b"0", b"")
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE schema_version (number INTEGER)")
        database.execute("INSERT INTO schema_version VALUES (7)")
        database.commit()
    assert _said(f"sqlite:///{path}") == (0, b"7", b"")
    for url in ("postgresql://u:secret@127.0.0.1:1/none", "none://u:secret@x/y"):
        assert _said(url) == (0, b"", b"")
