"""What a guard may take in a day."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from gateway.access.spending import OverDailyCap, Spending
from gateway.nouns.finding import OVER_DAILY_CAP
from gateway.nouns.policy import DailyCap, GuardModel

DAY_NS = 86_400 * 10**9


class Clock:
    """A clock that stands."""

    def __init__(self) -> None:
        self.ns = 20_000 * DAY_NS + 5

    def wall_ns(self) -> int:
        return self.ns

    def monotonic_s(self) -> float:
        return 0.0


def spending(folder: Path | None, clock: Clock, told: list[Any], **daily: Any) -> Spending:
    """Return a purse of a guard at 0.5 a call and 2 a million tokens."""
    cap = DailyCap(**daily) if daily else None
    guard = GuardModel(name="g", daily=cap, price_call=0.5, price_tokens=2.0)
    return Spending(guard, folder, clock, lambda *each: told.append(each))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("daily", [{"calls": 2}, {"money": 1.2}, {"tokens": 100_000}])
def test_the_cap_holds_until_the_day_ends(
    tmp_path: Path, shared: bool, daily: dict[str, Any]
) -> None:
    """Two calls fit, the third is refused, tomorrow it is not; what was made is told."""
    clock, told = Clock(), []
    purse = spending(tmp_path / "guards" if shared else None, clock, told, **daily)
    for _ in range(2):
        purse.settle(purse.admit(1, 10_000), 50_000)
    assert told == [("g", 1, 50_000, 0.6)] * 2
    with pytest.raises(OverDailyCap):
        purse.admit(1, 10_000)
    assert purse.today.calls == 2
    clock.ns += DAY_NS
    purse.admit(1, 10_000)
    assert (purse.today.calls, purse.today.tokens) == (1, 50_000), "as much as any call took"


def test_calls_under_way_do_not_pass_the_cap_together(tmp_path: Path) -> None:
    """What they may take is counted until they are over: as estimated, then as much as any call
    took; what nobody knows is counted as the most."""
    purse = spending(tmp_path, Clock(), [], tokens=10_000)
    first = [purse.admit(1, 4_000), purse.admit(1, 4_000)]
    with pytest.raises(OverDailyCap):
        purse.admit(1, 4_000)
    purse.settle(first[0], 1_000)
    purse.settle(first[1], None)
    assert purse.today[1:3] == (2, 5_000)
    assert purse.admit(1, 10).tokens == 1_000
    purse.settle(purse.admit(2, 10), 3_000)
    assert purse.today.tokens == 9_000
    with pytest.raises(OverDailyCap):
        purse.admit(1, 10)
    assert purse.admit(1, 0).tokens == 0, "a service takes no tokens"


def test_money_of_tokens_is_counted_beforehand(tmp_path: Path) -> None:
    """Half a million tokens are one: with the call 1.5."""
    purse = spending(tmp_path, Clock(), [], money=2.9)
    bill = purse.admit(1, 500_000)
    assert purse.today.money == 1.5
    with pytest.raises(OverDailyCap):
        purse.admit(1, 500_000)
    purse.settle(bill, 100_000)
    assert purse.today.money == pytest.approx(0.7)


def test_what_reached_nobody_costs_nothing(tmp_path: Path) -> None:
    """A refund gives the call back."""
    purse = spending(tmp_path, Clock(), [], calls=1)
    for _ in range(3):
        purse.refund(purse.admit(1, 100))
    assert purse.today[1:4] == (0, 0, 0.0)


def test_what_was_admitted_yesterday_is_not_given_back_today(tmp_path: Path) -> None:
    """A refund, or a bill that is settled, after midnight leaves the new day's cap as it is."""
    clock = Clock()
    purse = spending(tmp_path, clock, [], calls=2)
    bills = [purse.admit(1, 100), purse.admit(1, 100)]
    clock.ns += DAY_NS
    purse.admit(1, 0)
    purse.refund(bills[0])
    purse.settle(bills[1], 7)
    assert purse.today[1:4] == (1, 0, 0.5)


def _take(folder: Path, taken: Any) -> None:
    purse = spending(folder, Clock(), [], calls=50)
    while True:
        try:
            purse.admit(1, 0)
        except OverDailyCap:
            return
        with taken.get_lock():
            taken.value += 1


def test_workers_count_together_and_a_restart_remembers(tmp_path: Path) -> None:
    """Four processes take no more than the cap, and whoever comes after them knows it."""
    context = multiprocessing.get_context("fork")
    taken = context.Value("i", 0)
    workers = [context.Process(target=_take, args=(tmp_path, taken)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert taken.value == 50
    with pytest.raises(OverDailyCap):
        spending(tmp_path, Clock(), [], calls=50).admit(1, 0)


def test_its_name_is_what_policies_know() -> None:
    """A failure is known by the name of its class."""
    assert OverDailyCap.__name__ == OVER_DAILY_CAP


def test_a_torn_sheet_is_a_new_one(tmp_path: Path) -> None:
    """A file that is too short counts from nothing."""
    purse = spending(tmp_path, Clock(), [], calls=5)
    purse.admit(1, 0)
    (sheet,) = tmp_path.iterdir()
    sheet.write_bytes(b"torn")
    assert purse.today.calls == 0


def test_a_sheet_of_the_first_form_goes_on(tmp_path: Path) -> None:
    """One without the most that a call took: what was taken on that day stays taken."""
    purse = spending(tmp_path, Clock(), [], calls=2)
    purse.admit(2, 0)
    (sheet,) = tmp_path.iterdir()
    sheet.write_bytes(sheet.read_bytes()[:32])
    with pytest.raises(OverDailyCap):
        purse.admit(1, 0)
