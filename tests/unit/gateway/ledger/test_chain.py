"""The chain links every row to the one before, under a key that only the keyring has."""

from __future__ import annotations

import os
import stat

from gateway.ledger.chain import (
    GENESIS,
    HEAD_FILE,
    End,
    event,
    extend,
    head_verifies,
    link,
    next_checkpoint,
    read_head,
    with_hashes,
    write_head,
)
from tests.ledger_kit import Ledger


def test_a_link_depends_on_everything_that_must_not_change(ledger: Ledger) -> None:
    """Another place, kind, id, part or predecessor gives another hash."""
    row = with_hashes(event("read", 1, {"a": "b"}))._replace(chain_seq=0)
    changed = [
        row._replace(chain_seq=1),
        row._replace(kind="purge"),
        row._replace(exchange="other"),
        row._replace(facts_hash=b"x"),
        row._replace(contents_hash=b"x"),
        row._replace(subject_tag=b"x"),
    ]
    hashes = {link(ledger.keyring, GENESIS, each) for each in (row, *changed)}
    assert len(hashes | {link(ledger.keyring, b"else", row)}) == 8


def test_rows_of_two_writers_form_one_chain(ledger: Ledger) -> None:
    """Whoever writes next continues where the store ends."""
    for kind in ("policy", "read", "key"):
        with ledger.store.writing() as writing:
            head = extend(writing, ledger.keyring, [event(kind, 1, {})], {}, ledger.state)
        write_head(ledger.state, ledger.keyring, head)
    assert [row.kind for row in ledger.store.walk()] == ["policy", "read", "key"]
    assert ledger.verify().sound


def test_a_checkpoint_is_signed_only_for_a_new_end(ledger: Ledger) -> None:
    """An empty store and an unchanged end get none."""
    with ledger.store.writing() as writing:
        assert next_checkpoint(writing, ledger.keyring, 1) is None
        extend(writing, ledger.keyring, [event("key", 1, {})], {}, ledger.state)
        first = next_checkpoint(writing, ledger.keyring, 2)
        assert first is not None
        assert next_checkpoint(writing, ledger.keyring, 3) is None
    assert ledger.store.checkpoints() == [first]


def test_the_head_is_for_its_owner_alone(ledger: Ledger) -> None:
    """Also if a command wrote it, under any umask."""
    before = os.umask(0)
    try:
        write_head(ledger.state, ledger.keyring, End(5, b"five"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((ledger.state / HEAD_FILE).stat().st_mode) == 0o600


def test_the_head_never_goes_back(ledger: Ledger) -> None:
    """A slower writer does not overwrite the head of a faster one."""
    write_head(ledger.state, ledger.keyring, End(5, b"five"))
    write_head(ledger.state, ledger.keyring, End(4, b"four"))
    head = read_head(ledger.state)
    assert head is not None
    assert head.chain_seq == 5
    assert head_verifies(ledger.keyring, head)
