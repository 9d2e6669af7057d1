"""The relational store: SQLite by default, or PostgreSQL, through SQLAlchemy Core.

On SQLite it keeps a write-ahead log, so that reading never waits for the shipper, and overwrites
what is deleted (``secure_delete``), so that an erasure is one. On PostgreSQL one advisory lock per
schema lets one writer in at a time; what is deleted is dead until the database's own vacuum.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    LargeBinary,
    Row,
    create_engine,
    delete,
    event,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.nouns.record import Fingerprint
from gateway.ports.store import Checkpoint, Owner, Query, StoredRecord
from gateway.stores.relational.conduct import ConductTables
from gateway.stores.relational.findable import (
    drop_fingerprints,
    find_holders,
    read_fingerprints,
)
from gateway.stores.relational.schema import (
    CHECKPOINTS,
    CONTENTS,
    RECORDS,
    SUBJECT_KEYS,
    SWEEPS,
    UNPRINTED,
    migrate,
    schema_number,
)
from gateway.stores.relational.writing import RelationalWriting, as_bytes, as_checkpoint

_BINARY = tuple(column.name for column in RECORDS.c if isinstance(column.type, LargeBinary))
_WALK_AT_ONCE = 200
_SWEPT_AT_ONCE = 100
_LONGEST_REASON = 200
_LEDGER_LOCK = 0x5EA16A7
"""The first half of the key of PostgreSQL's advisory lock; the other half is the schema."""


class RelationalStore(ConductTables):
    """A store behind a SQLAlchemy URL or a path (see `gateway.ports.store.Store`).

    ``busy_s`` is how long SQLite waits for another's transaction. Creates or migrates the schema.
    Raises ConfigError for a wrong URL or a newer schema, and LedgerFailed if the database cannot be
    reached.
    """

    def __init__(self, location: str, busy_s: float = 5.0) -> None:
        self._engine = _engine(location, busy_s)
        self._file: tuple[Path, int] | None = None
        try:
            with self._transaction(writing=True) as connection:
                migrate(connection)
        except BaseException:
            self.close()
            raise
        self._file = _file_of(self._engine.url)

    @contextmanager
    def writing(self) -> Iterator[RelationalWriting]:
        """Begin the write transaction."""
        with self._transaction(writing=True) as connection:
            yield RelationalWriting(connection)

    def read(self, exchange: str) -> StoredRecord | None:
        """Return one row with its contents, or None."""
        wanted = _with_contents().where(RECORDS.c.exchange == exchange)
        with self._transaction() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _record(row)

    def at(self, places: Sequence[int]) -> list[StoredRecord]:
        """Return the rows at these chain places, without contents."""
        wanted = select(RECORDS).where(RECORDS.c.chain_seq.in_(list(places)))
        with self._transaction() as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def search(self, query: Query) -> list[StoredRecord]:
        """Return matching rows without contents, newest first."""
        wanted = select(RECORDS).where(RECORDS.c.kind == (query.kind or "exchange"))
        for name in ("exchange", "tenant", "subject", "code", "outcome"):
            value = getattr(query, name)
            if value:
                wanted = wanted.where(RECORDS.c[name] == value)
        if query.since_ns:
            wanted = wanted.where(RECORDS.c.time_ns >= query.since_ns)
        if query.until_ns:
            wanted = wanted.where(RECORDS.c.time_ns < query.until_ns)
        if query.category:
            family = RECORDS.c.categories.contains(f"|{query.category}.", autoescape=True)
            exact = RECORDS.c.categories.contains(f"|{query.category}|", autoescape=True)
            wanted = wanted.where(family | exact)
        wanted = wanted.order_by(RECORDS.c.time_ns.desc(), RECORDS.c.chain_seq.desc())
        with self._transaction() as connection:
            return [_record(row) for row in connection.execute(wanted.limit(query.limit))]

    def walk(self) -> Iterator[StoredRecord]:
        """Return all rows with their contents in the order of the chain, a few at a time."""
        place = -1
        while True:
            wanted = _with_contents().where(RECORDS.c.chain_seq > place)
            wanted = wanted.order_by(RECORDS.c.chain_seq).limit(_WALK_AT_ONCE)
            with self._transaction() as connection:
                rows = [_record(row) for row in connection.execute(wanted)]
            yield from rows
            if len(rows) < _WALK_AT_ONCE:
                return
            place = rows[-1].chain_seq

    def checkpoints(self) -> list[Checkpoint]:
        """Return all checkpoints in their order."""
        wanted = select(CHECKPOINTS).order_by(CHECKPOINTS.c.number)
        with self._transaction() as connection:
            return [as_checkpoint(row) for row in connection.execute(wanted)]

    def subject_key(self, owner: Owner) -> bytes | None:
        """Return an owner's wrapped key, or None."""
        tenant, name = owner
        mine = (SUBJECT_KEYS.c.tenant == tenant, SUBJECT_KEYS.c.owner == name)
        with self._transaction() as connection:
            wrapped = connection.execute(select(SUBJECT_KEYS.c.wrapped).where(*mine)).scalar()
        return None if wrapped is None else as_bytes(wrapped)

    def subject_keys(self) -> dict[Owner, bytes]:
        """Return all owners' wrapped keys."""
        with self._transaction() as connection:
            rows = connection.execute(select(SUBJECT_KEYS))
            return {(row[0], row[1]): as_bytes(row[2]) for row in rows}

    def holders(self, grams: Iterable[int], limit: int) -> dict[int, list[int]]:
        """Return the places of the records that hold each gram, at most ``limit`` per gram."""
        if not (asked := set(grams)):
            return {}
        with self._transaction() as connection:
            return find_holders(connection, asked, limit)

    def fingerprints(self, places: Sequence[int]) -> dict[int, Fingerprint]:
        """Return the fingerprints at these places, without their grams."""
        if not places:
            return {}
        with self._transaction() as connection:
            return read_fingerprints(connection, places)

    def unprinted(self, limit: int) -> list[int]:
        """Return places whose fingerprint is owed anew."""
        oldest = select(UNPRINTED.c.chain_seq).order_by(UNPRINTED.c.chain_seq).limit(limit)
        with self._transaction() as connection:
            return list(connection.execute(oldest).scalars())

    def sweep(self) -> int:
        """Remove the fingerprints owed, a few records at a time."""
        gone, swept = 0, False
        while some := self._owed():
            with self._transaction(writing=True) as connection:
                gone += drop_fingerprints(connection, some)
                connection.execute(delete(SWEEPS).where(SWEEPS.c.chain_seq.in_(some)))
            swept = True
        if swept:
            self._scrub()
        return gone

    def _owed(self) -> list[int]:
        oldest = select(SWEEPS.c.chain_seq).order_by(SWEEPS.c.chain_seq).limit(_SWEPT_AT_ONCE)
        with self._transaction() as connection:
            return list(connection.execute(oldest).scalars())

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def _scrub(self) -> None:
        """Empty SQLite's write-ahead log, which may still hold what was deleted."""
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()

    def _check_file(self) -> None:
        """Raise LedgerFailed if SQLite's file is another than was opened: what goes on to be
        written there nobody would find again. Whoever opens the store anew has the present one."""
        if self._file is not None and _number_of(self._file[0]) != self._file[1]:
            raise LedgerFailed("The file of the ledger's store was removed or replaced.")

    @contextmanager
    def _transaction(self, *, writing: bool = False) -> Iterator[Connection]:
        self._check_file()
        with _answering(self._engine), self._engine.connect() as connection:
            options = connection.execution_options(ledger_writing=writing)
            if not writing and self._engine.dialect.name == "postgresql":
                # One statement is a transaction there; to begin and end one is to wait twice more.
                options = options.execution_options(isolation_level="AUTOCOMMIT")
            with options.begin():
                yield options


