"""Verification names the first thing that somebody changed in the store or beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed

import pytest

from gateway.ledger.verify import verify
from gateway.nouns.policy import Keep
from gateway.ports.store import Query
from tests.ledger_kit import DAY_NS, Ledger, name


def fill(ledger: Ledger, count: int = 10) -> None:
    """Store some exchanges and sign a checkpoint."""
    for number in range(count):
        ledger.exchange(number, f"text {number}", f"s{number % 3}" if number % 2 else "")
    ledger.ship()
    ledger.clock.now_s += 61
    ledger.ship()


def fill_more(ledger: Ledger, first: int, count: int) -> None:
    """Store further exchanges."""
    for number in range(first, first + count):
        ledger.exchange(number, f"text {number}")
        ledger.ship()


def cut(ledger: Ledger, last: int) -> None:
    """Take away all behind this place, as a restored copy of the store would."""
    for table in ("records", "contents", "fingerprints"):
        tamper(ledger, f"DELETE FROM {table} WHERE chain_seq > {last}")
    tamper(ledger, "DELETE FROM checkpoints")


def tamper(ledger: Ledger, *statements: str) -> None:
    """Change the store behind its back."""
    with closed(sqlite3.connect(ledger.state / "ledger.db")) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "what", "place"),
    [
        ("UPDATE records SET facts = replace(facts, 'passed', 'failed') WHERE chain_seq = 4",
         "altered", 4),
        ("UPDATE contents SET body = x'00' WHERE chain_seq = 3", "altered", 3),
        ("UPDATE contents SET wrapped_key = x'00' WHERE chain_seq = 3", "altered", 3),
        ("UPDATE records SET outcome = 'flagged' WHERE chain_seq = 2", "altered", 2),
        ("UPDATE records SET code = 'X' WHERE chain_seq = 2", "altered", 2),
        ("UPDATE records SET subject = 's9' WHERE chain_seq = 1", "altered", 1),
        ("UPDATE records SET subject = '' WHERE chain_seq = 1", "altered", 1),
        ("UPDATE records SET state = 'recovered' WHERE chain_seq = 2", "altered", 2),
        ("UPDATE subject_keys SET wrapped = x'00' WHERE owner = 'subject:s1'", "altered", 1),
        ("DELETE FROM subject_keys WHERE owner LIKE 'exchange:%'", "altered", 0),
        ("UPDATE records SET facts = CAST('{}' AS BLOB), facts_hash = x'11' WHERE chain_seq = 4",
         "altered", 4),
        ("UPDATE records SET facts_hash = x'11' WHERE chain_seq = 4", "altered", 4),
        ("UPDATE records SET exchange = 'other' WHERE chain_seq = 4", "inserted", 4),
        ("DELETE FROM records WHERE chain_seq = 5", "removed", 5),
        ("DELETE FROM records WHERE chain_seq = 0", "removed", 0),
        ("DELETE FROM records WHERE chain_seq > 6", "cut", 7),
        ("DELETE FROM contents WHERE chain_seq = 6", "emptied", 6),
        ("UPDATE records SET facts = x'' WHERE chain_seq = 6", "emptied", 6),
        ("UPDATE checkpoints SET signature = x'00'", "checkpoint", 9),
        ("UPDATE checkpoints SET chain_hash = x'00'", "checkpoint", 9),
    ],
)  # fmt: skip
def test_the_first_change_is_named(ledger: Ledger, statement: str, what: str, place: int) -> None:
    """Kind and place of the first record that is not as it was written."""
    fill(ledger)
    assert ledger.verify().sound
    tamper(ledger, statement)
    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.what, fault.chain_seq) == (what, place)


def test_a_key_under_a_master_key_of_another_keyring_is_told_apart(ledger: Ledger) -> None:
    """Another gateway on the same store rotated: that is no work of a forger."""
    fill(ledger)
    tamper(ledger, "UPDATE subject_keys SET wrapped = zeroblob(length(wrapped))")
    fault = ledger.verify().fault
    assert fault is not None
    assert "master key" in fault.sentence


def test_how_far_it_came_is_told(ledger: Ledger) -> None:
    """A million records take minutes."""
    fill(ledger, 110)
    told: list[tuple[int, int]] = []
    verify(ledger.store, ledger.keyring, ledger.state, lambda *each: told.append(each))
    assert told == [(0, 109), (100, 109)]


def test_a_row_inserted_with_the_numbers_moved_is_seen(ledger: Ledger) -> None:
    """Whoever makes room and copies a row in cannot make it fit."""
    fill(ledger)
    columns = "kind, tenant, subject, code, time_ns, state, outcome, categories, facts, facts_hash"
    rest = "contents_hash, subject_tag, chain_hash"
    tamper(
        ledger,
        "UPDATE records SET chain_seq = -chain_seq - 1 WHERE chain_seq >= 5",
        "UPDATE records SET chain_seq = -chain_seq WHERE chain_seq < 0",
        f"INSERT INTO records (chain_seq, exchange, {columns}, {rest}) "
        f"SELECT 5, 'forged', {columns}, {rest} FROM records WHERE chain_seq = 4",
    )
    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.what, fault.chain_seq) == ("inserted", 5)


def test_a_tail_cut_together_with_its_checkpoints_is_seen(ledger: Ledger) -> None:
    """The head beside the store remembers how far the chain had grown."""
    fill(ledger)
    tamper(ledger, "DELETE FROM records WHERE chain_seq > 6", "DELETE FROM checkpoints")
    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.what, fault.chain_seq) == ("cut", 7)


def test_a_cut_tail_is_seen_when_the_chain_has_grown_again(ledger: Ledger) -> None:
    """Whoever goes on to write notes first what is missing: neither growth nor a reader's event
    hides it, and it is noted once."""
    fill(ledger)
    cut(ledger, 6)
    assert ledger.text_of(name(2)) == "text 2"
    fill_more(ledger, 20, 12)
    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.what, fault.chain_seq) == ("cut", 7)
    assert "7 to 9" in fault.sentence
    assert len(ledger.store.search(Query(kind="cut"))) == 1


def test_a_cut_that_somebody_writes_excuses_no_gap(ledger: Ledger) -> None:
    """Only the event of a cut that fits the chain does."""
    fill(ledger)
    tamper(
        ledger,
        "DELETE FROM records WHERE chain_seq = 5",
        "UPDATE records SET kind = 'cut', facts = "
        """CAST('{"facts":{"first":5,"last":5}}' AS BLOB) WHERE chain_seq = 6""",
    )
    assert not ledger.verify().sound


def test_a_tail_that_was_cut_and_written_anew_is_seen(ledger: Ledger) -> None:
    """As long as before, but not what the head saw: a restored copy that went on elsewhere."""
    fill(ledger)
    head = (ledger.state / "ledger.head").read_bytes()
    cut(ledger, 8)
    (ledger.state / "ledger.head").unlink()
    fill_more(ledger, 20, 1)
    (ledger.state / "ledger.head").write_bytes(head)
    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.what, fault.chain_seq) == ("cut", 9)


@pytest.mark.parametrize("content", [None, b"{}", b'{"chain_seq":3,"chain_hash":"00"}'])
def test_a_missing_or_altered_head_is_seen(ledger: Ledger, content: bytes | None) -> None:
    """Without it a cut tail could not be seen, so its absence is a fault."""
    fill(ledger)
    head = ledger.state / "ledger.head"
    if content is None:
        head.unlink()
    else:
        head.write_bytes(content)
    fault = ledger.verify().fault
    assert fault is not None
    assert fault.what == "cut"


def test_purges_and_erasures_on_record_leave_a_sound_chain(ledger: Ledger) -> None:
    """Stubs are counted and excused by the events that made them."""
    fill(ledger)
    ledger.eraser.erase_subject("default", "s1", reason="asked")
    ledger.clock.now_ns += 10 * DAY_NS
    ledger.eraser.purge(Keep(facts_days=5, content_days=1))
    ledger.exchange(50, "later")
    ledger.ship()
    report = ledger.verify()
    assert report.sound
    assert report.emptied == 10
    assert (report.records, report.events) == (11, 3)


def test_a_purge_forged_in_the_store_is_no_excuse(ledger: Ledger) -> None:
    """An event written without the keyring does not fit the chain."""
    fill(ledger)
    tamper(
        ledger,
        "DELETE FROM contents WHERE chain_seq = 6",
        "INSERT INTO records SELECT 10, 'purge', 'forged', '', '', '', 1, 'noted', '', '', "
        """CAST('{"kind":"purge","facts":{"part":"contents","places":"6"}}' AS BLOB), """
        "x'00', x'', x'', x'00'",
    )
    assert not ledger.verify().sound


def test_an_unreadable_purge_is_a_fault_and_no_crash(ledger: Ledger) -> None:
    """Its facts were altered, so it excuses nothing."""
    fill(ledger)
    ledger.eraser.erase_subject("default", "s1", reason="asked")
    tamper(ledger, "UPDATE records SET facts = x'7b' WHERE kind = 'erasure'")
    fault = ledger.verify().fault
    assert fault is not None
    assert fault.what == "emptied"


@pytest.mark.parametrize(
    "change", ["time_ns = time_ns + 1", "tenant = 'x'", "state = 'closed'", "outcome = 'passed'"]
)
def test_the_columns_of_events_are_held_against_their_facts(ledger: Ledger, change: str) -> None:
    """When somebody read, purged or erased cannot be moved in what searches look at."""
    fill(ledger)
    ledger.eraser.erase_subject("default", "s1", reason="asked")
    assert ledger.verify().sound
    tamper(ledger, f"UPDATE records SET {change} WHERE kind = 'erasure'")
    fault = ledger.verify().fault
    assert fault is not None
    assert fault.what == "altered"


def test_an_empty_ledger_is_sound(ledger: Ledger) -> None:
    """Before the first record there is nothing to miss."""
    assert ledger.verify().sound
    assert ledger.store.read(name(1)) is None
