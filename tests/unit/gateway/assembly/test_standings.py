"""Standings are computed from the strikes, told to the workers, and chained when they rise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.access.standing_book import STANDINGS_FILE, read_standings
from gateway.access.strikes import subject_mark
from gateway.assembly.standings import StandingKeeper
from gateway.nouns.errors import LedgerFailed
from gateway.ports.store import Query
from tests.conduct_kit import RULES, misdeed, vault_of
from tests.ledger_kit import DAY_NS, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A whole ledger in a folder of its own."""
    whole = Ledger(tmp_path / "state")
    yield whole
    whole.close()


def chained(ledger: Ledger) -> list[dict[str, Any]]:
    """Return what the chain says of standings, oldest first."""
    rows = ledger.store.search(Query(kind="standing"))
    return [json.loads(row.facts)["facts"] for row in reversed(rows)]


def test_who_rises_is_told_and_on_record(ledger: Ledger) -> None:
    """Once per step, without a name; the chain verifies; a new steward repeats nothing."""
    told: list[Mapping[str, int]] = []
    keeper = StandingKeeper(vault_of(ledger), RULES, ledger.clock, told.append)
    keeper()
    misdeed(ledger, 1)
    keeper()
    keeper()
    misdeed(ledger, 2)
    misdeed(ledger, 3, "zhang.wei", tenant="shop")
    StandingKeeper(vault_of(ledger), RULES, ledger.clock, told.append)()
    mark = subject_mark(ledger.keyring.fingerprint_key, "default", "li.na")
    assert [(each["level"], each["subject_mark"] == mark) for each in chained(ledger)[:2]] == [
        ("warn", True), ("limit", True),
    ]  # fmt: skip
    assert len(chained(ledger)) == 3
    assert "li.na" not in json.dumps(chained(ledger))
    assert told == [{}, {"warn": 1}, {"warn": 1}, {"limit": 1, "warn": 1}]
    assert set(read_standings(ledger.state)) > {mark}
    assert ledger.verify().sound


def test_a_store_that_was_away_is_opened_again(ledger: Ledger) -> None:
    """The failure is told to the steward, who looks again later."""
    told: list[Mapping[str, int]] = []
    vault = vault_of(ledger)
    keeper = StandingKeeper(vault, RULES, ledger.clock, told.append)
    keeper()
    path = ledger.state / STANDINGS_FILE
    path.unlink()
    path.mkdir()
    misdeed(ledger, 1)
    with pytest.raises(LedgerFailed):
        keeper()
    path.rmdir()
    keeper()
    keeper.close()
    assert told == [{}, {"warn": 1}]
    assert len(chained(ledger)) == 1


def test_levels_end_by_themselves(ledger: Ledger) -> None:
    """What is counted follows the clock; nothing has to be written for that."""
    told: list[Mapping[str, int]] = []
    keeper = StandingKeeper(vault_of(ledger), RULES, ledger.clock, told.append)
    misdeed(ledger, 1)
    keeper()
    ledger.clock.now_ns += 31 * DAY_NS
    keeper()
    assert told == [{"warn": 1}, {}]


@pytest.mark.parametrize("content", [b"{", None])
def test_a_file_broken_or_gone_is_written_anew(ledger: Ledger, content: bytes | None) -> None:
    """At the next look, by the steward that runs and by one that starts; nobody rises by that."""
    misdeed(ledger, 1)
    keeper = StandingKeeper(vault_of(ledger), RULES, ledger.clock, lambda _: None)
    keeper()
    whole = read_standings(ledger.state)
    path = ledger.state / STANDINGS_FILE
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    keeper()
    assert read_standings(ledger.state) == whole != {}
    assert len(chained(ledger)) == 1
    path.write_bytes(content or b"")
    StandingKeeper(vault_of(ledger), RULES, ledger.clock, lambda _: None)()
    assert read_standings(ledger.state) == whole
