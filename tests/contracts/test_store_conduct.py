"""What every store promises of reviews, strikes and appeals (`gateway.ports.conduct`)."""

from __future__ import annotations

from gateway.ports.conduct import Appeal, ReviewCase, StrikeRow
from gateway.ports.store import Store
from tests.contracts.test_store import put, row


def item(number: int, **changes: object) -> ReviewCase:
    """Return an item that waits."""
    whole = ReviewCase(f"e{number}", "t", number, "passed", ("some",), ("harms", "a_b"))
    return whole._replace(**changes)


def strike(number: int, **changes: object) -> StrikeRow:
    """Return a strike that counts."""
    whole = StrikeRow(f"e{number}", "t", "u", number, 4, "grave", "counted", number)
    return whole._replace(**changes)


def test_reviews_wait_until_they_are_decided(store: Store) -> None:
    """Oldest first, by rule; a decision takes the item's place, or makes one."""
    bare = item(3, reasons=(), rules=())
    with store.writing() as writing:
        writing.queue_reviews([item(2), item(1), bare])
    assert store.reviews(waiting=True, rule="", limit=9) == [item(1), item(2), bare]
    assert store.reviews(waiting=True, rule="", limit=1) == [item(1)]
    assert store.reviews(waiting=True, rule="a_b", limit=9) == [item(1), item(2)]
    assert store.reviews(waiting=True, rule="axb", limit=9) == []
    said = {"decision": "wrong", "decided_by": "li.na", "decided_ns": 9, "note": "引用"}
    with store.writing() as writing:
        writing.decide_review(item(1, **said))
        writing.decide_review(item(8, **said))
    assert store.reviews(waiting=False, rule="", limit=9) == [item(1, **said), item(8, **said)]
    assert store.review("e1") == item(1, **said)
    assert store.review("nobody") is None


def test_strikes_count_until_they_are_lifted(store: Store) -> None:
    """Of one user only; every change is seen in the version."""
    seen = {store.conduct_version()}
    with store.writing() as writing:
        writing.put_strikes([strike(2), strike(1), strike(3, subject="v")])
    seen.add(store.conduct_version())
    assert [each.exchange for each in store.strikes()] == ["e1", "e2", "e3"]
    assert store.strikes("t", "u") == [strike(1), strike(2)]
    assert store.strikes("other", "u") == []
    with store.writing() as writing:
        writing.put_strikes([strike(2, points=1, changed_ns=50)])
    seen.add(store.conduct_version())
    with store.writing() as writing:
        assert writing.lift_strikes("t", "u", 99) == 2
        assert writing.lift_strikes("t", "u", 99) == 0
    seen.add(store.conduct_version())
    assert {each.state for each in store.strikes("t", "u")} == {"lifted"}
    assert store.strikes("t", "v")[0].state == "counted"
    with store.writing() as writing:
        writing.drop_strike("e1")
    seen.add(store.conduct_version())
    assert len(seen) == 5


def test_appeals_are_kept_until_the_user_is_forgotten(store: Store) -> None:
    """With his strikes; another's stay."""
    one, other = Appeal("t", "u", 1, "why"), Appeal("t", "v", 1, "why")
    with store.writing() as writing:
        writing.put_strikes([strike(1)])
        writing.put_appeal(one)
        writing.put_appeal(other)
        writing.put_appeal(one._replace(answer="denied", answered_by="li.na"))
    assert [each.answer for each in store.appeals("t", "u")] == ["denied"]
    with store.writing() as writing:
        writing.forget_subject("t", "u")
    assert (store.strikes(), store.appeals()) == ([], [other])


def test_reviews_go_with_their_records(store: Store) -> None:
    """What waits goes with the contents, what was decided with the facts."""
    put(store, row(1), row(2))
    with store.writing() as writing:
        writing.queue_reviews([item(1), item(2, decision="right")])
        writing.drop_contents([1, 2], "purged")
    assert (store.review("e1"), store.review("e2")) == (None, item(2, decision="right"))
    with store.writing() as writing:
        writing.drop_facts([1, 2])
    assert store.review("e2") is None
