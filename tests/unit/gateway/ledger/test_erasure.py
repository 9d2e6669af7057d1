"""What is erased is gone: from store, spool and index; what is owed to be kept stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.erasure import ranges_of, rewrap, runs_in
from gateway.ledger.keyring import rotate_master_key
from gateway.nouns.errors import BadRequest
from gateway.nouns.policy import Keep
from gateway.nouns.record import key_owner
from gateway.ports.store import Query
from tests.ledger_kit import DAY_NS, Ledger, closing, facts, name, said

TEXT = (
    "床前明月光，疑是地上霜。举头望明月，低头思故乡。"
    "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。"
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
    "红豆生南国，春来发几枝。愿君多采撷，此物最相思。"
    "千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。"
    "松下问童子，言师采药去。只在此山中，云深不知处。"
    "空山不见人，但闻人语响。返景入深林，复照青苔上。"
    "移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。"
)
"""Long enough that under any key several of its grams are kept."""


def test_a_subject_is_erased_from_store_and_index(ledger: Ledger) -> None:
    """Contents, id, key and postings go; others' stay; the chain verifies."""
    ledger.exchange(1, TEXT, "li.na")
    ledger.exchange(2, TEXT, "zhang.wei")
    ledger.ship()
    erased = ledger.eraser.erase_subject("default", "li.na", reason="asked")
    assert erased.records == 1
    assert erased.postings >= 5
    assert ledger.text_of(name(1)) is None
    assert ledger.text_of(name(2)) == TEXT
    assert [each.exchange for each in ledger.archive.trace(TEXT)] == [name(2)]
    assert ledger.store.search(Query(subject="li.na")) == []
    assert list(ledger.store.subject_keys()) == [("default", "subject:zhang.wei")]
    assert ledger.verify().sound


def test_nothing_of_the_subject_is_left_in_the_files(ledger: Ledger) -> None:
    """Its id and its wrapped key are overwritten, not only unlinked."""
    ledger.exchange(1, TEXT, "li.na.the.first")
    ledger.ship()
    wrapped = ledger.store.subject_key(("default", "subject:li.na.the.first"))
    assert wrapped is not None
    ledger.eraser.erase_subject("default", "li.na.the.first", reason="asked")
    files = b"".join(path.read_bytes() for path in ledger.state.rglob("*") if path.is_file())
    assert wrapped not in files
    assert b"li.na.the.first" not in files


def test_the_spool_of_an_erased_subject_cannot_be_read_any_more(ledger: Ledger) -> None:
    """Closed and running exchanges written before are stored without contents."""
    ledger.exchange(1, "closed before", "li.na")
    running = ledger.journal.open(facts(2, "li.na"))
    running.answer((said("running"),))
    other = ledger.journal.open(facts(3, "zhang.wei"))
    other.answer((said("other"),))
    assert ledger.eraser.erase_subject("default", "li.na", reason="asked").spool_keys == 1
    running.answer((said(" on"),))
    running.close(closing())
    other.close(closing())
    ledger.shipper = ledger.new_shipper()
    assert ledger.ship() == 3
    assert ledger.text_of(name(1)) is None
    assert ledger.text_of(name(2)) is None
    assert ledger.text_of(name(3)) == "other"
    assert ledger.store.read(name(2)).state == "erased"  # type: ignore[union-attr]
    assert ledger.verify().sound


def test_a_shipper_that_read_the_spool_before_does_not_bring_it_back(ledger: Ledger) -> None:
    """Keys in the shipper's memory are refused by the store's list of destroyed keys."""
    running = ledger.journal.open(facts(1, "li.na"))
    running.answer((said("before"),))
    ledger.shipper.step()
    ledger.eraser.erase_subject("default", "li.na", reason="asked")
    running.close(closing())
    ledger.ship()
    assert ledger.text_of(name(1)) is None
    assert ledger.store.subject_keys() == {}


def test_what_the_subject_says_afterwards_is_kept(ledger: Ledger) -> None:
    """The worker takes a new key by itself."""
    ledger.exchange(1, "before", "li.na")
    ledger.eraser.erase_subject("default", "li.na", reason="asked")
    ledger.exchange(2, "after", "li.na")
    ledger.ship()
    assert ledger.text_of(name(1)) is None
    assert ledger.text_of(name(2)) == "after"


def test_an_exchange_without_subject_is_erased_by_its_id(ledger: Ledger) -> None:
    """It has a key of its own; one with a subject is refused."""
    ledger.exchange(1, "x", "")
    ledger.exchange(2, "y", "")
    ledger.exchange(3, "z", "li.na")
    ledger.ship()
    assert ledger.eraser.erase_exchange(name(1), reason="asked") is not None
    assert ledger.eraser.erase_exchange(name(9), reason="asked") is None
    with pytest.raises(BadRequest):
        ledger.eraser.erase_exchange(name(3), reason="asked")
    assert [ledger.text_of(name(number)) for number in (1, 2, 3)] == [None, "y", "z"]
    assert ledger.verify().sound


