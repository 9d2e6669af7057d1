"""The master key's desk: nothing is lost by a rotation, and a lost keyring comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly.master_keys import MasterKeyDesk
from gateway.assembly.vault import hold
from gateway.config.settings import LedgerSettings, Settings
from gateway.ledger.keyring import load_keyring
from gateway.nouns.errors import ConfigError
from tests.ledger_kit import Ledger

WORDS = "correct horse battery staple"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with two subjects' exchanges in its store."""
    made = Ledger(tmp_path / "state")
    made.exchange(1, "one", "li.na")
    made.exchange(2, "two", "wang.wei")
    made.ship()
    yield made
    made.close()


@pytest.fixture
def desk(ledger: Ledger) -> MasterKeyDesk:
    """The desk of that ledger."""
    return MasterKeyDesk(Settings(state=str(ledger.state)), ledger.clock)


def opened(ledger: Ledger, reference: str = "") -> list[str | None]:
    """What the ring in the folder reads."""
    ledger.keyring = load_keyring(ledger.state, reference)
    return [ledger.text_of(row.exchange) for row in ledger.store.walk() if row.kind == "exchange"]


def behind(ledger: Ledger) -> int:
    """How many subjects' keys the master key in force did not wrap."""
    ring = load_keyring(ledger.state, "")
    return sum(not ring.is_current(wrapped) for wrapped in ledger.store.subject_keys().values())


def test_rotation_without_a_gateway_moves_all_keys(ledger: Ledger, desk: MasterKeyDesk) -> None:
    """The texts open, the change is chained, and the chain verifies."""
    before = load_keyring(ledger.state, "").active_id
    done = desk.rotate("")
    assert (done.rewrapped, done.running) == (2, False)
    assert done.master_id != before
    assert behind(ledger) == 0
    assert opened(ledger) == ["one", "two"]
    assert "master_key_rotated" in [row.kind for row in ledger.store.walk()]
    assert ledger.verify().fault is None
    lock = hold(ledger.state)  # the desk let go of it
    os.close(lock)


def test_rotation_beside_a_gateway_leaves_the_keys_to_it(
    ledger: Ledger, desk: MasterKeyDesk
) -> None:
    """What it has in memory opens what is stored, until its reload; what it writes then, too."""
    lock = hold(ledger.state)
    try:
        done = desk.rotate("")
        assert (done.rewrapped, done.running) == (0, True)
        assert behind(ledger) == 2
        ledger.exchange(3, "three", "li.na")
        ledger.exchange(4, "four", "zhao.min")
        ledger.ship()  # by the ring from before
        assert ledger.text_of(next(iter(ledger.store.walk())).exchange) == "one"
    finally:
        os.close(lock)
    assert opened(ledger) == ["one", "two", "three", "four"]
    assert ledger.verify().fault is None


def test_the_new_key_may_be_elsewhere(ledger: Ledger, desk: MasterKeyDesk, tmp_path: Path) -> None:
    """Then the ring opens with that setting only, and rotates again from there."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(os.urandom(32).hex(), encoding="ascii")
    first, second = f"file:{tmp_path}/a", f"file:{tmp_path}/b"
    desk.rotate(first)
    with pytest.raises(ConfigError):
        load_keyring(ledger.state, "")
    settings = Settings(state=str(ledger.state), ledger=LedgerSettings(master_key=first))
    MasterKeyDesk(settings, ledger.clock).rotate(second)
    assert opened(ledger, second) == ["one", "two"]


def test_rotation_needs_a_ledger(tmp_path: Path, ledger: Ledger) -> None:
    """Nothing is made where there is none."""
    with pytest.raises(ConfigError, match="--state"):
        MasterKeyDesk(Settings(state=str(tmp_path / "no")), ledger.clock).rotate("")
    assert not (tmp_path / "no").exists()


def test_an_export_brings_a_lost_keyring_back(
    ledger: Ledger, desk: MasterKeyDesk, tmp_path: Path
) -> None:
    """Byte for byte, for its owner only; and a second import has nothing to do."""
    (ledger.state / "access.secret").write_bytes(b"s" * 32)
    box = tmp_path / "box"
    assert list(desk.export(box, WORDS)) == ["keyring.json", "access.secret"]
    assert box.stat().st_mode & 0o777 == 0o600
    ring = (ledger.state / "keyring.json").read_bytes()
    (ledger.state / "keyring.json").unlink()
    assert list(desk.restore(box, WORDS)) == ["keyring.json"]
    assert (ledger.state / "keyring.json").read_bytes() == ring
    assert (ledger.state / "keyring.json").stat().st_mode & 0o777 == 0o600
    assert opened(ledger) == ["one", "two"]
    assert list(desk.restore(box, WORDS)) == []


def test_nothing_is_overwritten(ledger: Ledger, desk: MasterKeyDesk, tmp_path: Path) -> None:
    """Neither another keyring nor an earlier export; and nothing is written by halves."""
    (ledger.state / "access.secret").write_bytes(b"s" * 32)
    box = tmp_path / "box"
    desk.export(box, WORDS)
    with pytest.raises(ConfigError, match="there already"):
        desk.export(box, WORDS)
    (ledger.state / "access.secret").unlink()
    desk.rotate("")
    with pytest.raises(ConfigError, match="differs"):
        desk.restore(box, WORDS)
    assert not (ledger.state / "access.secret").exists()


def test_no_keyring_is_no_export(tmp_path: Path, ledger: Ledger) -> None:
    """An empty box would be a false comfort."""
    desk = MasterKeyDesk(Settings(state=str(tmp_path / "no")), ledger.clock)
    with pytest.raises(ConfigError, match="no keyring"):
        desk.export(tmp_path / "box", WORDS)


def test_a_file_that_cannot_be_read_or_written_is_told(desk: MasterKeyDesk, tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(ConfigError, match="cannot be read"):
        desk.restore(tmp_path, WORDS)
    with pytest.raises(ConfigError, match="cannot be written"):
        desk.export(tmp_path / "no" / "box", WORDS)
