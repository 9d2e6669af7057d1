"""The whole ledger over PostgreSQL: ship, find, read, erase, verify; one writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
