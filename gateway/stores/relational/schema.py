"""The tables of the ledger and the numbered steps that make them.

A step, once released, never changes; a new need is a new step at the end of `MIGRATIONS`. The
program refuses a database whose number is above its own.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    update,
)

from gateway.nouns.errors import LedgerFailed
from gateway.stores.relational.conduct import make_tables
from gateway.stores.schema_number import refuse_newer

METADATA = MetaData()

SCHEMA_VERSION = Table("schema_version", METADATA, Column("number", Integer, nullable=False))

RECORDS = Table(
    "records",
    METADATA,
    Column("chain_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("exchange", Text, nullable=False, unique=True),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("facts_hash", LargeBinary, nullable=False),
    Column("contents_hash", LargeBinary, nullable=False),
    Column("subject_tag", LargeBinary, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
    Index("records_by_time", "time_ns"),
    Index("records_by_subject", "tenant", "subject", "time_ns"),
    Index("records_by_code", "code"),
    Index("records_by_outcome", "outcome", "time_ns"),
)

CONTENTS = Table(
    "contents",
    METADATA,
    Column("chain_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

FINGERPRINTS = Table(
    "fingerprints",
    METADATA,
    Column("chain_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("grams", LargeBinary().with_variant(ARRAY(Integer), "postgresql"), nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("pictures", LargeBinary, nullable=False),
)
"""One row per record. PostgreSQL finds rows by their grams through an inverted index (GIN) over the
array; SQLite, which has none, through `POSTINGS`, and keeps the grams to know what to remove."""

POSTINGS = Table(
    "gram_postings",
    METADATA,
    Column("gram", Integer, primary_key=True),
    Column("chain_seq", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
"""Of SQLite alone: 13 bytes a row before the slack of a tree's pages."""

UNPRINTED = Table(
    "unprinted", METADATA, Column("chain_seq", BigInteger, primary_key=True, autoincrement=False)
)
"""Records whose fingerprint is of an older make, or was dropped with it, and is owed anew."""

SWEEPS = Table(
    "sweeps", METADATA, Column("chain_seq", BigInteger, primary_key=True, autoincrement=False)
)

SUBJECT_KEYS = Table(
    "subject_keys",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

BURIED_KEYS = Table("buried_keys", METADATA, Column("key_id", LargeBinary, primary_key=True))

CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("chain_seq", BigInteger, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)


_OF_THE_FIRST = MetaData()

_WINNOWED = Table(
    "postings",
    _OF_THE_FIRST,
    Column("gram", Integer, primary_key=True),
    Column("chain_seq", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    sqlite_with_rowid=False,
)


def _first(connection: Connection) -> None:
    there = (RECORDS, CONTENTS, SWEEPS, SUBJECT_KEYS, BURIED_KEYS, CHECKPOINTS, SCHEMA_VERSION)
    METADATA.create_all(connection, tables=there)
    _OF_THE_FIRST.create_all(connection)


def _sketches(connection: Connection) -> None:
    """From winnowed postings to kept grams and sketches: what was findable is owed anew."""
    METADATA.create_all(connection, tables=(FINGERPRINTS, UNPRINTED))
    if connection.dialect.name == "postgresql":
        # Without the list of what is not sorted in yet: every lookup would read all of it.
        connection.exec_driver_sql(
            "CREATE INDEX IF NOT EXISTS fingerprints_by_gram ON fingerprints USING gin (grams) "
            "WITH (fastupdate = off)"
        )
        # Sketches and pictures are ciphertext: trying to compress them is lost time.
        for name in ("sketch", "pictures"):
            connection.exec_driver_sql(
                f"ALTER TABLE fingerprints ALTER COLUMN {name} SET STORAGE EXTERNAL"
            )
    else:
        METADATA.create_all(connection, tables=(POSTINGS,))
    findable = select(_WINNOWED.c.chain_seq).distinct()
    connection.execute(insert(UNPRINTED).from_select(["chain_seq"], findable))
    _WINNOWED.drop(connection)


def _picture_bands(connection: Connection) -> None:
    """To other bits by which pictures are looked up: what has pictures is owed anew, and keeps what
    it has until then."""
    pictured = select(FINGERPRINTS.c.chain_seq).where(func.length(FINGERPRINTS.c.pictures) > 0)
    known = select(UNPRINTED.c.chain_seq)
    owed = pictured.where(FINGERPRINTS.c.chain_seq.not_in(known))
    connection.execute(insert(UNPRINTED).from_select(["chain_seq"], owed))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _first,
    _sketches,
    make_tables,
    _picture_bands,
)
"""Step N brings a database from number N to number N + 1."""


def migrate(connection: Connection) -> None:
    """Bring a database to this program's number, inside the caller's write transaction.

    Raises ConfigError if a newer program wrote it.
    """
    number = schema_number(connection)
    refuse_newer(number)
    if number == len(MIGRATIONS):
        return
    for step in MIGRATIONS[number:]:
        step(connection)
    if number == 0:
        connection.execute(insert(SCHEMA_VERSION).values(number=len(MIGRATIONS)))
    else:
        connection.execute(update(SCHEMA_VERSION).values(number=len(MIGRATIONS)))


def schema_number(connection: Connection) -> int:
    """Return the number of a database; 0 if there is nothing of ours in it.

    Raises LedgerFailed if somebody put something there that is no such number.
    """
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return 0
    number = connection.execute(select(func.max(SCHEMA_VERSION.c.number))).scalar() or 0
    if not isinstance(number, int) or number < 0:
        raise LedgerFailed("The number in the table schema_version of the store is damaged.")
    return number
