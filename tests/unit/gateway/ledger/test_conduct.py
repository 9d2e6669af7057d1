"""Reviews and strikes go into the store with their records."""

from __future__ import annotations

from gateway.ports.conduct import ReviewCase, StrikeRow
from tests.conduct_kit import finding, misdeed
from tests.ledger_kit import START_NS, Ledger, name


def test_what_a_worker_said_is_kept(ledger: Ledger) -> None:
    """With the rules that decided, once, whatever is shipped again; others leave nothing."""
    misdeed(ledger, 1, findings=(finding(), finding(policy_rule="seen"), finding()))
    ledger.exchange(2, "hello")
    ledger.ship()
    assert ledger.store.reviews(waiting=True, rule="", limit=9) == [
        ReviewCase(name(1), "default", START_NS + 1, "blocked_input", ("harms",),
                   ("harms", "seen"))
    ]  # fmt: skip
    assert ledger.store.strikes() == [
        StrikeRow(name(1), "default", "li.na", START_NS + 1, 4, "grave", "counted", START_NS)
    ]
    assert ledger.verify().sound


def test_nobody_has_no_strikes(ledger: Ledger) -> None:
    """An exchange that names no user is reviewed, and puts points on nobody's account."""
    misdeed(ledger, 1, subject="")
    assert len(ledger.store.reviews(waiting=True, rule="", limit=9)) == 1
    assert ledger.store.strikes() == []


def test_an_erased_user_leaves_no_account(ledger: Ledger) -> None:
    """Strikes go, and what waits for a look at contents that are gone; others' stay."""
    misdeed(ledger, 1)
    misdeed(ledger, 2, "zhang.wei")
    ledger.eraser.erase_subject("default", "li.na", reason="asked")
    assert [row.subject for row in ledger.store.strikes()] == ["zhang.wei"]
    waiting = ledger.store.reviews(waiting=True, rule="", limit=9)
    assert [item.exchange for item in waiting] == [name(2)]
    assert ledger.verify().sound
