"""Store: the final home of records. Idempotent by exchange id; the shipper is its only writer, save
for the rows that a read, a purge or an erasure adds about itself.

Every method raises LedgerFailed when the store cannot be reached or refuses; the caller may try the
same call again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from gateway.nouns.record import Fingerprint
from gateway.ports.conduct import ConductReading, ConductWriting

Owner = tuple[str, str]
"""Whose key protects a record's contents: tenant, and what `nouns.record.key_owner` says."""


class StoredRecord(NamedTuple):
    """A row of the ledger: facts in clear (JSON), contents encrypted, and its place in the chain.

    ``kind`` is ``exchange``, or the name of an event (``policy``, ``read``, ``purge``,
    ``erasure``...), whose ``exchange`` is the event's own id. ``state`` is ``closed``,
    ``recovered`` (the process died), ``purged`` or ``erased`` (contents gone, hashes kept), for an
    event ``noted``. ``subject_tag`` commits to tenant and subject under the subject's own key.
    ``categories`` are those of its findings between bars (``|A1.a|A2.b|``). `Store.search` and
    `Store.walk` leave ``contents`` and ``wrapped_key`` as their own documentation says.
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
    chain_seq: int = -1
    chain_hash: bytes = b""
    kind: str = "exchange"
    categories: str = ""
    facts_hash: bytes = b""
    contents_hash: bytes = b""
    subject_tag: bytes = b""


class Checkpoint(NamedTuple):
    """A signed statement that the chain had this hash at this place. ``previous`` is the SHA-256 of
    the signature before, so that checkpoints form a chain of their own."""

    number: int
    chain_seq: int
    chain_hash: bytes
    time_ns: int
    key_id: str
    previous: bytes
    signature: bytes


class Query(NamedTuple):
    """A search by facts; empty members do not restrict. Times are nanoseconds since 1970.

    ``category`` is a category or a family (``A1`` finds ``A1.a``). ``kind`` empty means exchanges.
    """

    exchange: str = ""
    tenant: str = ""
    subject: str = ""
    code: str = ""
    outcome: str = ""
    since_ns: int = 0
    until_ns: int = 0
    limit: int = 100
    category: str = ""
    kind: str = ""


class Writing(ConductWriting, Protocol):
    """One write transaction: all of it is kept, or none. Only one exists at any time."""

    def tail(self) -> tuple[int, bytes] | None:
        """Return place and hash of the chain's last row, or None if the store is empty."""
        ...

    def furthest(self) -> int:
        """Return the last place of which the store holds any part, also without its row; -1 if
        none."""
        ...

    def known(self, exchanges: Iterable[str]) -> set[str]:
        """Return those ids that the store has already."""
        ...

    def append(
        self, records: Sequence[StoredRecord], fingerprints: Mapping[int, Fingerprint]
    ) -> int:
        """Insert rows (chain place set, ids not yet known) and their fingerprints, by place;
        returns how many rows."""
        ...

    def reprint(self, fingerprints: Mapping[int, Fingerprint | None]) -> None:
        """Keep the fingerprints that `Store.unprinted` says are owed; None: there is none."""
        ...

    def subject_keys(self, owners: Iterable[Owner]) -> dict[Owner, bytes]:
        """Return the wrapped keys of those owners that have one."""
        ...

    def put_subject_keys(self, keys: Mapping[Owner, bytes]) -> None:
        """Keep or replace owners' wrapped keys."""
        ...

    def destroy_subject_keys(self, owners: Iterable[Owner]) -> None:
        """Forget owners' wrapped keys for good."""
        ...

    def bury_spool_keys(self, key_ids: Iterable[bytes]) -> None:
        """Remember spool keys as destroyed: nothing under them may be stored any more."""
        ...

    def buried(self, key_ids: Iterable[bytes]) -> set[bytes]:
        """Return those spool keys that are destroyed."""
        ...

    def places(self, tenant: str, subject: str, exchange: str = "") -> list[int]:
        """Return the chain places of all the subject's records; with no subject, of the exchange
        of this id that has none."""
        ...

    def expired(self, part: str, before_ns: int, limit: int, *, spared: str = "") -> list[int]:
        """Return places of exchanges older than that which still have this part (``contents`` or
        ``facts``), oldest place first; not those that have the category ``spared``."""
        ...

    def drop_contents(self, places: Sequence[int], state: str) -> None:
        """Delete contents and their keys, and the keys of subjects that have no contents any more;
        set the state, blank the sketches, and owe the removal of the fingerprints."""
        ...

    def drop_facts(self, places: Sequence[int]) -> None:
        """Delete facts and everything searchable; hashes stay."""
        ...

    def drop_subject(self, places: Sequence[int]) -> None:
        """Delete the subject's id from the rows."""
        ...

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint."""
        ...

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint."""
        ...


class Store(ConductReading, Protocol):
    """Append-only rows with their fingerprints, subjects' keys and checkpoints."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Begin the write transaction; commits at the end of the block, rolls back on a raise."""
        ...

    def read(self, exchange: str) -> StoredRecord | None:
        """Return one row with its contents, or None."""
        ...

    def at(self, places: Sequence[int]) -> list[StoredRecord]:
        """Return the rows at these chain places, without contents."""
        ...

    def search(self, query: Query) -> list[StoredRecord]:
        """Return matching rows without contents, newest first."""
        ...

    def walk(self) -> Iterator[StoredRecord]:
        """Return all rows with their contents in the order of the chain, a few at a time."""
        ...

    def checkpoints(self) -> list[Checkpoint]:
        """Return all checkpoints in their order."""
        ...

    def subject_key(self, owner: Owner) -> bytes | None:
        """Return an owner's wrapped key, or None if there is none (yet, or any more)."""
        ...

    def subject_keys(self) -> dict[Owner, bytes]:
        """Return all owners' wrapped keys."""
        ...

    def holders(self, grams: Iterable[int], limit: int) -> dict[int, list[int]]:
        """Return the places of the records that hold each gram, at most ``limit`` per gram (the
        newest where the store can tell); grams that none holds are left out. A store may name a
        record that holds another gram, by chance and seldom: fingerprints confirm."""
        ...

    def fingerprints(self, places: Sequence[int]) -> dict[int, Fingerprint]:
        """Return the fingerprints of the records at these places that have one, without their
        grams."""
        ...

    def unprinted(self, limit: int) -> list[int]:
        """Return places whose fingerprint an older program made in another way and that are to be
        fingerprinted anew (`Writing.reprint`)."""
        ...

    def sweep(self) -> int:
        """Remove the fingerprints owed by `Writing.drop_contents`, in short transactions, and
        overwrite what was deleted; returns how many postings (grams of records) went."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
