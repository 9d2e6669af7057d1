"""The steward ships in its own thread, does its chores when it can, and never dies unheard."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from gateway.assembly.steward import Chores, Steward
from gateway.ledger.shipper import Progress, ShipperStats
from gateway.nouns.errors import LedgerFailed

FINE = ShipperStats(10, 0.0, 0, 0, 0, 0, 0, store_ok=True)
AWAY = FINE._replace(oldest_unshipped_s=3.0, store_ok=False)
WAIT_S = 60.0


class Shipping:
    """A shipper whose steps are given; the last one repeats. ``over`` is set when it is closed."""

    def __init__(self, *steps: ShipperStats | Exception) -> None:
        self._steps = list(steps)
        self.stats = FINE
        self.drained = 0
        self.over = threading.Event()
        self.seen_all = threading.Event()

    def step(self) -> Progress:
        """Take the next step; only the last one is neither busy nor full."""
        step = self._steps[0]
        if len(self._steps) > 1:
            del self._steps[0]
        if isinstance(step, Exception):
            raise step
        self.stats = step
        if len(self._steps) == 1:
            self.seen_all.set()
        return Progress(0, busy=len(self._steps) > 1, full=len(self._steps) > 1)

    def drain(self) -> bool:
        """Come to the last step."""
        self.drained += 1
        self.stats = self._steps[-1] if not isinstance(self._steps[-1], Exception) else FINE
        return True

    def close(self) -> None:
        """Note it."""
        self.over.set()


class Gauges:
    """What the steward told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, float]] = []
        self.records = 0
        self.failures = 0
        self.broken = 0
        self.cuts = 0

    def damaged(self, segments: int) -> None:
        """Add up."""
        self.broken += segments

    def found_missing(self, times: int) -> None:
        """Add up."""
        self.cuts += times

    def spool(self, *, size_bytes: int, oldest_s: float) -> None:
        """Keep it."""
        self.told.append((size_bytes, oldest_s))

    def shipped(self, records: int) -> None:
        """Add up."""
        self.records += records

    def ship_failed(self) -> None:
        """Add up."""
        self.failures += 1


class Chore:
    """A chore that fails so many times first. ``done`` is set when it was done."""

    def __init__(self, failures: int = 0) -> None:
        self.calls = 0
        self.done = threading.Event()
        self._failures = failures

    def __call__(self) -> None:
        """Do it."""
        self.calls += 1
        if self.calls <= self._failures:
            raise LedgerFailed("away")
        self.done.set()


def steward(
    shipping: Shipping, gauges: Gauges, note: Chore, purge: Chore, stand: Chore | None = None
) -> Steward:
    """Return a steward of doubles whose failure nobody expects."""
    return Steward(shipping, gauges, Chores(note, purge, stand), lambda: pytest.fail("it failed"))


def test_ships_to_the_end() -> None:
    """Stopping ships what is left, tells the last figures and lets go."""
    shipping, gauges = Shipping(FINE._replace(shipped=2), FINE._replace(shipped=5)), Gauges()
    note, purge = Chore(), Chore()
    one = steward(shipping, gauges, note, purge)
    one.start()
    assert purge.done.wait(WAIT_S)
    one.stop()
    assert (shipping.drained, shipping.over.is_set()) == (1, True)
    assert gauges.records == 5
    assert gauges.told[-1] == (10, 0.0)
    assert (note.calls, purge.calls, gauges.failures) == (1, 1, 0)


def test_a_damaged_spool_is_told() -> None:
    """What was lost on the disk is counted and logged, once."""
    shipping, gauges = Shipping(FINE, FINE._replace(damaged=2), FINE._replace(damaged=2)), Gauges()
    purge = Chore()
    one = steward(shipping, gauges, Chore(), purge)
    one.start()
    assert purge.done.wait(WAIT_S)
    one.stop()
    assert gauges.broken == 2


def test_missing_records_are_told_by_their_places() -> None:
    """Counted and logged, once each time."""
    cut = FINE._replace(cuts=1, missing=(3, 5))
    shipping, gauges, purge = Shipping(FINE, cut, cut), Gauges(), Chore()
    one = steward(shipping, gauges, Chore(), purge)
    with capture_logs() as written:
        one.start()
        assert shipping.seen_all.wait(WAIT_S)
        one.stop()
    told = [line for line in written if line["event"] == "records are missing in the store"]
    assert [(line["log_level"], line["detail"]) for line in told] == [("error", "3 to 5")]
    assert gauges.cuts == 1


def test_records_without_their_key_are_logged_once() -> None:
    """Not at every step, and anew when it happens anew."""
    locked = FINE._replace(locked=2)
    shipping, purge = Shipping(locked, locked, FINE, locked, FINE), Chore()
    one = steward(shipping, Gauges(), Chore(failures=4), purge)
    with capture_logs() as written:
        one.start()
        assert shipping.seen_all.wait(WAIT_S)
        one.stop()
    assert sum("not at hand" in line["event"] for line in written) == 2


def test_a_store_that_is_away_is_logged_once_with_its_reason() -> None:
    """And once that it is back."""
    away = AWAY._replace(fault="It does not answer.")
    shipping, purge = Shipping(away, away, FINE, FINE), Chore()
    one = steward(shipping, Gauges(), Chore(), purge)
    with capture_logs() as written:
        one.start()
        assert purge.done.wait(WAIT_S)
        one.stop()
    told = [(line["log_level"], line["reason"]) for line in written if "reason" in line]
    assert told == [("error", "It does not answer."), ("info", "")]


def test_chores_wait_for_the_store() -> None:
    """While the store is away there are no chores; failures are counted; then all are done."""
    shipping, gauges = Shipping(AWAY, AWAY, FINE), Gauges()
    note, purge = Chore(), Chore()
    one = steward(shipping, gauges, note, purge)
    one.start()
    assert purge.done.wait(WAIT_S)
    one.stop()
    assert gauges.failures == 2
    assert gauges.told[:2] == [(10, 3.0), (10, 3.0)]
    assert (note.calls, purge.calls) == (1, 1)


def test_a_note_that_fails_is_made_later() -> None:
    """The serving policy is chained as soon as the store takes it, and once."""
    shipping, note, purge = Shipping(FINE, FINE, FINE, FINE, FINE), Chore(failures=2), Chore()
    one = steward(shipping, Gauges(), note, purge)
    one.start()
    assert note.done.wait(WAIT_S)
    one.stop()
    assert note.calls == 3


def test_standings_are_kept_while_the_store_is_there() -> None:
    """A failure is one of the store: it ships on, and looks again."""
    stand, purge = Chore(failures=1), Chore()
    one = steward(Shipping(FINE), Gauges(), Chore(), purge, stand)
    one.start()
    assert stand.done.wait(WAIT_S)
    one.stop()
    assert stand.calls >= 2


def test_failure_ends_the_process() -> None:
    """What nobody foresaw is logged, and the steward's process is told to end."""
    ended = threading.Event()
    shipping = Shipping(ValueError("nobody foresaw"))
    one = Steward(shipping, Gauges(), Chores(Chore(), Chore()), ended.set)
    one.start()
    assert ended.wait(WAIT_S)
    one.stop()
    assert not shipping.over.is_set()
