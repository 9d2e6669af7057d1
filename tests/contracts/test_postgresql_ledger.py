"""The whole ledger over PostgreSQL: ship, find, read, erase, verify; one writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.nouns.errors import LedgerFailed
from gateway.stores.relational import RelationalStore
from tests.ledger_kit import Ledger, name
from tests.postgresql_kit import own_schema

pytestmark = pytest.mark.postgresql
POEM = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。千山鸟飞绝，万径人踪灭。"


@pytest.fixture
def location() -> Iterator[str]:
    """A schema of its own."""
    with own_schema() as url:
        yield url


def test_a_ledger_lives_in_postgresql(location: str, tmp_path: Path) -> None:
    """What SQLite does it does: the chain verifies before and after an erasure."""
    ledger = Ledger(tmp_path / "state")
    ledger.store.close()
    ledger._open_store = lambda: RelationalStore(location)
    ledger.store = RelationalStore(location)
    ledger.shipper = ledger.new_shipper()
    ledger.exchange(1, POEM)
    ledger.exchange(2, "另一个回答，说的是别的事情，和诗没有关系。", "zhang.wei")
    assert ledger.ship() == 2
    assert ledger.archive.trace(POEM[8:40])[0].exchange == name(1)
    assert ledger.text_of(name(1)) == POEM
    assert ledger.verify().sound
    erased = ledger.eraser.erase_subject("default", "li.na", reason="asked")
    assert (erased.records, erased.postings > 0) == (1, True)
    assert ledger.archive.trace(POEM) == []
    assert ledger.text_of(name(1)) is None
    assert ledger.verify().sound
    ledger.close()


def test_a_lookup_leaves_its_connection_as_it_was(location: str) -> None:
    """How the planner is told to look for grams holds for the question alone."""
    store = RelationalStore(location)
    assert store.holders([1, 2], 10) == {}
    with store._transaction() as connection:
        shown = connection.exec_driver_sql("SHOW enable_seqscan").scalar()
        limit = connection.exec_driver_sql("SHOW gin_fuzzy_search_limit").scalar()
    store.close()
    assert (shown, limit) == ("on", "0")


def test_a_lookup_that_fails_is_a_sentence(location: str) -> None:
    """Its statements are sent past SQLAlchemy; the next question is asked as ever."""
    store = RelationalStore(location)
    with psycopg.connect(location) as connection:
        connection.execute("ALTER TABLE fingerprints RENAME TO elsewhere")
    with pytest.raises(LedgerFailed, match="UndefinedTable"):
        store.holders([1, 2], 10)
    with psycopg.connect(location) as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO fingerprints")
    assert store.holders([1, 2], 10) == {}
    store.close()


@pytest.fixture
def ledger(location: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger whose store is in PostgreSQL, with a few records."""
    made = Ledger(tmp_path / "state")
    made.store.close()
    made._open_store = lambda: RelationalStore(location)
    made.store = RelationalStore(location)
    made.shipper = made.new_shipper()
    for number in range(6):
        made.exchange(number, POEM[number:])
    made.ship()
    yield made
    made.close()


def test_rows_deleted_by_hand_stop_nothing(ledger: Ledger, location: str) -> None:
    """What is left of them is left alone: the chain goes on behind their places, and says so."""
    with psycopg.connect(location) as connection:
        connection.execute("DELETE FROM records WHERE chain_seq >= 3")
    ledger.exchange(7, POEM)
    assert ledger.ship() == 1
    assert (ledger.shipper.stats.fault, ledger.shipper.stats.missing) == ("", (3, 5))
    assert ledger.text_of(name(7)) == POEM


def test_a_connection_that_is_ended_is_made_again(ledger: Ledger, location: str) -> None:
    """As after a restart of the server: nothing is lost, and nothing stored twice."""
    with psycopg.connect(location, autocommit=True) as connection:
        for number in range(7, 10):
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity, current_schema() AS mine "
                "WHERE pid <> pg_backend_pid() AND query LIKE %s",
                ("%records%",),
            )
            ended.fetchall()
            ledger.exchange(number, POEM)
            ledger.ship()
    ledger.ship()
    assert ledger.verify().sound
    assert ledger.verify().records == 9


@pytest.mark.parametrize(
    ("damage", "told"),
    [("UPDATE schema_version SET number = 99", "schema 99"),
     ("DROP TABLE contents", 'relation "contents" does not exist'),
     ("ALTER TABLE records ADD CHECK (kind <> 'exchange') NOT VALID", "records_kind_check")],
)  # fmt: skip
def test_a_store_that_refuses_says_why(
    ledger: Ledger, location: str, damage: str, told: str
) -> None:
    """Without a value of any row; the spool keeps what comes."""
    with psycopg.connect(location) as connection:
        connection.execute(damage)
    ledger.shipper.close()
    ledger.shipper = ledger.new_shipper()
    ledger.exchange(7, POEM)
    assert ledger.ship() == 0
    assert told in ledger.shipper.stats.fault
    assert POEM[:4] not in ledger.shipper.stats.fault


def test_one_writer_at_a_time(location: str) -> None:
    """The second waits for as long as it was told, and may try again; readers do not wait."""
    first, second = RelationalStore(location), RelationalStore(location, busy_s=0.1)

    def write() -> None:
        with second.writing():
            raise AssertionError("two writers at once")

    with first.writing():
        with pytest.raises(LedgerFailed):
            write()
        assert second.subject_keys() == {}
    with second.writing() as writing:
        assert writing.tail() is None
    first.close()
    second.close()
