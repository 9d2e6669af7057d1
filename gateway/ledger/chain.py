"""Chain: what makes the ledger's rows provable.

Every row's hash is an HMAC-SHA256, under a key of the keyring, over the hash of the row before and
over this row's place, kind, id and the hashes of its parts. Because the parts enter as hashes, a
part can be deleted and the chain still verifies; because the hash is keyed, nobody without the
keyring can write a row that fits. Checkpoints (Ed25519) pin the chain now and then; the *head*, a
signed file beside the store, says how far it had grown, so that a cut tail is seen too. Whoever
finds the store shorter than the head (cut, or restored from a copy), or parts of records without
their rows, and goes on to write chains that first, behind the places that are missing: else the
chain would grow past them, the head forget them, and new rows meet what is left of the old ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.config.state_owner import give_to_owner
from gateway.ledger.keyring import Keyring
from gateway.nouns.exchange import exchange_id
from gateway.nouns.record import Fingerprint
from gateway.ports.store import Checkpoint, Store, StoredRecord, Writing

GENESIS = sha256(b"sealgate ledger, chain 1").digest()
HEAD_FILE = "ledger.head"
CUT = "cut"
"""The kind of the event that says which rows were missing when somebody went on to write."""


class Head(msgspec.Struct, frozen=True):
    """How far the chain had grown: place and hash (hexadecimal) of its last row."""

    chain_seq: int
    chain_hash: str
    key_id: str
    signature: str


class Missing(NamedTuple):
    """The places of rows that were in the store and are not; ``chain_hash`` is the head's, in
    hexadecimal (empty: it knows nothing of them)."""

    first: int
    last: int
    chain_hash: str = ""


class End(NamedTuple):
    """Place and hash of the chain's last row; ``missing``: what its writer found missing."""

    place: int
    chain_hash: bytes
    missing: Missing | None = None


def with_hashes(record: StoredRecord) -> StoredRecord:
    """Return the row with the hashes of its parts filled in."""
    return record._replace(
        facts_hash=sha256(record.facts).digest(),
        contents_hash=contents_hash(record) if record.contents else b"",
    )


def contents_hash(record: StoredRecord) -> bytes:
    """Return the hash of a row's encrypted contents and its key."""
    return sha256(sha256(record.wrapped_key).digest() + record.contents).digest()


def link(keyring: Keyring, previous: bytes, record: StoredRecord) -> bytes:
    """Return the hash that a row has behind ``previous`` at its place."""
    parts = (
        record.chain_seq,
        record.kind,
        record.exchange,
        record.facts_hash,
        record.contents_hash,
        record.subject_tag,
    )
    return keyring.chain_mac(previous + msgspec.msgpack.encode(parts))


def extend(
    writing: Writing,
    keyring: Keyring,
    records: Sequence[StoredRecord],
    fingerprints: Mapping[str, Fingerprint],
    state: Path,
) -> End:
    """Append rows to the chain and the store; return its new end, for `write_head`.

    ``fingerprints`` are by exchange id. The ids must not be in the store yet. If the head in the
    ``state`` folder, or parts of rows in the store, tell of rows that are not there, an event that
    says so comes first, behind their places.
    """
    place, previous = writing.tail() or (-1, GENESIS)
    missing = _missing(read_head(state), keyring, End(place, previous), writing.furthest())
    if missing is not None:
        records = (event(CUT, records[0].time_ns, missing._asdict()), *records)
        place = missing.last
    placed: list[StoredRecord] = []
    seen: dict[int, Fingerprint] = {}
    for record in records:
        place += 1
        seated = with_hashes(record)._replace(chain_seq=place)
        previous = link(keyring, previous, seated)
        placed.append(seated._replace(chain_hash=previous))
        if record.exchange in fingerprints:
            seen[place] = fingerprints[record.exchange]
    writing.append(placed, seen)
    return End(place, previous, missing)


def chain_events(store: Store, keyring: Keyring, state: Path, rows: Sequence[StoredRecord]) -> None:
    """Append events to the chain in a transaction of their own, and write the head."""
    with store.writing() as writing:
        end = extend(writing, keyring, rows, {}, state)
    write_head(state, keyring, end)


