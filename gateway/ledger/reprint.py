"""Reprint: fingerprints of an older make are made anew from the records' contents, and from what is
kept of their pictures.

The shipper does it, which saw these texts when it stored them: nothing is shown to anybody, so it
is no read on record. What cannot be opened any more has no fingerprint any more.
"""

from __future__ import annotations

from gateway.ledger.contents import Contents, unseal
from gateway.ledger.frames import exchange_bytes
from gateway.ledger.intake import files, released
from gateway.ledger.keyring import Keyring
from gateway.matching.fingerprint import Fingerprinter
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.record import Fingerprint, key_owner
from gateway.ports.store import Store, StoredRecord

_AT_ONCE = 50


def reprint(store: Store, keyring: Keyring) -> int:
    """Make a few of the fingerprints that are owed; returns how many are done with."""
    places = store.unprinted(_AT_ONCE)
    if not places:
        return 0
    made: dict[int, Fingerprint | None] = dict.fromkeys(places)
    maker = Fingerprinter(keyring.fingerprint_key)
    held = store.fingerprints(places)
    for row in store.at(places):
        record = store.read(row.exchange)
        before = held.get(row.chain_seq)
        contents = _contents(store, keyring, record) if record else None
        texts = released(contents) if _has_text(before) else []
        pictures = maker.pictures(before.pictures) if before else []
        digests = files(contents)
        if texts or pictures or digests:
            of_texts = maker.of_each([texts])[0]
            looked = maker.with_pictures(of_texts, pictures) if pictures else of_texts
            made[row.chain_seq] = maker.with_files(looked, digests)
    with store.writing() as writing:
        writing.reprint(made)
    return len(places)


def _has_text(before: Fingerprint | None) -> bool:
    """True unless a fingerprint of pictures alone says that the texts had none."""
    return before is None or bool(before.sketch)


def _contents(store: Store, keyring: Keyring, record: StoredRecord) -> Contents | None:
    owner = key_owner(record.subject, record.exchange)
    wrapped = store.subject_key((record.tenant, owner))
    if wrapped is None or not record.contents:
        return None
    try:
        key = keyring.unwrap_subject_key(wrapped, record.tenant, owner)
        return unseal(record.contents, record.wrapped_key, key, exchange_bytes(record.exchange))
    except LedgerFailed:  # tampered with: verifying says so, and there is nothing to find
        return None
