"""Frames become exchanges, whatever segment they lie in."""

from __future__ import annotations

from gateway.ledger.gather import Gatherer
from gateway.ledger.keyring import rotate_master_key
from gateway.ledger.spool import spool_folder
from gateway.ledger.tail import SpoolTail, list_spools
from tests.ledger_kit import Ledger, closing, facts, said


def gather(ledger: Ledger) -> tuple[Gatherer, SpoolTail]:
    """Read the whole spool as if its worker were dead."""
    folder = spool_folder(ledger.state)
    (spool_name, paths) = next(iter(list_spools(folder).spools.items()))
    spool = SpoolTail(folder, spool_name)
    spool.look(paths)
    gatherer = Gatherer(ledger.keyring.is_at_hand)
    for segment in spool.segments:
        gatherer.take(spool, segment, segment.read(final=True))
    return gatherer, spool


def test_an_exchange_is_ready_when_it_is_closed(ledger: Ledger) -> None:
    """Others stay open, until their worker is dead."""
    ledger.exchange(1, "done")
    ledger.journal.open(facts(2)).answer((said("half"),))
    gatherer, spool = gather(ledger)
    assert len(gatherer.ready) == 1
    gatherer.recover(spool)
    opened = [each.opened(ledger.keyring) for each in gatherer.ready]
    assert [each.facts.state for each in opened if each] == ["closed", "recovered"]
    assert [each.contents.answer[0].text for each in opened if each and each.contents] == [
        "done",
        "half",
    ]


def test_texts_are_put_in_the_order_they_were_written(ledger: Ledger) -> None:
    """Released and suppressed text stay apart, requests are kept with their edits."""
    entry = ledger.journal.open(facts(1))
    entry.request(b"asked", b"edited")
    for number in range(20):
        entry.answer((said(f"{number},"),))
    entry.suppressed((said("never"),))
    entry.close(closing())
    gatherer, _ = gather(ledger)
    opened = gatherer.ready[0].opened(ledger.keyring)
    assert opened is not None
    assert opened.contents is not None
    assert opened.contents.answer[0].text == "".join(f"{number}," for number in range(20))
    assert opened.contents.suppressed[0].text == "never"
    assert (opened.contents.request, opened.contents.edited) == (b"asked", b"edited")


def test_a_batch_is_bounded_by_count_and_bytes(ledger: Ledger) -> None:
    """At least one comes, however large."""
    for number in range(5):
        ledger.exchange(number, "x" * 1_000)
    gatherer, _ = gather(ledger)
    assert len(gatherer.batch(3, 1_000_000)) == 3
    assert len(gatherer.batch(3, 2_500)) == 2
    assert len(gatherer.batch(3, 1)) == 1


def test_what_the_master_key_at_hand_does_not_open_waits(ledger: Ledger) -> None:
    """It is finished, but not ready: to ship it would be to lose its texts."""
    before = ledger.keyring
    ledger.keyring = rotate_master_key(ledger.state)
    ledger.journal.close()
    ledger.journal = ledger.worker()
    ledger.exchange(1, "new")
    folder = spool_folder(ledger.state)
    for ring, ready, locked in ((before, 0, 1), (ledger.keyring, 1, 0)):
        gatherer = Gatherer(ring.is_at_hand)
        for spool_name, paths in list_spools(folder).spools.items():
            spool = SpoolTail(folder, spool_name)
            spool.look(paths)
            for segment in spool.segments:
                gatherer.take(spool, segment, segment.read(final=True))
        assert (len(gatherer.ready), len(gatherer.locked)) == (ready, locked)
        assert gatherer.is_behind
