"""Intake: turns exchanges out of the spool into rows of the store, with their fingerprints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from gateway.ledger.contents import RECOVERED, Contents, Facts, seal
from gateway.ledger.crypt import new_key, subject_tag
from gateway.ledger.frames import exchange_bytes
from gateway.ledger.gather import Opened
from gateway.ledger.keyring import Keyring
from gateway.matching.fingerprint import Fingerprinter
from gateway.matching.picture_pack import each_apart
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.picture import Looks
from gateway.nouns.record import Fingerprint
from gateway.ports.store import Owner, StoredRecord, Writing

UNLABELLED = "unlabelled"
"""Stands beside the categories of exchanges whose answer went out without its explicit label."""

_FILE_NOTE = re.compile(r"\b[0-9]+ bytes sha256:([0-9a-f]{64})\b")
_CODE_FOLD = str.maketrans("OIL", "011", "- _")


def fold_code(code: str) -> str:
    """Return a label code as it is stored and looked up: without separators, upper case, and with
    the letters that Crockford's base 32 reads as digits."""
    return code.upper().translate(_CODE_FOLD)


class Intake:
    """Makes rows. A subject's key is made at its first record and kept in the store.

    ``replaced`` counts keys there that a master key at hand did not open: nothing does any more, so
    the subject gets a new one, and one damaged row does not hold up everybody's records. Nor does a
    key whose master key is away (after a rotation, or damaged): its own records wait.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._fingerprinter = Fingerprinter(keyring.fingerprint_key)
        self.replaced = 0

    def rows(
        self, writing: Writing, opened: Mapping[str, Opened]
    ) -> tuple[list[StoredRecord], dict[str, Fingerprint]]:
        """Return rows without their chain place, and fingerprints, by exchange id.

        Contents under a spool key that was destroyed since are left out, and exchanges whose
        subject's key waits for its master key: they have no row.
        """
        buried = writing.buried({each.key_id for each in opened.values()})
        full = [each for each in opened.values() if each.contents and each.key_id not in buried]
        keys = self._keys(writing, {_owner(each) for each in full})
        records = [
            _row(each)._replace(state="erased")
            for each in opened.values()
            if not each.contents or each.key_id in buried
        ]
        kept = [each for each in full if _owner(each) in keys]
        records += [_sealed(each, keys[_owner(each)]) for each in kept]
        return records, self._fingerprints(kept)

    def _fingerprints(self, opened: Sequence[Opened]) -> dict[str, Fingerprint]:
        """Return the fingerprints that are owed; a text too short for one gram has none."""
        found = [(each, _pictures(each), files(each.contents)) for each in opened]
        owed = [one for one in found if one[0].facts.open.fingerprint or one[1] or one[2]]
        made = self._fingerprinter.of_each(
            [released(each.contents) if each.facts.open.fingerprint else [] for each, _, _ in owed]
        )
        for number, (_, looks, digests) in enumerate(owed):
            if looks:
                made[number] = self._fingerprinter.with_pictures(made[number], looks)
            made[number] = self._fingerprinter.with_files(made[number], digests)
        return {
            each.facts.open.exchange: fingerprint
            for (each, _, _), fingerprint in zip(owed, made, strict=True)
            if fingerprint.grams or fingerprint.sketch
        }

    def _keys(self, writing: Writing, owners: set[Owner]) -> dict[Owner, bytes]:
        """Return the owners' keys; those who have none that opens get one, unless its master key
        is away: then there is none."""
        wrapped = writing.subject_keys(owners)
        away = {owner for owner, key in wrapped.items() if not self._keyring.is_at_hand(key)}
        known = {
            owner: key
            for owner in wrapped.keys() - away
            if (key := self._opened(wrapped[owner], owner))
        }
        made = {owner: new_key() for owner in owners if owner not in known and owner not in away}
        writing.put_subject_keys(
            {owner: self._keyring.wrap_subject_key(key, *owner) for owner, key in made.items()}
        )
        return {**known, **made}

    def _opened(self, wrapped: bytes, owner: Owner) -> bytes | None:
        """Return a key, or None if it is damaged."""
        try:
            return self._keyring.unwrap_subject_key(wrapped, *owner)
        except LedgerFailed:
            self.replaced += 1
            return None


def _pictures(opened: Opened) -> list[Looks]:
    return each_apart(opened.facts.close.pictures) if opened.facts.close else []


def _owner(opened: Opened) -> Owner:
    return opened.facts.open.tenant, opened.owner


def released(contents: Contents | None) -> list[str]:
    """Return the texts that a fingerprint is made of: what was released, without our own marks."""
    return [text.text for text in contents.answer if not text.own] if contents else []


def files(contents: Contents | None) -> list[bytes]:
    """Return the SHA-256 of each file that was released, as the record's own notes tell it."""
    notes = [text.text for text in contents.answer if text.own] if contents else []
    found = [_FILE_NOTE.search(note) for note in notes]
    return [bytes.fromhex(each[1]) for each in found if each]


def columns_of(facts: Facts) -> dict[str, str | int]:
    """Return the searchable columns that repeat a record's facts."""
    found = sorted({finding.category for finding in facts.close.findings}) if facts.close else []
    if facts.open.unlabelled:
        found.append(UNLABELLED)
    return {
        "tenant": facts.open.tenant,
        "code": fold_code(facts.open.code),
        "time_ns": facts.open.time_ns,
        "outcome": facts.close.outcome if facts.close else RECOVERED,
        "categories": f"|{'|'.join(found)}|" if found else "",
    }


def _row(opened: Opened) -> StoredRecord:
    facts = opened.facts
    told = msgspec.structs.replace(facts, open=msgspec.structs.replace(facts.open, subject=""))
    if facts.close and facts.close.pictures:
        told = msgspec.structs.replace(
            told, close=msgspec.structs.replace(facts.close, pictures=())
        )
    columns = columns_of(facts)
    return StoredRecord(
        exchange=facts.open.exchange,
        tenant=str(columns["tenant"]),
        subject="",
        code=str(columns["code"]),
        time_ns=facts.open.time_ns,
        state=facts.state,
        outcome=str(columns["outcome"]),
        facts=msgspec.json.encode(told),
        contents=b"",
        wrapped_key=b"",
        categories=str(columns["categories"]),
    )


def _sealed(opened: Opened, key: bytes) -> StoredRecord:
    row = _row(opened)
    if opened.contents is None:
        return row
    contents, wrapped = seal(opened.contents, key, exchange_bytes(row.exchange))
    return row._replace(
        subject=opened.facts.open.subject,
        contents=contents,
        wrapped_key=wrapped,
        subject_tag=subject_tag(key, row.tenant, opened.owner),
    )
