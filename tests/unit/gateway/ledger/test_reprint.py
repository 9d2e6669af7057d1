"""A store of the program before finds its old texts again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256

import msgspec
import pytest

from gateway.ledger.reprint import reprint
from gateway.matching.picture_hash import looks
from gateway.nouns.picture import Looks
from gateway.stores.relational import RelationalStore
from tests.ledger_kit import Ledger, facts, name, said
from tests.ledger_kit import closing as closed
from tests.picture_kit import encode, scene

POEM = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。千山鸟飞绝，万径人踪灭。孤舟蓑笠翁。"


def age(ledger: Ledger) -> None:
    """Bring the database back to its first form, with a posting for each exchange."""
    ledger.store.close()
    with closing(sqlite3.connect(ledger.state / "ledger.db")) as old:
        for table in ("fingerprints", "gram_postings", "unprinted"):
            old.execute(f"DROP TABLE {table}")
        old.execute(
            "CREATE TABLE postings (gram INTEGER, chain_seq BIGINT, position INTEGER, "
            "PRIMARY KEY (gram, chain_seq, position)) WITHOUT ROWID"
        )
        old.execute("INSERT INTO postings SELECT 5, chain_seq, 0 FROM records")
        old.execute("UPDATE schema_version SET number = 1")
        old.commit()
    ledger.store = RelationalStore(str(ledger.state / "ledger.db"))


def test_texts_of_an_upgraded_store_are_found_again(ledger: Ledger) -> None:
    """The shipper makes what is owed; the chain still verifies."""
    ledger.exchange(1, POEM)
    ledger.exchange(2, "另一个回答，说的是别的事情。")
    ledger.ship()
    age(ledger)
    assert ledger.archive.trace(POEM) == []
    assert ledger.store.unprinted(10) == [0, 1]
    ledger.shipper.close()
    ledger.shipper = ledger.new_shipper()
    ledger.ship()
    assert ledger.archive.trace(POEM)[0].exchange == name(1)
    assert ledger.store.unprinted(10) == []
    assert ledger.verify().sound


def test_files_of_an_upgraded_store_are_found_again(ledger: Ledger) -> None:
    """By the note that the record has of each."""
    entry = ledger.journal.open(facts(1))
    entry.answer((said(f"pcm 3 bytes sha256:{sha256(b'pcm').hexdigest()}", own=True),))
    entry.close(closed())
    ledger.ship()
    age(ledger)
    assert ledger.archive.trace_file(b"pcm") == []
    assert reprint(ledger.store, ledger.keyring) == 1
    assert [each.exchange for each in ledger.archive.trace_file(b"pcm")] == [name(1)]


def test_what_was_erased_meanwhile_gets_no_fingerprint(ledger: Ledger) -> None:
    """Nothing is owed for it any more."""
    ledger.exchange(1, POEM, "zhang.wei")
    ledger.ship()
    age(ledger)
    ledger.eraser.erase_subject("default", "zhang.wei", reason="asked")
    assert reprint(ledger.store, ledger.keyring) == 0
    assert ledger.archive.trace(POEM) == []


def test_what_cannot_be_opened_is_owed_no_more(ledger: Ledger) -> None:
    """A record whose key is gone does not stop the others."""
    ledger.exchange(1, POEM, "zhang.wei")
    ledger.exchange(2, POEM[::-1])
    ledger.ship()
    age(ledger)
    with ledger.store.writing() as writing:
        writing.destroy_subject_keys([("default", "subject:zhang.wei")])
    assert reprint(ledger.store, ledger.keyring) == 2
    assert reprint(ledger.store, ledger.keyring) == 0
    assert ledger.archive.trace(POEM[::-1])[0].exchange == name(2)


SEEN = encode("PNG", scene(turn=3).rotate(20))


def age_pictures(ledger: Ledger) -> None:
    """Bring the database back to before the present bands of pictures: none leads anywhere."""
    ledger.store.close()
    with closing(sqlite3.connect(ledger.state / "ledger.db")) as old:
        old.execute("DELETE FROM gram_postings")
        old.execute("UPDATE fingerprints SET grams = x''")
        old.execute("UPDATE schema_version SET number = 3")
        old.commit()
    ledger.store = RelationalStore(str(ledger.state / "ledger.db"))


@pytest.mark.parametrize("text", [POEM, ""])
@pytest.mark.parametrize("pieces", [False, True])
def test_pictures_of_an_upgraded_store_are_found_again(
    ledger: Ledger, text: str, *, pieces: bool
) -> None:
    """From what is kept of them, with the texts beside them if those had a fingerprint; also if the
    spool's frame held them in pieces."""
    seen = looks(SEEN)
    assert seen
    told: tuple[Looks | bytes, ...] = (*seen.windows, seen.detail) if pieces else (seen,)
    entry = ledger.journal.open(msgspec.structs.replace(facts(1), fingerprint=bool(text)))
    entry.answer((said(POEM),))
    entry.close(msgspec.structs.replace(closed(), pictures=told))
    ledger.exchange(2, POEM[::-1])
    ledger.ship()
    assert ledger.archive.trace_picture(SEEN)[0].exchange == name(1)
    age_pictures(ledger)
    assert ledger.archive.trace_picture(SEEN) == []
    assert ledger.store.unprinted(10) == [0]
    ledger.shipper.close()
    ledger.shipper = ledger.new_shipper()
    ledger.ship()
    assert ledger.archive.trace_picture(SEEN)[0].exchange == name(1)
    assert bool(ledger.archive.trace(POEM)) is bool(text)
    assert ledger.store.unprinted(10) == []
