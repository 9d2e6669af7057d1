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
        purse.admit(1)
        purse.spend(1, 50_000)
    assert told == [("g", 1, 50_000, 0.6)] * 2
    with pytest.raises(OverDailyCap):
        purse.admit(1)
    assert purse.today.calls == 2
    clock.ns += DAY_NS
    purse.admit(1)
    assert (purse.today.calls, purse.today.tokens) == (1, 0)


def test_what_reached_nobody_costs_nothing(tmp_path: Path) -> None:
    """A refund gives the call back."""
    purse = spending(tmp_path, Clock(), [], calls=1)
    for _ in range(3):
        purse.admit(1)
        purse.refund(1)
    assert (purse.today.calls, purse.today.money) == (0, 0.0)


def test_what_was_admitted_yesterday_is_not_given_back_today(tmp_path: Path) -> None:
    """A refund after midnight leaves the new day's cap as it is."""
    clock = Clock()
    purse = spending(tmp_path, clock, [], calls=2)
    purse.admit(2)
    clock.ns += DAY_NS
    purse.refund(2)
    assert (purse.today.calls, purse.today.money) == (0, 0.0)
    purse.admit(2)
    with pytest.raises(OverDailyCap):
        purse.admit(1)


def _take(folder: Path, taken: Any) -> None:
    purse = spending(folder, Clock(), [], calls=50)
    while True:
        try:
            purse.admit(1)
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
        spending(tmp_path, Clock(), [], calls=50).admit(1)


def test_its_name_is_what_policies_know() -> None:
    """A failure is known by the name of its class."""
    assert OverDailyCap.__name__ == OVER_DAILY_CAP


def test_a_torn_sheet_is_a_new_one(tmp_path: Path) -> None:
    """A file that is too short counts from nothing."""
    purse = spending(tmp_path, Clock(), [], calls=5)
    purse.admit(1)
    (sheet,) = tmp_path.iterdir()
    sheet.write_bytes(b"torn")
    assert purse.today.calls == 0
