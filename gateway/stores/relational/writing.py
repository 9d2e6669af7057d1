"""The write transaction of the relational store (see `gateway.ports.store.Writing`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from gateway.nouns.record import Fingerprint, key_owner
from gateway.ports.store import Checkpoint, Owner, StoredRecord
from gateway.stores.relational.conduct import ConductRows
from gateway.stores.relational.findable import (
    blank_fingerprints,
    drop_fingerprints,
    keep_fingerprints,
)
from gateway.stores.relational.schema import (
    BURIED_KEYS,
    CHECKPOINTS,
    CONTENTS,
    FINGERPRINTS,
    RECORDS,
    SUBJECT_KEYS,
    SWEEPS,
    UNPRINTED,
)

_AT_ONCE = 400
"""Values per IN list; SQLite's oldest bound is 999 variables in a statement."""

_LAST_PLACE = 1 << 62
"""Numbers beyond are nobody's of ours: whoever wrote them left no room behind them."""

_IN_CONTENTS = frozenset({"contents", "wrapped_key"})


class RelationalWriting(ConductRows):
    """Writes through one connection whose transaction the store began."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tail(self) -> tuple[int, bytes] | None:
        """Return place and hash of the chain's last row, or None."""
        place = RECORDS.c.chain_seq
        newest = select(place, RECORDS.c.chain_hash).where(place.between(0, _LAST_PLACE))
        row = self._connection.execute(newest.order_by(place.desc()).limit(1)).first()
        return None if row is None else (row[0], as_bytes(row[1]))

    def furthest(self) -> int:
        """Return the last place of which there is any part."""
        columns = (RECORDS.c.chain_seq, CONTENTS.c.chain_seq, FINGERPRINTS.c.chain_seq)
        last = [
            self._connection.execute(
                select(func.max(each)).where(each.between(0, _LAST_PLACE))
            ).scalar()
            for each in columns
        ]
        return max((place for place in last if place is not None), default=-1)

    def known(self, exchanges: Iterable[str]) -> set[str]:
        """Return those ids that the store has already."""
        return set(self._among(RECORDS.c.exchange, exchanges))

    def append(
        self, records: Sequence[StoredRecord], fingerprints: Mapping[int, Fingerprint]
    ) -> int:
        """Insert rows and their fingerprints."""
        if records:
            self._connection.execute(insert(RECORDS), [_columns(record) for record in records])
        bodies = [
            {
                "chain_seq": record.chain_seq,
                "wrapped_key": record.wrapped_key,
                "body": record.contents,
            }
            for record in records
            if record.contents
        ]
        if bodies:
            self._connection.execute(insert(CONTENTS), bodies)
        keep_fingerprints(self._connection, fingerprints)
        return len(records)

    def reprint(self, fingerprints: Mapping[int, Fingerprint | None]) -> None:
        """Keep fingerprints that were owed, in place of older ones."""
        for some in _batches(fingerprints):
            owed = set(self._among(UNPRINTED.c.chain_seq, some))
            made = {place: fingerprints[place] for place in owed}
            self._connection.execute(delete(UNPRINTED).where(UNPRINTED.c.chain_seq.in_(some)))
            kept = {place: each for place, each in made.items() if each is not None}
            drop_fingerprints(self._connection, list(made))
            keep_fingerprints(self._connection, kept)

    def subject_keys(self, owners: Iterable[Owner]) -> dict[Owner, bytes]:
        """Return the wrapped keys of those owners that have one."""
        wanted = set(owners)
        found: dict[Owner, bytes] = {}
        for some in _batches(wanted):
            rows = select(SUBJECT_KEYS).where(SUBJECT_KEYS.c.owner.in_([each[1] for each in some]))
            found.update(
                ((row[0], row[1]), as_bytes(row[2])) for row in self._connection.execute(rows)
            )
        return {owner: wrapped for owner, wrapped in found.items() if owner in wanted}

    def put_subject_keys(self, keys: Mapping[Owner, bytes]) -> None:
        """Keep or replace owners' wrapped keys."""
        self.destroy_subject_keys(self.subject_keys(keys))
        rows = [
            {"tenant": tenant, "owner": owner, "wrapped": wrapped}
            for (tenant, owner), wrapped in keys.items()
        ]
        if rows:
            self._connection.execute(insert(SUBJECT_KEYS), rows)

    def destroy_subject_keys(self, owners: Iterable[Owner]) -> None:
        """Forget owners' wrapped keys."""
        mine = (
            SUBJECT_KEYS.c.tenant == bindparam("of_tenant"),
            SUBJECT_KEYS.c.owner == bindparam("of_owner"),
        )
        rows = [{"of_tenant": tenant, "of_owner": owner} for tenant, owner in owners]
        if rows:
            self._connection.execute(delete(SUBJECT_KEYS).where(*mine), rows)

    def bury_spool_keys(self, key_ids: Iterable[bytes]) -> None:
        """Remember spool keys as destroyed."""
        wanted = set(key_ids)
        fresh = wanted - self.buried(wanted)
        if fresh:
            self._connection.execute(
                insert(BURIED_KEYS), [{"key_id": key_id} for key_id in sorted(fresh)]
            )

    def buried(self, key_ids: Iterable[bytes]) -> set[bytes]:
        """Return those spool keys that are destroyed."""
        return set(self._among(BURIED_KEYS.c.key_id, key_ids))

    def places(self, tenant: str, subject: str, exchange: str = "") -> list[int]:
        """Return the chain places of the subject's records, or of one exchange without subject."""
        mine = [RECORDS.c.tenant == tenant, RECORDS.c.subject == subject]
        if not subject:
            mine.append(RECORDS.c.exchange == exchange)
        ordered = select(RECORDS.c.chain_seq).where(*mine).order_by(RECORDS.c.chain_seq)
        return list(self._connection.execute(ordered).scalars())

    def expired(self, part: str, before_ns: int, limit: int, *, spared: str = "") -> list[int]:
        """Return places of exchanges older than that which still have this part."""
        wanted = select(RECORDS.c.chain_seq).where(
            RECORDS.c.time_ns < before_ns, RECORDS.c.kind == "exchange"
        )
        if part == "contents":
            wanted = wanted.join(CONTENTS, CONTENTS.c.chain_seq == RECORDS.c.chain_seq)
        else:
            wanted = wanted.where(RECORDS.c.facts != literal(b""))
        if spared:
            wanted = wanted.where(~RECORDS.c.categories.contains(f"|{spared}|", autoescape=True))
        wanted = wanted.order_by(RECORDS.c.chain_seq).limit(limit)
        return list(self._connection.execute(wanted).scalars())

    def drop_contents(self, places: Sequence[int], state: str) -> None:
        """Delete contents and keys, set the state, and owe the removal of the fingerprints."""
        for some in _batches(places):
            owed = set(self._among(SWEEPS.c.chain_seq, some))
            fresh = [{"chain_seq": place} for place in some if place not in owed]
            self._connection.execute(delete(CONTENTS).where(CONTENTS.c.chain_seq.in_(some)))
            self._connection.execute(delete(UNPRINTED).where(UNPRINTED.c.chain_seq.in_(some)))
            blank_fingerprints(self._connection, some)
            self.forget_reviews(_exchanges(some), decided=False)
            self._update(some, state=state)
            if fresh:
                self._connection.execute(insert(SWEEPS), fresh)
            self._drop_idle_keys(some)

    def _drop_idle_keys(self, places: Sequence[int]) -> None:
        """Forget the keys of those whose last contents just went."""
        owners = select(RECORDS.c.tenant, RECORDS.c.subject, RECORDS.c.exchange)
        rows = self._connection.execute(owners.where(RECORDS.c.chain_seq.in_(places))).all()
        idle = {(row[0], key_owner("", row[2])) for row in rows if not row[1]}
        for tenant, subject in {(row[0], row[1]) for row in rows if row[1]}:
            if not self._has_contents(tenant, subject):
                idle.add((tenant, key_owner(subject, "")))
        self.destroy_subject_keys(idle)

    def _has_contents(self, tenant: str, subject: str) -> bool:
        joined = select(CONTENTS.c.chain_seq).join(
            RECORDS, CONTENTS.c.chain_seq == RECORDS.c.chain_seq
        )
        mine = joined.where(RECORDS.c.tenant == tenant, RECORDS.c.subject == subject)
        return self._connection.execute(mine.limit(1)).first() is not None

    def drop_facts(self, places: Sequence[int]) -> None:
        """Delete facts and everything searchable; hashes stay."""
        blank = {"tenant": "", "subject": "", "code": "", "outcome": "", "categories": ""}
        for some in _batches(places):
            self.forget_reviews(_exchanges(some), decided=True)
            self._update(some, facts=b"", time_ns=0, **blank)

    def drop_subject(self, places: Sequence[int]) -> None:
        """Delete the subject's id from the rows."""
        for some in _batches(places):
            self._update(some, subject="")

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint."""
        number = CHECKPOINTS.c.number
        newest = select(CHECKPOINTS).where(number.between(0, _LAST_PLACE))
        row = self._connection.execute(newest.order_by(number.desc()).limit(1)).first()
        return None if row is None else as_checkpoint(row)

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint."""
        self._connection.execute(insert(CHECKPOINTS).values(**checkpoint._asdict()))

    def _update(self, places: Sequence[int], **values: Any) -> None:
        self._connection.execute(
            update(RECORDS).where(RECORDS.c.chain_seq.in_(places)).values(**values)
        )

    def _among(self, column: ColumnElement[Any], values: Iterable[Any]) -> Iterator[Any]:
        for some in _batches(values):
            yield from self._connection.execute(select(column).where(column.in_(some))).scalars()


def as_bytes(value: object) -> bytes:
    """Return a binary column's value. SQLite keeps text and numbers there, too, if somebody put
    them: they are not what was written, and not worth a failure."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def as_checkpoint(row: Sequence[Any]) -> Checkpoint:
    """Return a row of the checkpoints."""
    found = Checkpoint(*row)
    return found._replace(
        chain_hash=as_bytes(found.chain_hash), previous=as_bytes(found.previous),
        signature=as_bytes(found.signature),
    )  # fmt: skip


def _exchanges(places: Sequence[int]) -> Any:
    return select(RECORDS.c.exchange).where(RECORDS.c.chain_seq.in_(places))


def _columns(record: StoredRecord) -> dict[str, Any]:
    return {name: value for name, value in record._asdict().items() if name not in _IN_CONTENTS}


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(values)
    while batch := list(islice(source, _AT_ONCE)):
        yield batch
