"""`sealgate key`: orders reach the desk, secrets are printed alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.ports.operator import KeyOrder


def test_create_prints_the_key_alone_on_standard_output(run: Any, program: Any) -> None:
    """So that a script can take it; what is said about it goes to the other stream."""
    done = run("key", "create", "shop", "--expires", "90d", "--requests-per-minute", "60")
    assert done.stdout == "sk-sg-secret\n"
    assert "key_1" in done.stderr
    assert program.calls == [KeyOrder("shop", "default", 90 * 86400.0, 60, None, None)]


@pytest.mark.parametrize(
    ("environ", "said", "unsaid"),
    [
        ({}, "whoever sends none gets a 401", "upstream.key"),
        ({"SEALGATE_UPSTREAM": "http://u"}, "name no upstream.key", "401"),
        ({"SEALGATE_ACCESS__MODE": "transparent"}, "go on as before", "401"),
        ({"SEALGATE_ACCESS__MODE": "keys"}, "not shown again", "go on as before"),
    ],
)
def test_the_first_key_says_what_changes(
    run: Any, program: Any, environ: dict[str, str], said: str, unsaid: str
) -> None:
    """For callers without a key and with their own; a revoked key counts for none."""
    program.key_state = "revoked"
    done = run("key", "create", "shop", **environ)
    assert done.stdout == "sk-sg-secret\n"
    assert (said in done.stderr, unsaid in done.stderr) == (True, False)
    told = json.loads(run("key", "create", "shop", "--json", **environ).stdout)["changes"]
    assert all(each in done.stderr for each in told)
    program.key_state = "active"
    assert json.loads(run("key", "create", "x", "--json", **environ).stdout)["changes"] == []


def test_list_shows_no_secret(run: Any) -> None:
    """Id, state and name."""
    done = run("key", "list")
    assert "key_1  active" in done.output
    assert "sk-sg" not in done.output
    assert json.loads(run("key", "list", "--json").output)[0]["id"] == "key_1"


def test_rotate_has_a_grace(run: Any, program: Any) -> None:
    """One day unless said otherwise."""
    assert run("key", "rotate", "key_1").stdout == "sk-sg-newer\n"
    run("key", "rotate", "key_1", "--grace", "1h")
    assert program.calls == [("rotate", "key_1", 86400.0), ("rotate", "key_1", 3600.0)]


def test_unknown_keys_and_wrong_durations_are_wrong_usage(run: Any) -> None:
    """With a sentence, not a traceback."""
    assert run("key", "revoke", "key_1").exit_code == 0
    done = run("key", "revoke", "key_2")
    assert done.exit_code == 2
    assert "No key has this id." in done.output
    assert run("key", "create", "x", "--expires", "soon").exit_code == 2


def test_an_agreement_is_recorded_or_ended(run: Any, program: Any) -> None:
    """Version and name together, or the end alone; anything else is wrong usage."""
    done = run("key", "agreement", "key_1", "--version", "2026-01", "--accepted-by", "Li Na")
    assert "2026-01" in done.output
    ended = run("key", "agreement", "key_1", "--revoke", "--json")
    assert json.loads(ended.output)["agreement"] == ""
    assert program.calls == [("agree", "key_1", "2026-01", "Li Na"), ("disagree", "key_1")]
    for words in ((), ("--version", "1"), ("--revoke", "--version", "1", "--accepted-by", "x")):
        assert run("key", "agreement", "key_1", *words).exit_code == 2
