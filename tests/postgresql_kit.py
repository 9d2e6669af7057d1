"""A PostgreSQL schema for one test, and whether there is a server to make it on.

A server that was named (SEALGATE_TEST_POSTGRESQL) or that the build machine owes (CI) and that is
not there is a failure. On any other machine the tests of PostgreSQL are collected only if a server
answers at the usual address: `tests/conftest.py` leaves them out and says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

SERVER = os.environ.get("SEALGATE_TEST_POSTGRESQL") or "postgresql://root@127.0.0.1:5432/test"

ADVICE = (
    "install `postgresql`, start it on 127.0.0.1:5432 with `trust` for the user root and a "
    "database test, or name another with SEALGATE_TEST_POSTGRESQL=postgresql://user@host/database"
)


@cache
def wanted() -> bool:
    """True if the tests of PostgreSQL are to run: named, owed, or there."""
    if os.environ.get("SEALGATE_TEST_POSTGRESQL") or os.environ.get("CI"):
        return True
    try:
        psycopg.connect(SERVER, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def own_schema() -> Iterator[str]:
    """Give the URL of a new, empty schema, and drop it afterwards."""
    name = f"t{uuid4().hex}"
    try:
        connection = psycopg.connect(SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        pytest.fail(f"No PostgreSQL for the tests ({type(error).__name__}): {ADVICE}.")
    with connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        try:
            yield f"{SERVER}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
