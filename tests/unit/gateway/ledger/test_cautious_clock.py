"""What is deleted for its age is old by more than a clock that jumped."""

from __future__ import annotations

from gateway.ledger.cautious_clock import SLACK_NS, CautiousClock
from gateway.ledger.erasure import Eraser
from gateway.nouns.policy import Keep
from tests.ledger_kit import DAY_NS, START_NS, Ledger, SetClock, name


def test_it_goes_with_the_system_but_not_ahead_of_time() -> None:
    """Small corrections and all steps back are followed, a jump ahead is not, until time comes."""
    system = SetClock()
    clock = CautiousClock(system)
    for ahead_ns, told_ns in ((5, 5), (-DAY_NS, -DAY_NS), (400 * DAY_NS, SLACK_NS)):
        system.now_ns = START_NS + ahead_ns
        assert (clock.wall_ns(), clock.jumped) == (START_NS + told_ns, ahead_ns > SLACK_NS)
    system.now_s = 400 * 86_400.0
    assert (clock.wall_ns(), clock.jumped) == (START_NS + 400 * DAY_NS, False)
    assert clock.monotonic_s() == system.now_s


def test_a_jump_of_the_clock_purges_nothing(ledger: Ledger) -> None:
    """Not what it makes look old; what is old is purged all the same."""
    ledger.exchange(1, "new")
    ledger.exchange(2, "old", time_ns=START_NS - 200 * DAY_NS)
    ledger.ship()
    clock = CautiousClock(ledger.clock)
    ledger.clock.now_ns += 400 * DAY_NS
    eraser = Eraser(ledger.store, ledger.keyring, ledger.state, clock)
    assert eraser.purge(Keep(facts_days=190, content_days=190)) == (1, 1)
    assert (ledger.text_of(name(1)), ledger.text_of(name(2))) == ("new", None)
    assert ledger.verify().sound
