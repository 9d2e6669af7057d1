"""What every store promises (`gateway.ports.store`), run over each registered one."""

from __future__ import annotations

import pytest

from gateway.nouns.record import Fingerprint
from gateway.ports.store import Checkpoint, Query, Store, StoredRecord


def row(place: int, **changes: object) -> StoredRecord:
    """Return a row at a place of the chain."""
    whole = StoredRecord(
        exchange=f"e{place}",
        tenant="t",
        subject="s",
        code=f"C{place}",
        time_ns=1_000 + place,
        state="closed",
        outcome="passed",
        facts=b'{"n":%d}' % place,
        contents=b"sealed %d" % place,
        wrapped_key=b"key",
        chain_seq=place,
        chain_hash=b"hash %d" % place,
        facts_hash=b"f",
        contents_hash=b"c",
        subject_tag=b"s",
    )
    return whole._replace(**changes)


def put(
    store: Store, *rows: StoredRecord, fingerprints: dict[int, Fingerprint] | None = None
) -> None:
    """Append rows in one transaction."""
    with store.writing() as writing:
        assert writing.append(rows, fingerprints or {}) == len(rows)


def bare(record: StoredRecord) -> StoredRecord:
    """Return a row as searches give it."""
    return record._replace(contents=b"", wrapped_key=b"")


def test_a_row_comes_back_as_it_was(store: Store) -> None:
    """With its contents when read or walked, without them when searched."""
    put(store, row(0), row(1))
    assert store.read("e1") == row(1)
    assert store.read("nobody") is None
    assert list(store.walk()) == [row(0), row(1)]
    assert store.at([1]) == [bare(row(1))]
    assert store.search(Query()) == [bare(row(1)), bare(row(0))]


def test_the_tail_is_the_last_row(store: Store) -> None:
    """None in an empty store."""
    with store.writing() as writing:
        assert writing.tail() is None
        writing.append([row(0), row(1)], {})
        assert writing.tail() == (1, b"hash 1")
        assert writing.known(["e0", "e7"]) == {"e0"}