def _missing(head: Head | None, keyring: Keyring, end: End, furthest: int) -> Missing | None:
    """Return what is missing behind the chain's ``end``; None if nothing."""
    known = _cut_before(head, keyring, end.place, end.chain_hash)
    if known is None:
        return Missing(end.place + 1, furthest) if furthest > end.place else None
    return known._replace(last=max(known.last, furthest))


def _cut_before(
    head: Head | None, keyring: Keyring, place: int, chain_hash: bytes
) -> Missing | None:
    """Return what the head knows beyond the chain's end at ``place``; None if nothing.

    Heads are written after their rows, and rows by one writer at a time: a head is never ahead by
    itself. A head that this keyring did not sign says nothing.
    """
    if head is None or not head_verifies(keyring, head):
        return None
    if head.chain_seq < place or (head.chain_seq, head.chain_hash) == (place, chain_hash.hex()):
        return None
    return Missing(min(place + 1, head.chain_seq), head.chain_seq, head.chain_hash)


def event(kind: str, time_ns: int, facts: Mapping[str, object], exchange: str = "") -> StoredRecord:
    """Return the row of an event (a read, a purge, a change of policy). Never user content."""
    return StoredRecord(
        exchange=exchange or exchange_id(time_ns // 1_000_000, os.urandom(10)),
        tenant="",
        subject="",
        code="",
        time_ns=time_ns,
        state="noted",
        outcome="",
        facts=msgspec.json.encode({"kind": kind, "time_ns": time_ns, "facts": facts}),
        contents=b"",
        wrapped_key=b"",
        kind=kind,
    )


def checkpoint_message(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that a checkpoint's signature is over."""
    return b"sealgate checkpoint\0" + msgspec.msgpack.encode(checkpoint[:-1])


def next_checkpoint(writing: Writing, keyring: Keyring, time_ns: int) -> Checkpoint | None:
    """Sign and keep the chain's present end; None if the last checkpoint already did."""
    tail = writing.tail()
    last = writing.last_checkpoint()
    if tail is None or (last is not None and last.chain_seq >= tail[0]):
        return None
    draft = Checkpoint(
        number=0 if last is None else last.number + 1,
        chain_seq=tail[0],
        chain_hash=tail[1],
        time_ns=time_ns,
        key_id=keyring.signing_id,
        previous=b"" if last is None else sha256(last.signature).digest(),
        signature=b"",
    )
    signed = draft._replace(signature=keyring.sign(checkpoint_message(draft)))
    writing.add_checkpoint(signed)
    return signed


def write_head(state: Path, keyring: Keyring, end: End) -> None:
    """Replace the head, unless the one there is further and one of ours."""
    present = read_head(state)
    further = present is not None and present.chain_seq > end.place
    if further and present is not None and head_verifies(keyring, present):
        return
    place, chain_hash = end.place, end.chain_hash.hex()
    signature = keyring.sign(_head_message(place, chain_hash))
    head = Head(place, chain_hash, keyring.signing_id, signature.hex())
    draft = state / f".{HEAD_FILE}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        give_to_owner(file.fileno(), state)
        file.write(msgspec.json.encode(head))
    draft.replace(state / HEAD_FILE)


def read_head(state: Path) -> Head | None:
    """Return the head as it stands, unverified, or None if there is none that can be read."""
    try:
        return msgspec.json.decode((state / HEAD_FILE).read_bytes(), type=Head)
    except (OSError, msgspec.DecodeError):
        return None


def head_verifies(keyring: Keyring, head: Head) -> bool:
    """True if this keyring signed the head."""
    try:
        signature = bytes.fromhex(head.signature)
    except ValueError:
        return False
    return keyring.verifies(head.key_id, _head_message(head.chain_seq, head.chain_hash), signature)


def _head_message(place: int, chain_hash: str) -> bytes:
    return b"sealgate head\0" + msgspec.msgpack.encode((place, chain_hash))
