"""Long lists reach the database in portions, whole."""

from __future__ import annotations

from pathlib import Path

from gateway.ports.store import StoredRecord
from gateway.stores.relational import RelationalStore

MANY = 1_050


def row(place: int) -> StoredRecord:
    """Return a row without contents."""
    return StoredRecord(
        f"e{place}", "t", "", "", place, "closed", "passed", b"{}", b"c", b"k", place, b"h"
    )


def test_lists_longer_than_a_statement_takes_are_cut_up(tmp_path: Path) -> None:
    """Known ids, destroyed keys and emptied places work far beyond the bound of one statement."""
    store = RelationalStore(str(tmp_path / "ledger.db"))
    with store.writing() as writing:
        writing.append([row(place) for place in range(MANY)], {})
        assert len(writing.known(f"e{place}" for place in range(2 * MANY))) == MANY
        ids = [place.to_bytes(16, "big") for place in range(MANY)]
        writing.bury_spool_keys(ids)
        writing.bury_spool_keys(ids)
        assert writing.buried(ids) == set(ids)
        writing.put_subject_keys({("t", f"exchange:e{place}"): b"k" for place in range(MANY)})
        writing.drop_contents(range(MANY), "purged")
        assert writing.expired("contents", MANY, 10) == []
        assert writing.expired("facts", MANY, 2_000) == list(range(MANY))
    assert store.subject_keys() == {}
    assert {each.state for each in store.walk()} == {"purged"}
    store.close()
