"""`sealgate keys`: orders reach the desk; a passphrase is asked for or named, never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

WORDS = "correct horse battery"


def test_rotate_says_what_is_left_to_do(run: Any, program: Any) -> None:
    """Done beside no gateway; a reload and a setting where one runs and the key is elsewhere."""
    assert "7 subjects' keys were wrapped anew" in run("keys", "rotate").output
    elsewhere = run("keys", "rotate", "--to", "env:NEW").output
    assert "ledger.master_key: env:NEW" in elsewhere
    assert "kill -HUP" in elsewhere
    assert program.calls == [("rotate", ""), ("rotate", "env:NEW")]


def test_rotate_json(run: Any) -> None:
    """For scripts."""
    value = json.loads(run("keys", "rotate", "--json").output)
    assert value == {"master_id": "0badcafe", "rewrapped": 7, "running": False}


def test_export_asks_twice_and_shows_nothing(run: Any, program: Any) -> None:
    """A passphrase typed wrong once would lose the copy."""
    done = run("keys", "export", "box.json", input=f"{WORDS}\n{WORDS}\n")
    assert done.exit_code == 0
    assert "box.json: keyring.json" in done.output
    assert WORDS not in done.output
    assert program.calls == [("export", "box.json", WORDS)]


def test_a_passphrase_is_read_from_where_it_is(run: Any, program: Any, tmp_path: Path) -> None:
    """``file:PATH``, for scripts; a missing one is told."""
    (tmp_path / "words").write_text(WORDS + "\n", encoding="utf-8")
    where = f"file:{tmp_path}/words"
    assert run("keys", "export", "box.json", "--passphrase", where).exit_code == 0
    assert program.calls == [("export", "box.json", WORDS)]
    assert run("keys", "export", "box.json", "--passphrase", "env:NO_SUCH").exit_code == 2


def test_a_script_is_told_what_to_give(run: Any, program: Any) -> None:
    """Where nobody answers, nothing is exported."""
    silent = run("keys", "export", "box.json", input="")
    assert (silent.exit_code, "--passphrase" in silent.output) == (2, True)
    assert program.calls == []


@pytest.mark.parametrize(
    ("words", "said"), [("missing words here", "Put back: keyring.json"), (WORDS, "there already")]
)
def test_import_says_what_it_did(run: Any, words: str, said: str) -> None:
    """What was missing, or that nothing was."""
    Path("box.json").write_text("{}", encoding="utf-8")
    assert said in run("keys", "import", "box.json", input=f"{words}\n").output


def test_import_of_nothing_is_wrong_usage(run: Any) -> None:
    """The file must be there."""
    assert run("keys", "import", "nowhere.json").exit_code == 2