def stored_number(location: str) -> int:
    """Return the schema's number of the store behind a URL, without changing it.

    Raises ConfigError for a wrong URL, and LedgerFailed if the database cannot be reached.
    """
    engine = _engine(location, 1.0)
    try:
        with _answering(engine), engine.connect() as connection:
            return schema_number(connection)
    finally:
        engine.dispose()


@contextmanager
def _answering(engine: Engine) -> Iterator[None]:
    """Turn what a database raises, or its driver where it is asked directly, into LedgerFailed."""
    try:
        yield
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        reason = _reason(getattr(error, "orig", None) or error)
        raise LedgerFailed(f"The ledger's store does not answer ({reason}).") from error
    except OverflowError as error:
        raise LedgerFailed("The ledger's store has no room behind its last number.") from error


def _reason(error: BaseException) -> str:
    """Return what a database says is wrong, in words that hold no value of a row.

    SQLite names tables and columns at most. PostgreSQL's message may quote a value (classes 22 and
    23 of its error codes); then its code and the constraint must do.
    """
    name = type(error).__name__
    if isinstance(error, sqlite3.Error):
        return f"{name}: {error}"[:_LONGEST_REASON]
    code, told = getattr(error, "sqlstate", None), getattr(error, "diag", None)
    if code is None or told is None:
        return name
    words = told.constraint_name if code[:2] in {"22", "23"} else told.message_primary
    return f"{name}: {words or code}"[:_LONGEST_REASON]


def _file_of(url: URL) -> tuple[Path, int] | None:
    """Return SQLite's file and its number in the file system; None if there is none."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    path = Path(url.database)
    number = _number_of(path)
    return (path, number) if number else None


def _number_of(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _engine(location: str, busy_s: float) -> Engine:
    try:
        url = make_url(location) if "://" in location else URL.create("sqlite", database=location)
        if url.get_backend_name() == "postgresql":
            return _postgresql(url, busy_s)
        if url.get_backend_name() != "sqlite":
            raise ConfigError("ledger.store is a path, sqlite:/// or postgresql+psycopg://.")
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(url, connect_args={"timeout": busy_s})
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ConfigError(f"ledger.store is no database this program knows: {error}") from error
    except OSError as error:
        raise LedgerFailed(f"The folder of ledger.store: {error.strerror}.") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL, busy_s: float) -> Engine:
    """Return an engine whose write transactions exclude each other, as SQLite's do by themselves.

    The lock is one of the database and its schema (``search_path``), so that two ledgers in one
    database do not wait for each other.
    """
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    wait_ms = max(1, round(busy_s * 1000))
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("ledger_writing"):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms}")
            connection.exec_driver_sql(
                "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (_LEDGER_LOCK,)
            )

    event.listen(engine, "begin", begin)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("ledger_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _with_contents() -> Any:
    joined = RECORDS.outerjoin(CONTENTS, CONTENTS.c.chain_seq == RECORDS.c.chain_seq)
    return select(RECORDS, CONTENTS.c.wrapped_key, CONTENTS.c.body).select_from(joined)


def _record(row: Row[Any]) -> StoredRecord:
    values = dict(row._mapping)
    for name in _BINARY:  # whoever tampers may leave text there; verifying must not stumble
        values[name] = as_bytes(values[name])
    body = values.pop("body", None)
    wrapped = values.pop("wrapped_key", None)
    return StoredRecord(contents=body or b"", wrapped_key=wrapped or b"", **values)
