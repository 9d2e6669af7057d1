"""`sealgate ledger backup` and `restore`: orders reach the desk, and what is left to do is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

WORDS = "correct horse battery"
DUMP = "pg_dump --file=x"


def test_backup_asks_twice_and_says_how_to_try_it(run: Any, program: Any) -> None:
    """A passphrase typed wrong once would lose the keys; it is never shown."""
    done = run("ledger", "backup", "b", input=f"{WORDS}\n{WORDS}\n")
    assert done.exit_code == 0
    assert "b: 2 files, 1.5 MB" in done.output
    assert "sealgate ledger restore b --state /tmp/trial" in done.output
    assert WORDS not in done.output
    assert program.calls == [("backup", "b", WORDS)]


def test_backup_without_keys_or_with_a_database_elsewhere(run: Any, program: Any) -> None:
    """What is not in it is said, with the command that copies it."""
    done = run("ledger", "backup", "b", "--without-keys")
    assert "sealgate keys export" in done.output
    program.dump = DUMP
    elsewhere = run("ledger", "backup", "b", "--without-keys").output
    assert (DUMP in elsewhere, "Try it" in elsewhere) == (True, False)
    assert program.calls == [("backup", "b", "")] * 2


def test_a_script_is_told_what_to_give(run: Any, program: Any) -> None:
    """Where nobody answers, nothing is copied; nor where two orders contradict each other."""
    assert "--passphrase" in run("ledger", "backup", "b", input="").output
    both = run("ledger", "backup", "b", "--without-keys", "--passphrase", "env:W", W=WORDS)
    assert both.exit_code == 2
    assert program.calls == []


def test_backup_json(run: Any) -> None:
    """For scripts."""
    value = json.loads(run("ledger", "backup", "b", "--without-keys", "--json").stdout)
    assert (value["folder"], value["size"], value["keys"]) == ("b", 1_500_000, False)


@pytest.mark.parametrize("fault", ["", "record 7 was altered"])
def test_restore_says_whether_the_chain_is_intact(run: Any, program: Any, fault: str) -> None:
    """And scripts see it; what waits in the spool is said."""
    Path("b").mkdir()
    program.fault = fault
    done = run("ledger", "restore", "b", "--passphrase", "env:W", W=WORDS)
    assert done.exit_code == (1 if fault else 0)
    assert (fault or "Intact: 2 records") in done.output
    assert "spool" in done.output
    assert program.calls == [("restore", "b", WORDS)]
    told = run("ledger", "restore", "b", "--passphrase", "env:W", "--json", W=WORDS)
    value = json.loads(told.stdout)
    assert (value["chain"]["fault"], value["spooled"]) == (fault, 1)


def test_restore_of_a_backup_without_keys_asks_nothing(run: Any, program: Any) -> None:
    """There is nothing that a passphrase would open."""
    Path("bare").mkdir()
    assert run("ledger", "restore", "bare").exit_code == 0
    assert program.calls == [("restore", "bare", "")]
