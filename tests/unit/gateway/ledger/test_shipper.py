"""The shipper loses nothing, stores nothing twice, and removes only what is stored."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing as closed
from pathlib import Path

import pytest

from gateway.ledger.keyring import rotate_master_key
from gateway.ledger.shipper import Shipper
from gateway.nouns.errors import LedgerFailed
from gateway.ports.store import Query
from gateway.stores.relational import RelationalStore
from tests.ledger_kit import Ledger, SetClock, closing, facts, name, said


def segments(ledger: Ledger) -> list[Path]:
    """Return the segments in the spool."""
    return list((ledger.state / "spool").glob("*.spool"))


def test_exchanges_of_several_workers_are_stored(ledger: Ledger) -> None:
    """All arrive, with their texts, and the chain verifies."""
    other = ledger.worker("w1")
    ledger.exchange(1, "one")
    entry = other.open(facts(2, ""))
    entry.answer((said("two"),))
    entry.close(closing())
    assert ledger.ship() == 2
    assert [ledger.text_of(name(1)), ledger.text_of(name(2))] == ["one", "two"]
    assert ledger.verify().sound
    other.close()


def test_an_open_exchange_stays_in_the_spool_until_it_is_closed(ledger: Ledger) -> None:
    """Nothing of it is stored while its worker lives."""
    entry = ledger.journal.open(facts(1))
    entry.answer((said("half"),))
    assert ledger.ship() == 0
    assert ledger.shipper.stats.open_exchanges == 1
    entry.answer((said(" whole"),))
    entry.close(closing())
    assert ledger.ship() == 1
    assert ledger.text_of(name(1)) == "half whole"


def test_what_a_dead_worker_left_open_is_recovered(ledger: Ledger) -> None:
    """It is marked so, has all released text, and says how much was sent."""
    entry = ledger.journal.open(facts(1))
    entry.answer((said("rel"),))
    entry.sent(3)
    entry.answer((said("eased"),))
    ledger.journal.spool.close()
    ledger.ship()
    shown = ledger.archive.show(name(1), reason="r", reader="r")
    assert shown is not None
    assert shown.facts is not None
    assert (shown.record.state, shown.record.outcome) == ("recovered", "recovered")
    assert (shown.facts.sent_bytes, shown.facts.spooled_chars) == (3, 8)
    assert ledger.shipper.stats.recovered == 1


def test_a_restarted_shipper_stores_nothing_twice(ledger: Ledger) -> None:
    """Segments that are still there are read again and recognised."""
    pinned = ledger.journal.open(facts(0))
    for number in range(1, 20):
        ledger.exchange(number, "text")
    assert ledger.ship() == 19
    ledger.shipper.close()
    ledger.shipper = ledger.new_shipper()
    assert ledger.ship() == 0
    pinned.close(closing())
    assert ledger.ship() == 1
    assert ledger.verify().records == 20


def test_segments_go_when_all_in_them_is_stored(ledger: Ledger) -> None:
    """An open exchange keeps its segment; at the end nothing is left, locks included."""
    small = Ledger(ledger.state / "small", segment_bytes=2_000)
    long = small.journal.open(facts(0))
    for number in range(1, 20):
        small.exchange(number, "x" * 300)
    count = len(segments(small))
    small.ship()
    assert 1 < len(segments(small)) < count
    long.close(closing())
    small.journal.close()
    small.ship()
    assert list((small.state / "spool").iterdir()) == []
    small.close()


def test_while_the_store_is_down_the_spool_keeps_all(ledger: Ledger) -> None:
    """Steps do not raise; once it is back everything arrives, in order."""
    ledger.is_down = True
    for number in range(10):
        ledger.exchange(number, f"text {number}")
        ledger.shipper.step()
        ledger.clock.now_s += 60
    stats = ledger.shipper.stats
    assert not stats.store_ok
    assert stats.errors == 10
    assert stats.oldest_unshipped_s > 500
    assert segments(ledger)
    ledger.is_down = False
    assert ledger.ship() == 10
    assert ledger.shipper.stats.store_ok
    assert ledger.shipper.stats.oldest_unshipped_s == 0
    assert ledger.text_of(name(9)) == "text 9"


def test_a_store_locked_by_another_is_waited_for(ledger: Ledger) -> None:
    """A transaction of somebody else holds the store: the batch fails whole and comes later."""
    ledger.exchange(1, "text")
    with ledger.store.writing():
        ledger.shipper.step()
    assert not ledger.shipper.stats.store_ok
    assert ledger.ship() == 1
    assert ledger.verify().sound


@pytest.mark.parametrize("tables", [("records",), ("records", "contents")])
def test_rows_deleted_by_hand_stop_nothing(ledger: Ledger, tables: tuple[str, ...]) -> None:
    """What is left of them is left alone: the chain goes on behind their places, and says so."""
    for number in range(6):
        ledger.exchange(number, "花开满园小鸟在枝头歌唱孩子们在草地上奔跑")
    ledger.ship()
    _change(ledger, *(f"DELETE FROM {table} WHERE chain_seq >= 3" for table in tables))
    ledger.exchange(7, "after")
    assert ledger.ship() == 1
    stats = ledger.shipper.stats
    assert (stats.fault, stats.cuts, stats.missing) == ("", 1, (3, 5))
    assert ledger.text_of(name(7)) == "after"
    fault = ledger.verify().fault
    assert fault is not None
    assert "3 to 5" in fault.sentence


def test_what_is_left_of_rows_without_a_head_stops_nothing(ledger: Ledger) -> None:
    """Nobody else knows of them."""
    for number in range(3):
        ledger.exchange(number, "text")
    ledger.ship()
    _change(ledger, "DELETE FROM records WHERE chain_seq >= 1")
    (ledger.state / "ledger.head").unlink()
    ledger.exchange(7, "after")
    assert ledger.ship() == 1
    assert ledger.shipper.stats.missing == (1, 2)


@pytest.mark.parametrize(
    "damage",
    ["UPDATE records SET chain_seq = 9223372036854775807 WHERE chain_seq = 2",
     "UPDATE records SET chain_seq = 'zzz' WHERE chain_seq = 2",
     "UPDATE records SET chain_hash = 17 WHERE chain_seq = 2",
     "UPDATE contents SET chain_seq = 9223372036854775807 WHERE chain_seq = 2",
     "UPDATE checkpoints SET number = 9223372036854775807",
     "UPDATE checkpoints SET number = 'x', signature = 'y'",
     "UPDATE fingerprints SET grams = 'x'"],
)  # fmt: skip
def test_damaged_columns_stop_nothing(ledger: Ledger, damage: str) -> None:
    """What comes is stored, and verifying finds the damage without stumbling over it."""
    for number in range(3):
        ledger.exchange(number, "花开满园小鸟在枝头歌唱孩子们在草地上奔跑")
    ledger.ship()
    ledger.clock.now_s += 61
    ledger.ship()
    _change(ledger, damage)
    for number in (7, 8):
        ledger.exchange(number, "after")
        ledger.clock.now_s += 61
        assert ledger.ship() == 1
        assert ledger.shipper.stats.fault == ""
    assert ledger.verify().sound == ("fingerprints" in damage)


@pytest.mark.parametrize(
    ("damage", "told"),
    [("UPDATE schema_version SET number = 99", "schema 99"),
     ("UPDATE schema_version SET number = 'x'", "schema_version"),
     ("DROP TABLE contents", "no such table: contents")],
)  # fmt: skip
def test_a_store_that_is_none_of_ours_any_more_is_told(
    ledger: Ledger, damage: str, told: str
) -> None:
    """The spool keeps what comes until somebody has mended it."""
    ledger.ship()
    _change(ledger, damage)
    ledger.shipper.close()
    ledger.shipper = ledger.new_shipper()
    ledger.exchange(1, "text")
    assert ledger.ship() == 0
    assert told in ledger.shipper.stats.fault
    assert segments(ledger)


def test_a_store_file_that_is_removed_is_begun_anew(ledger: Ledger) -> None:
    """Nothing goes on to be written where nobody would find it; what was lost is told."""
    ledger.exchange(1, "before")
    ledger.ship()
    ledger.store.close()
    for path in ledger.state.glob("ledger.db*"):
        path.unlink()
    ledger.exchange(2, "after")
    ledger.shipper.step()
    assert "removed or replaced" in ledger.shipper.stats.fault
    assert ledger.ship() == 1
    ledger.store = RelationalStore(str(ledger.state / "ledger.db"))
    assert ledger.text_of(name(2)) == "after"
    assert ledger.shipper.stats.missing == (0, 0)


def _change(ledger: Ledger, *statements: str) -> None:
    """Change the store behind its back."""
    with closed(sqlite3.connect(ledger.state / "ledger.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_head_that_cannot_be_written_stops_nothing(ledger: Ledger) -> None:
    """The step does not raise, says that it failed, and stores nothing twice afterwards."""
    (ledger.state / "ledger.head").mkdir()
    ledger.exchange(1, "text")
    ledger.shipper.step()
    assert not ledger.shipper.stats.store_ok
    (ledger.state / "ledger.head").rmdir()
    ledger.exchange(2, "text")
    ledger.ship()
    assert ledger.shipper.stats.store_ok
    assert ledger.verify().sound
    assert ledger.verify().records == 2


def test_a_failed_batch_leaves_nothing_behind(ledger: Ledger) -> None:
    """A transaction that raises is rolled back: no row, no key, no posting."""
    ledger.exchange(1, "text")

    def fail() -> None:
        with ledger.store.writing() as writing:
            writing.put_subject_keys({("t", "subject:x"): b"k"})
            raise LedgerFailed("cut")

    with pytest.raises(LedgerFailed):
        fail()
    assert ledger.store.subject_keys() == {}
    assert ledger.ship() == 1


def test_a_damaged_segment_is_kept_aside(ledger: Ledger) -> None:
    """What can be read is stored, and the file is not thrown away."""
    ledger.exchange(1, "good")
    ledger.exchange(2, "bad")
    ledger.journal.close()
    path = segments(ledger)[0]
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(bytes(data))
    for _ in range(10):
        ledger.shipper.step()
    assert ledger.text_of(name(1)) == "good"
    assert ledger.text_of(name(2)) == "bad"
    assert ledger.shipper.stats.recovered == 1
    assert [each.name for each in (ledger.state / "spool" / "damaged").iterdir()] == [path.name]
    assert ledger.shipper.stats.damaged == 1


def test_checkpoints_come_by_time_and_by_count(ledger: Ledger) -> None:
    """Sixty seconds, or as many records as the setting says; never two for the same end."""
    ledger.exchange(1, "x")
    ledger.ship()
    assert ledger.store.checkpoints() == []
    ledger.clock.now_s += 61
    ledger.ship()
    ledger.clock.now_s += 61
    ledger.ship()
    assert [each.chain_seq for each in ledger.store.checkpoints()] == [0]
    for number in range(2, 1_002):
        ledger.exchange(number, "x")
    ledger.ship()
    assert len(ledger.store.checkpoints()) == 2
    assert ledger.verify().sound


def test_a_jump_of_the_clock_breaks_no_order(ledger: Ledger) -> None:
    """The chain follows the order of storing, whatever the times say."""
    for number, shift in enumerate((0, -(10**18), 10**18)):
        ledger.clock.now_ns += shift
        ledger.exchange(number, "x", time_ns=ledger.clock.now_ns)
    assert ledger.ship() == 3
    assert ledger.verify().sound
    assert len(ledger.store.search(Query())) == 3


def test_a_run_ends_when_told_and_drains(ledger: Ledger) -> None:
    """All that was closed before is stored and signed when it returns."""
    stop = threading.Event()
    thread = threading.Thread(target=ledger.shipper.run, args=(stop,))
    thread.start()
    for number in range(50):
        ledger.exchange(number, "x")
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert ledger.verify().records == 50
    assert ledger.store.checkpoints()[-1].chain_seq == 49


def test_a_step_says_whether_more_is_waiting(ledger: Ledger) -> None:
    """Only after a whole batch: a few records are worth waiting for a few more."""
    for number in range(3):
        ledger.exchange(number, "x")
    assert ledger.shipper.step()[:3] == (3, True, False)
    assert ledger.shipper.step() == (0, False, False, 0)
    for number in range(3, 210):
        ledger.exchange(number, "x")
    assert ledger.shipper.step().full


def test_records_under_a_later_master_key_wait_for_who_has_it(ledger: Ledger) -> None:
    """After a rotation workers of the new generation write while the old one's steward still
    ships: it leaves theirs in the spool, says so, and goes on with the others."""
    before = ledger.keyring
    later = ledger.keyring = rotate_master_key(ledger.state)
    worker = ledger.worker("w1")
    entry = worker.open(facts(1))
    entry.answer((said("new"),))
    entry.close(closing())
    worker.close()
    ledger.exchange(2, "old")
    assert ledger.ship() == 1
    ledger.clock.now_s += 60
    assert ledger.shipper.drain()
    stats = ledger.shipper.stats
    assert (stats.locked, stats.damaged, stats.store_ok) == (1, 0, True)
    assert stats.oldest_unshipped_s >= 60
    ledger.shipper.close()
    assert not before.is_at_hand(later.wrap_subject_key(bytes(32), "t", "s"))
    ledger.shipper = ledger.new_shipper()
    assert ledger.ship() == 1
    assert [ledger.text_of(name(1)), ledger.text_of(name(2))] == ["new", "old"]
    assert (ledger.shipper.stats.locked, ledger.shipper.stats.oldest_unshipped_s) == (0, 0)
    assert ledger.verify().sound


class BusyClock(SetClock):
    """A clock at whose every question a worker writes an exchange."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self.asked = 0

    def monotonic_s(self) -> float:
        """See gateway.ports.clock.Clock."""
        self.asked += 1
        assert self.asked < 1_000
        self._ledger.exchange(self.asked, "x")
        return 0.0


def test_draining_ends_while_workers_go_on(ledger: Ledger) -> None:
    """At a reload under load the steward leaves to its successor what was written since."""
    clock = BusyClock(ledger)
    shipper = Shipper(
        ledger.settings, ledger.state, ledger.keyring,
        lambda: RelationalStore(str(ledger.state / "ledger.db")), clock,
    )  # fmt: skip
    assert shipper.drain()
    shipper.close()
    assert ledger.ship() > 0
    assert ledger.verify().records == clock.asked
