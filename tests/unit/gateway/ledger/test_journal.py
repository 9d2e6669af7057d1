"""What a journal took is there after any death, and can be read by nobody without the keys."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from gateway.nouns.errors import LedgerFailed
from tests.ledger_kit import Ledger, closing, facts, name, said

ROUNDS = 20


def spool_content(ledger: Ledger) -> bytes:
    """Return all bytes of the spool."""
    return b"".join(path.read_bytes() for path in (ledger.state / "spool").glob("*.spool"))


def test_no_text_is_readable_in_the_spool(ledger: Ledger) -> None:
    """Request, answer and suppressed text are encrypted before they touch the disk."""
    entry = ledger.journal.open(facts(1))
    entry.request(b"secret-one", b"secret-two")
    entry.answer((said("secret-three"),))
    entry.suppressed((said("secret-four"),))
    assert b"secret" not in spool_content(ledger)
    assert name(1).encode() in spool_content(ledger)


def test_sent_writes_nothing_by_itself(ledger: Ledger) -> None:
    """The figure travels with the next frame."""
    entry = ledger.journal.open(facts(1))
    before = ledger.journal.spool.written
    entry.sent(10)
    assert ledger.journal.spool.written == before
    entry.answer((said("x"),))
    entry.sent(20)
    entry.suppressed((said("y"),))
    ledger.journal.close()
    ledger.ship()
    shown = ledger.archive.show(name(1), reason="r", reader="r")
    assert shown is not None
    assert shown.facts is not None
    assert shown.facts.sent_bytes == 20


def test_nothing_follows_a_close(ledger: Ledger) -> None:
    """A closed entry refuses everything."""
    entry = ledger.journal.open(facts(1))
    entry.close(closing())
    for late in (lambda: entry.answer((said("x"),)), lambda: entry.close(closing())):
        with pytest.raises(LedgerFailed, match="closed"):
            late()


def test_a_subject_has_one_key_per_segment_and_no_subject_one_per_exchange(ledger: Ledger) -> None:
    """Five exchanges of one subject write one key, five without subject write five."""
    sizes = []
    for number in range(10):
        before = ledger.journal.spool.written
        ledger.journal.open(facts(number, "li.na" if number < 5 else ""))
        sizes.append(ledger.journal.spool.written - before)
    assert len(set(sizes[1:5])) == 1
    assert sizes[0] > sizes[1]
    assert min(sizes[5:]) > sizes[1]


def test_a_full_disk_fails_the_entry_and_the_record_is_true_afterwards(ledger: Ledger) -> None:
    """What raised was not kept; a close that the disk refused is written with the next frame."""
    entry = ledger.journal.open(facts(1))
    entry.answer((said("before"),))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
        for attempt in (
            lambda: entry.answer((said("lost"),)),
            lambda: entry.close(closing()),
            lambda: ledger.journal.open(facts(2)),
        ):
            with pytest.raises(LedgerFailed):
                attempt()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)
    ledger.exchange(3, "after")
    ledger.ship()
    assert ledger.text_of(name(1)) == "before"
    assert ledger.store.read(name(1)).state == "closed"  # type: ignore[union-attr]
    assert ledger.text_of(name(2)) is None
    assert ledger.text_of(name(3)) == "after"


async def test_settle_returns_at_once_unless_always(ledger: Ledger) -> None:
    """With ``fsync: os`` there is nothing to wait for."""
    entry = ledger.journal.open(facts(1))
    entry.answer((said("x"),))
    await entry.settle()
    assert ledger.settings.fsync == "os"


def test_a_note_becomes_an_event_of_the_chain(ledger: Ledger) -> None:
    """A change of policy noted by a worker stands in the chain like a record."""
    ledger.journal.note("policy", {"hash": "abc"})
    ledger.ship()
    rows = list(ledger.store.walk())
    assert [row.kind for row in rows] == ["policy"]
    assert b'"abc"' in rows[0].facts
    assert ledger.verify().events == 1


def _talk(state: Path, pipe: Connection, seed: int) -> None:
    """Be a worker: spool, then tell what was 'released', until killed."""
    chance = random.Random(seed)
    ledger = Ledger(state, segment_bytes=20_000, fsync=chance.choice(["os", "interval"]))
    entries = {}
    number = seed * 100_000
    while True:
        if len(entries) < 3 or chance.random() < 0.1:
            number += 1
            entries[number] = ledger.journal.open(facts(number, chance.choice(["a", "b", ""])))
            entries[number].request(b"{}", None)
        chosen = chance.choice(list(entries))
        text = chance.choice(["你好", "text ", "x" * chance.randint(1, 900)])
        entries[chosen].answer((said(text),))
        pipe.send((chosen, text))
        if chance.random() < 0.1:
            entries.pop(chosen).close(closing())


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_after_a_kill_the_ledger_has_all_that_was_released(tmp_path: Path, seed: int) -> None:
    """Killed at a random instant, with a shipper running beside: recovery finds at least the text
    that the worker said it released, for every exchange, and the chain verifies."""
    chance = random.Random(seed)
    state = tmp_path / "state"
    ledger = Ledger(state)
    ledger.journal.close()
    receiving, sending = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_talk, args=(state, sending, seed))
    child.start()
    sending.close()
    released: dict[int, str] = {}
    last = chance.randint(1, 400)
    for count in range(last):
        number, text = receiving.recv()
        released[number] = released.get(number, "") + text
        if count % 50 == 25:
            ledger.shipper.step()
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    while receiving.poll():
        try:
            number, text = receiving.recv()
        except EOFError:
            break
        released[number] = released.get(number, "") + text
    if chance.random() < 0.5:
        ledger.shipper = ledger.new_shipper()  # the shipper died too
    ledger.ship()
    for number, text in released.items():
        assert (ledger.text_of(name(number)) or "").startswith(text)
    assert ledger.verify().sound
    assert list((state / "spool").iterdir()) == []
    ledger.close()