def test_erasing_takes_a_reason_and_a_subject(ledger: Ledger) -> None:
    """Neither is ever guessed: an empty subject would mean everybody without one."""
    with pytest.raises(BadRequest):
        ledger.eraser.erase_subject("default", "li.na", reason=" ")
    with pytest.raises(BadRequest):
        ledger.eraser.erase_subject("default", "", reason="asked")


@pytest.mark.parametrize(
    ("keep", "age_days", "contents", "facts_left"),
    [
        (Keep(facts_days=30, content_days=10), 5, True, True),
        (Keep(facts_days=30, content_days=10), 11, False, True),
        (Keep(facts_days=30, content_days=10), 31, False, False),
        (Keep(facts_days=30, content_days=10, floor_days=183), 100, True, True),
        (Keep(facts_days=30, content_days=10, floor_days=183), 184, False, False),
        (Keep(facts_days=10, content_days=30), 11, False, False),
    ],
)
def test_retention_is_apart_for_contents_and_facts_and_has_a_floor(
    ledger: Ledger, keep: Keep, age_days: int, contents: bool, facts_left: bool
) -> None:
    """Nothing goes below the floor; contents never outlive their facts."""
    ledger.exchange(1, TEXT)
    ledger.exchange(2, TEXT, "")
    ledger.ship()
    ledger.clock.now_ns += age_days * DAY_NS
    ledger.eraser.purge(keep)
    for number in (1, 2):
        row = ledger.store.read(name(number))
        assert row is not None
        assert (bool(row.contents), bool(row.facts)) == (contents, facts_left)
    assert bool(ledger.archive.trace(TEXT)) == contents
    assert bool(ledger.store.subject_keys()) == contents
    assert ledger.verify().sound


def test_a_purge_keeps_the_key_of_a_subject_that_has_newer_contents(ledger: Ledger) -> None:
    """Only the last contents take their subject's key along."""
    ledger.exchange(1, "old")
    ledger.clock.now_ns += 20 * DAY_NS
    ledger.exchange(2, "new", time_ns=ledger.clock.now_ns)
    ledger.ship()
    ledger.eraser.purge(Keep(facts_days=30, content_days=10))
    assert [ledger.text_of(name(1)), ledger.text_of(name(2))] == [None, "new"]


def test_rewrapping_moves_all_keys_to_the_new_master_key(ledger: Ledger) -> None:
    """Texts stay readable; running it again finds nothing to do."""
    for number in range(5):
        ledger.exchange(number, "text", f"s{number}")
    ledger.ship()
    ledger.keyring = rotate_master_key(ledger.state)
    assert rewrap(ledger.store, ledger.keyring) == 5
    assert rewrap(ledger.store, ledger.keyring) == 0
    assert ledger.text_of(name(3)) == "text"


def test_a_key_that_does_not_open_keeps_no_other_from_moving(ledger: Ledger) -> None:
    """One damaged row of the store would stop a rotation for everybody."""
    for number in range(3):
        ledger.exchange(number, "text", f"s{number}")
    ledger.ship()
    owner = ("default", key_owner("s1", ""))
    damaged = ledger.store.subject_key(owner)
    assert damaged is not None
    with ledger.store.writing() as writing:
        writing.put_subject_keys({owner: damaged[:-1] + bytes([damaged[-1] ^ 1])})
    ledger.keyring = rotate_master_key(ledger.state)
    assert rewrap(ledger.store, ledger.keyring) == 2
    assert ledger.store.subject_key(owner) == damaged[:-1] + bytes([damaged[-1] ^ 1])
    assert ledger.text_of(name(2)) == "text"


@given(st.sets(st.integers(0, 60)))
def test_ranges_say_exactly_the_places(places: set[int]) -> None:
    """Written and read again, the same places come out."""
    runs = list(runs_in(ranges_of(sorted(places))))
    assert [place for low, high in runs for place in range(low, high + 1)] == sorted(places)


def test_facts_of_unlabelled_deliveries_stay_six_months(ledger: Ledger) -> None:
    """Whatever the policy keeps (Labelling Measures, Article 9); then they go like others."""
    ledger.exchange(1, "one")
    ledger.exchange(2, "two", unlabelled="layout", agreement="2026-01")
    ledger.ship()
    for days, left in ((40, True), (182 - 40, True), (2, False)):
        ledger.clock.now_ns += days * DAY_NS
        ledger.eraser.purge(Keep(facts_days=1, content_days=1))
        usual, spared = (ledger.store.read(name(number)) for number in (1, 2))
        assert usual is not None
        assert spared is not None
        assert not usual.facts
        assert not spared.contents
        assert bool(spared.facts) is left
    assert ledger.verify().sound
