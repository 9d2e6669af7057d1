"""`sealgate ledger`: reading needs a reason, proof has an exit code, erasure asks."""

from __future__ import annotations

import json
from typing import Any

RECORD = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


def test_show_prints_facts_and_texts(run: Any, program: Any) -> None:
    """The reason reaches the archive."""
    done = run("ledger", "show", RECORD, "--reason", "complaint 17")
    assert done.exit_code == 0
    assert "(passed)" in done.output
    assert "content: hello" in done.output
    assert ("show", RECORD, "complaint 17") in program.calls


def test_show_asks_for_a_reason(run: Any, program: Any) -> None:
    """Without one nothing is decrypted."""
    assert run("ledger", "show", RECORD, "--reason", " ").exit_code == 2
    assert program.calls == []
    assert run("ledger", "show", RECORD, input="audit\n").exit_code == 0
    silent = run("ledger", "show", RECORD, input="")
    assert (silent.exit_code, "--reason" in silent.output) == (2, True)


def test_show_of_nothing_is_exit_code_one(run: Any) -> None:
    """And the archive's silence is said."""
    done = run("ledger", "show", "01X", "--reason", "r")
    assert done.exit_code == 1
    assert "01X" in done.output


def test_show_json(run: Any) -> None:
    """Facts and texts in one object."""
    value = json.loads(run("ledger", "show", RECORD, "--reason", "r", "--json").output)
    assert list(value) == ["exchange", "state", "facts", "texts"]
    assert value["texts"][0]["text"] == "hello"


def test_verify_tells_an_intact_chain_from_a_broken_one(run: Any, program: Any) -> None:
    """The first fault is named, and scripts see it."""
    assert run("ledger", "verify").exit_code == 0
    program.fault = "record 7 was altered"
    done = run("ledger", "verify")
    assert done.exit_code == 1
    assert "record 7 was altered" in done.output


def test_erase_asks_first(run: Any, program: Any) -> None:
    """A no changes nothing."""
    assert run("ledger", "erase", "--subject", "u-1", input="n\n").exit_code == 1
    assert ("erase", "u-1", "default") not in program.calls
    assert run("ledger", "erase", "--subject", "u-1", "--yes").exit_code == 0
    assert run("ledger", "erase", "--subject", "u-2", "--yes").exit_code == 1


def test_erase_takes_one_exchange(run: Any, program: Any) -> None:
    """Either a subject or an exchange, never both or none; what is not there is exit code 1."""
    assert run("ledger", "erase", "--exchange", RECORD, "--yes").exit_code == 0
    assert ("erase_exchange", RECORD) in program.calls
    assert run("ledger", "erase", "--exchange", "01X", "--yes").exit_code == 1
    for words in ((), ("--subject", "u-1", "--exchange", RECORD)):
        done = run("ledger", "erase", "--yes", *words)
        assert (done.exit_code, "--subject or --exchange" in done.output) == (2, True)


def test_purge_says_what_it_removed(run: Any) -> None:
    """Counts of contents and records."""
    assert "3 contents and 1 whole records" in run("ledger", "purge").output