def test_the_furthest_place_counts_what_lost_its_row(store: Store) -> None:
    """So that nothing is written where a part of another row lies; the tail is the last row."""
    with store.writing() as writing:
        assert writing.furthest() == -1
        writing.append([row(0)], {0: Fingerprint((1,), b"s"), 4: Fingerprint((1,), b"s")})
        assert (writing.tail(), writing.furthest()) == ((0, b"hash 0"), 4)


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    """Rows, postings, keys and checkpoints go together or not at all."""

    def fail() -> None:
        with store.writing() as writing:
            writing.append([row(0)], {0: Fingerprint((1,), b"s")})
            writing.put_subject_keys({("t", "subject:s"): b"k"})
            writing.bury_spool_keys([b"id"])
            writing.add_checkpoint(Checkpoint(0, 0, b"h", 1, "k", b"", b"s"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(store.walk()) == []
    assert store.holders([1], 10) == {}
    assert store.fingerprints([0]) == {}
    assert store.subject_keys() == {}
    assert store.checkpoints() == []
    with store.writing() as writing:
        assert writing.buried([b"id"]) == set()


@pytest.mark.parametrize(
    ("query", "places"),
    [
        (Query(exchange="e2"), [2]),
        (Query(tenant="other"), [3]),
        (Query(subject="li.na"), [1]),
        (Query(code="C2"), [2]),
        (Query(outcome="blocked_output"), [2]),
        (Query(since_ns=1_002), [3, 2]),
        (Query(until_ns=1_002), [1, 0]),
        (Query(since_ns=1_001, until_ns=1_003), [2, 1]),
        (Query(category="A1"), [2, 1]),
        (Query(category="A1.a"), [1]),
        (Query(category="A1.a_"), []),
        (Query(category="%"), []),
        (Query(limit=2), [3, 2]),
        (Query(kind="read"), [4]),
        (Query(tenant="t", outcome="passed", limit=1), [1]),
    ],
)
def test_each_member_of_a_query_restricts(store: Store, query: Query, places: list[int]) -> None:
    """And members restrict together; newest first."""
    put(
        store,
        row(0),
        row(1, subject="li.na", categories="|A1.a|B2|"),
        row(2, outcome="blocked_output", categories="|A1.b|"),
        row(3, tenant="other", categories="|A11.a|"),
        row(4, kind="read"),
    )
    assert [each.chain_seq for each in store.search(query)] == places


def test_grams_lead_to_the_records_that_hold_them(store: Store) -> None:
    """At most so many per gram; the least and the largest hash too; unknown grams give nothing."""
    held = {place: Fingerprint((-(2**31), place << 24, 2**31 - 1), b"sketch") for place in range(5)}
    put(store, *(row(place) for place in range(5)), fingerprints=held)
    found = store.holders([-(2**31), 3 << 24, 77 << 24], 2)
    assert set(found) == {-(2**31), 3 << 24}
    assert len(set(found[-(2**31)])) == 2
    assert 3 in found[3 << 24]
    assert sorted(store.holders([2**31 - 1], 10)[2**31 - 1]) == [0, 1, 2, 3, 4]


def test_a_fingerprint_comes_back_without_its_grams(store: Store) -> None:
    """Bytes as they were, of the records that have one."""
    put(store, row(0), row(1), fingerprints={1: Fingerprint((5, 6), b"\0s", b"\xffp")})
    assert store.fingerprints([0, 1, 9]) == {1: Fingerprint((), b"\0s", b"\xffp")}


def test_dropped_contents_take_key_and_postings_along(store: Store) -> None:
    """The row stays with its hashes; the sweep removes what is owed, once."""
    put(
        store,
        row(0, subject=""),
        row(1),
        fingerprints={0: Fingerprint((-(2**30), 1), b"a", b"p"), 1: Fingerprint((1,), b"b")},
    )
    with store.writing() as writing:
        writing.put_subject_keys({("t", "exchange:e0"): b"k", ("t", "subject:s"): b"k"})
        writing.drop_contents([0], "purged")
    left = store.read("e0")
    assert left is not None
    assert left == row(0, subject="", state="purged", contents=b"", wrapped_key=b"")
    assert store.subject_keys() == {("t", "subject:s"): b"k"}
    assert store.fingerprints([0]) == {0: Fingerprint((), b"", b"")}
    assert store.sweep() == 2
    assert store.holders([1, -(2**30)], 10) == {1: [1]}
    assert store.fingerprints([0, 1]) == {1: Fingerprint((), b"b")}
    assert store.sweep() == 0


def test_dropped_facts_leave_place_and_hashes(store: Store) -> None:
    """Nothing searchable is left."""
    put(store, row(0))
    with store.writing() as writing:
        writing.drop_contents([0], "purged")
        writing.drop_facts([0])
    left = store.read("e0")
    assert left is not None
    assert (left.facts, left.tenant, left.subject, left.code, left.time_ns) == (b"", "", "", "", 0)
    assert (left.facts_hash, left.contents_hash, left.chain_hash) == (b"f", b"c", b"hash 0")


def test_expired_parts_are_found_oldest_first(store: Store) -> None:
    """Only exchanges, only while they have the part, at most so many."""
    put(store, row(0), row(1), row(2, kind="read"), row(3))
    with store.writing() as writing:
        assert writing.expired("contents", 1_003, 10) == [0, 1]
        assert writing.expired("facts", 2_000, 2) == [0, 1]
        writing.drop_contents([0], "purged")
        assert writing.expired("contents", 1_003, 10) == [1]


def test_a_subjects_places_are_its_own(store: Store) -> None:
    """Not another tenant's; without a subject only the one exchange is meant."""
    put(store, row(0), row(1, tenant="u"), row(2), row(3, subject=""), row(4, subject=""))
    with store.writing() as writing:
        assert writing.places("t", "s") == [0, 2]
        assert writing.places("t", "", "e3") == [3]
        writing.drop_subject([0, 2])
        assert writing.places("t", "s") == []


def test_keys_are_kept_replaced_and_destroyed(store: Store) -> None:
    """By tenant and owner together."""
    one, two = ("t", "subject:a"), ("u", "subject:a")
    with store.writing() as writing:
        writing.put_subject_keys({one: b"1", two: b"2"})
        writing.put_subject_keys({one: b"3"})
        assert writing.subject_keys([one, ("t", "subject:b")]) == {one: b"3"}
        writing.destroy_subject_keys([one])
    assert store.subject_keys() == {two: b"2"}
    assert store.subject_key(one) is None
    assert store.subject_key(two) == b"2"


def test_checkpoints_come_in_their_order(store: Store) -> None:
    """And the last one is the newest."""
    made = [Checkpoint(n, n * 10, b"h", n, "k", b"p", b"s") for n in range(3)]
    with store.writing() as writing:
        assert writing.last_checkpoint() is None
        for each in made:
            writing.add_checkpoint(each)
        assert writing.last_checkpoint() == made[-1]
    assert store.checkpoints() == made
