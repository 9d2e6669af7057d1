"""Rows repeat the facts that are searched for, and never the subject inside them."""

from __future__ import annotations

import pytest

from gateway.ledger.intake import fold_code
from gateway.nouns.record import key_owner
from tests.ledger_kit import Ledger, closing, facts, name, said


@pytest.mark.parametrize("typed", ["7KQ2-M9XD", "7kq2 m9xd", "7kq2_m9xd", "7KQ2M9XD"])
def test_codes_are_found_however_they_are_typed(typed: str) -> None:
    """Case, separators and look-alikes of Crockford's base 32 do not matter."""
    assert fold_code(typed) == "7KQ2M9XD"
    assert fold_code("OIL0") == "0110"


def test_columns_repeat_the_facts(ledger: Ledger) -> None:
    """Tenant, code, outcome and categories are columns; the subject is a column only."""
    entry = ledger.journal.open(facts(1, "zhang.wei", tenant="school", code="7kq2-m9xd"))
    entry.answer((said("x"),))
    entry.close(closing("blocked_output", "A1.a"))
    ledger.ship()
    row = ledger.store.read(name(1))
    assert row is not None
    assert (row.tenant, row.subject, row.code) == ("school", "zhang.wei", "7KQ2M9XD")
    assert (row.outcome, row.categories) == ("blocked_output", "|A1.a|")
    assert b"zhang.wei" not in row.facts


def test_a_policy_without_fingerprint_stores_none(ledger: Ledger) -> None:
    """The text of such an exchange is not found by its wording."""
    text = "这是一段足够长的文字，用来检查没有指纹的记录不会被找到，也不会留下任何痕迹。"
    ledger.exchange(1, text, fingerprint=False)
    ledger.ship()
    assert ledger.archive.trace(text) == []
    ledger.exchange(2, text)
    ledger.ship()
    assert [each.exchange for each in ledger.archive.trace(text)] == [name(2)]


def test_unlabelled_deliveries_are_marked_in_their_row(ledger: Ledger) -> None:
    """So that a purge can spare them without opening anything."""
    ledger.exchange(1, "x", unlabelled="layout", agreement="2026-01")
    ledger.ship()
    row = ledger.store.read(name(1))
    assert row is not None
    assert row.categories == "|unlabelled|"


def test_one_damaged_key_holds_up_nobody(ledger: Ledger) -> None:
    """What it protected is lost; its subject's and everybody's new records are kept. A key whose
    master key is away is left as it is: its own records wait for that, and nobody else's."""
    for number, subject in enumerate(("li.na", "zhang.wei")):
        ledger.exchange(number, "before", subject)
    ledger.ship()
    owner = ("default", key_owner("li.na", ""))
    sound = ledger.store.subject_key(owner)
    assert sound is not None

    def put(wrapped: bytes) -> None:
        with ledger.store.writing() as writing:
            writing.put_subject_keys({owner: wrapped})

    put(bytes([sound[0] ^ 1]) + sound[1:])
    for number, subject in enumerate(("li.na", "zhang.wei"), 2):
        ledger.exchange(number, "after", subject)
    assert ledger.ship() == 1
    assert (ledger.shipper.stats.locked, ledger.shipper.stats.fault) == (1, "")
    assert ledger.text_of(name(2)) is None
    put(sound[:-1] + bytes([sound[-1] ^ 1]))
    ledger.clock.now_s += 61
    assert ledger.ship() == 1
    assert ledger.shipper.stats.locked == 0
    assert ledger.shipper.stats.replaced == 1
    assert [ledger.text_of(name(number)) for number in (1, 2, 3)] == ["before", "after", "after"]
