"""Store: the final home of records. Idempotent by exchange id; the shipper is its only writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol


class StoredRecord(NamedTuple):
    """A record at rest: facts in clear (JSON), contents encrypted, and its place in the chain.

    ``state`` is ``open``, ``closed``, ``recovered`` (the process died) or ``purged`` (a hash stub).
    """

    exchange: str
    tenant: str
    subject: str
    code: str
    time_ns: int
    state: str
    outcome: str
    facts: bytes
    contents: bytes
    wrapped_key: bytes
    chain_seq: int
    chain_hash: bytes


class Query(NamedTuple):
    """A search by facts; empty members do not restrict. Times are nanoseconds since 1970."""

    exchange: str = ""
    tenant: str = ""
    subject: str = ""
    code: str = ""
    outcome: str = ""
    since_ns: int = 0
    until_ns: int = 0
    limit: int = 100


class Store(Protocol):
    """Append-only records with their fingerprints, subjects' keys and checkpoints."""

    def append(self, records: Iterable[StoredRecord]) -> int:
        """Insert or complete records in one transaction; returns how many changed."""
        ...

    def read(self, exchange: str) -> StoredRecord | None:
        """Return one record, or None."""
        ...

    def search(self, query: Query) -> list[StoredRecord]:
        """Return matching records, newest first."""
        ...

    def walk(self) -> Iterator[StoredRecord]:
        """Return all records in the order of the chain."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
